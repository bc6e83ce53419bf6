import type { PublishPacket } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import type { TopicAliasPolicy } from './config.ts';
import { negotiate } from './settings.ts';
import { connected, Driver } from './testing/driver.test-helpers.ts';
import { connack, publish, puback, resumed } from './testing/packets.test-helpers.ts';
import { InboundAliases, OutboundAliases } from './topic-aliases.ts';

const policy = (overrides: Partial<TopicAliasPolicy> = {}): TopicAliasPolicy => ({
  outbound: 'lru',
  outboundMaximum: 16,
  inboundMaximum: 16,
  ...overrides,
});

const aliased = (topic: string, topicAlias: number): PublishPacket =>
  publish(undefined, { topic, properties: { topicAlias } });

/** Our aliases, on a connection to a server that allows so many. */
function outbound(topicAliasMaximum: number, overrides: Partial<TopicAliasPolicy> = {}, maximumPacketSize?: number) {
  const aliases = new OutboundAliases(policy(overrides));
  const properties = { topicAliasMaximum, ...(maximumPacketSize !== undefined && { maximumPacketSize }) };
  const requested = { protocolVersion: 5, clientId: '', sessionExpirySeconds: 0, keepAliveSeconds: 0 } as const;
  aliases.connected(negotiate(requested, connack(properties)));
  return aliases;
}

/** Every PUBLISH that was sent, as topic and alias. */
function sent(driver: Driver): (readonly [string, number | undefined])[] {
  return driver.lastActions.flatMap((action) =>
    action.do === 'send' && action.packet.type === 'publish'
      ? [[action.packet.topic, action.packet.properties?.topicAlias] as const]
      : [],
  );
}

describe('aliases of the server', () => {
  it('are taken up to the maximum that was announced, and may be given anew [MQTT-3.3.2-10] [SEC-3.3.2.3.4-b] [SEC-3.3.4-a]', () => {
    const aliases = new InboundAliases(policy({ inboundMaximum: 3 }));
    for (const alias of [1, 2, 3]) aliases.resolve(aliased(`t/${alias}`, alias));
    expect([1, 2, 3].map((alias) => aliases.resolve(aliased('', alias)))).toMatchObject([
      { topic: 't/1' },
      { topic: 't/2' },
      { topic: 't/3' },
    ]);
    aliases.resolve(aliased('other', 2));
    expect(aliases.resolve(aliased('', 2))).toMatchObject({ topic: 'other' });
  });

  it('do not reach the application, which could not publish such a message again', () => {
    const packet = publish(undefined, { properties: { topicAlias: 1, contentType: 'text/plain' } });
    expect(new InboundAliases(policy()).resolve(packet)).toMatchObject({ properties: { contentType: 'text/plain' } });
    expect(new InboundAliases(policy()).resolve(packet)).not.toHaveProperty('properties.topicAlias');
  });

  it('leave a message without one as it is', () => {
    const packet = publish();
    expect(new InboundAliases(policy()).resolve(packet)).toBe(packet);
  });

  it('are announced in CONNECT of MQTT 5, unless there may be none [SEC-3.1.2.11.5-a]', () => {
    const properties = (inboundMaximum: number, protocolVersion: 4 | 5 = 5): unknown => {
      const driver = new Driver({ protocolVersion, topicAliasing: policy({ inboundMaximum }) });
      driver.start();
      driver.opened();
      const [action] = driver.lastActions;
      return action?.do === 'send' && 'properties' in action.packet ? action.packet.properties : undefined;
    };
    expect(properties(7)).toMatchObject({ topicAliasMaximum: 7 });
    expect(properties(0)).not.toHaveProperty('topicAliasMaximum');
    expect(properties(7, 4)).toBeUndefined();
  });

  it.each([
    ['above the maximum, with 0x94 [MQTT-3.1.2-26] [MQTT-3.3.2-11]', 3, aliased('t', 4), 0x94],
    ['where none were announced, with 0x94 [MQTT-3.1.2-27]', 0, aliased('t', 1), 0x94],
    ['that stand for nothing, with 0x82 [SEC-3.3.4-a]', 3, aliased('', 1), 0x82],
  ])('end the connection %s', (_, inboundMaximum, packet, reasonCode) => {
    const driver = connected({ topicAliasing: policy({ inboundMaximum }) });
    driver.receive(packet);
    expect(driver.lastActions).toMatchObject([
      { do: 'send', packet: { type: 'disconnect', reasonCode } },
      { do: 'hangUp' },
      {
        do: 'status',
        status: 'waiting',
        event: { type: 'disconnection', failure: { code: 'PROTOCOL_ERROR', reasonCode } },
      },
    ]);
  });

  it('end with the connection [MQTT-3.3.2-7]', () => {
    const driver = connected();
    driver.receive(aliased('t', 1));
    driver.reconnect(resumed());
    driver.receive(aliased('', 1));
    expect(driver.lastActions).toMatchObject([{ packet: { type: 'disconnect', reasonCode: 0x82 } }, {}, {}]);
  });

  it('work for messages of every QoS, and apart from our own', () => {
    const driver = connected({}, connack({ topicAliasMaximum: 1 }));
    driver.publish(1, { topic: 'our/topic' });
    driver.receive(publish(1, { topic: 'their/topic', properties: { topicAlias: 1 } }));
    driver.receive(publish(2, { topic: '', qos: 2, properties: { topicAlias: 1 } }));
    expect(driver.lastActions).toMatchObject([{ do: 'deliver', packet: { topic: 'their/topic', qos: 2 } }]);
    driver.publish(2, { topic: 'our/topic' });
    expect(sent(driver)).toEqual([['', 1]]);
  });
});

describe('aliases of the client', () => {
  it('are not sent to a server that takes none, and then cost nothing [MQTT-3.2.2-18]', () => {
    const packet = publish(undefined, { topic: 'a/topic' });
    expect(outbound(0).apply(packet)).toBe(packet);
    expect(outbound(9, { outbound: 'none' }).apply(packet)).toBe(packet);
    expect(outbound(9, { outboundMaximum: 0 }).apply(packet)).toBe(packet);
  });

  it('stand for a topic from its second message on', () => {
    const driver = connected({}, connack({ topicAliasMaximum: 5 }));
    const seen = [0, 1, 2, 0].flatMap((qos, op) => {
      driver.publish(op + 1, { topic: 'a/topic', qos: qos as 0 | 1 | 2 });
      return sent(driver);
    });
    expect(seen).toEqual([
      ['a/topic', 1],
      ['', 1],
      ['', 1],
      ['', 1],
    ]);
  });

  it('never exceed either maximum over 50 topics, and are given up when least recently used [MQTT-3.2.2-17] [MQTT-3.3.2-9]', () => {
    for (const aliases of [outbound(3), outbound(100, { outboundMaximum: 3 })]) {
      const server = new Map<number, string>();
      for (let count = 0; count < 500; count++) {
        const topic = `topic/${(count * 7) % 50}`;
        const packet = aliases.apply(publish(undefined, { topic }));
        const alias = packet.properties?.topicAlias as number;
        expect(alias).toBeGreaterThanOrEqual(1);
        expect(alias).toBeLessThanOrEqual(3);
        if (packet.topic !== '') server.set(alias, packet.topic);
        expect(server.get(alias)).toBe(topic);
      }
      const [kept, ...others] = ['kept/topic', 'other/1', 'other/2', 'other/3', 'other/4'].map((topic) =>
        publish(undefined, { topic }),
      );
      for (const other of others) for (const packet of [kept, other]) aliases.apply(packet as PublishPacket);
      expect(aliases.apply(kept as PublishPacket).topic).toBe('');
    }
  });

  it('are not for topics that are shorter than what an alias takes', () => {
    const packet = publish(undefined, { topic: 'short' });
    expect(outbound(5).apply(packet)).toBe(packet);
  });

  it('keep the other properties of a message', () => {
    const packet = publish(undefined, { topic: 'a/topic', properties: { contentType: 'text/plain' } });
    expect(outbound(5).apply(packet).properties).toEqual({ contentType: 'text/plain', topicAlias: 1 });
    expect(packet.properties).toEqual({ contentType: 'text/plain' });
  });

  it('do not make a packet too large for the server [MQTT-3.2.2-15]', () => {
    // Two bytes of fixed header, two of length, seven of topic, one of property length: 12, and with an alias 15.
    const packet = publish(undefined, { topic: 'a/topic' });
    expect(outbound(5, {}, 14).apply(packet)).toBe(packet);
    expect(outbound(5, {}, 15).apply(packet)).toMatchObject({ topic: 'a/topic', properties: { topicAlias: 1 } });
  });

  it('start anew with each connection; what is sent again has its topic and no alias [MQTT-3.3.2-7]', () => {
    const driver = connected({}, connack({ topicAliasMaximum: 5 }));
    for (const op of [1, 2]) driver.publish(op, { topic: 'a/topic' });
    driver.reconnect(resumed({ topicAliasMaximum: 5 }));
    expect(sent(driver)).toEqual([
      ['a/topic', undefined],
      ['a/topic', undefined],
    ]);
    driver.publish(3, { topic: 'a/topic' });
    expect(sent(driver)).toEqual([['a/topic', 1]]);
  });

  it('are told anew after a message that could not be sent', () => {
    const driver = connected({}, connack({ topicAliasMaximum: 5 }));
    driver.publish(1, { topic: 'a/topic' });
    const [action] = driver.lastActions;
    if (action?.do !== 'send') throw new Error('nothing was sent');
    driver.tell({ type: 'unsendable', packet: action.packet, message: 'no' });
    driver.publish(2, { topic: 'a/topic' });
    expect(sent(driver)).toEqual([['a/topic', 1]]);
  });

  it('are given as the connection allows that a message leaves on, not the one it was published on', () => {
    const driver = connected({}, connack({ topicAliasMaximum: 5, receiveMaximum: 1 }));
    for (const op of [1, 2]) driver.publish(op, { topic: 'a/topic' });
    driver.reconnect(resumed({ receiveMaximum: 1 }));
    expect(sent(driver)).toEqual([['a/topic', undefined]]);
    driver.receive(puback(1));
    expect(sent(driver)).toEqual([['a/topic', undefined]]);
  });
});

describe('aliases by hand', () => {
  const manual = (maximum: number): OutboundAliases => outbound(maximum, { outbound: 'manual' });

  it('are what the message says; the topic is sent when the server does not know it', () => {
    const aliases = manual(5);
    const seen = (['t/1', 't/1', 't/2', 't/1'] as const).map((topic) => aliases.apply(aliased(topic, 3)).topic);
    expect(seen).toEqual(['t/1', '', 't/2', 't/1']);
    const packet = publish(undefined, { topic: 'a/topic' });
    expect(aliases.apply(packet)).toBe(packet);
  });

  it('are left out above the maximum of the server, and where it takes none [MQTT-3.3.2-9] [MQTT-3.2.2-18]', () => {
    for (const aliases of [manual(2), manual(0), outbound(5)])
      expect(aliases.apply(aliased('topic', 3))).toEqual(publish(undefined, { topic: 'topic', properties: {} }));
  });

  it('are not sent again after a reconnection [MQTT-3.3.2-7]', () => {
    const driver = connected({ topicAliasing: policy({ outbound: 'manual' }) }, connack({ topicAliasMaximum: 5 }));
    driver.publish(1, { properties: { topicAlias: 2 } });
    expect(sent(driver)).toEqual([['t', 2]]);
    driver.reconnect(resumed({ topicAliasMaximum: 5 }));
    expect(sent(driver)).toEqual([['t', undefined]]);
  });
});
