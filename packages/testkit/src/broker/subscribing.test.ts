import type { PublishPacket, SubscriptionRequest } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import { Broker } from './broker.ts';
import type { BrokerOptions } from './options.ts';

function connected(version: 4 | 5, options: BrokerOptions = {}, clientId = 'client') {
  const broker = new Broker(options);
  return { broker, client: join(broker, version, clientId) };
}

function join(broker: Broker, version: 4 | 5, clientId: string): RawClient {
  const client = new RawClient(broker, version);
  client.connect({ clientId });
  return client;
}

function subscribed(client: RawClient, ...subscriptions: readonly (string | SubscriptionRequest)[]): readonly number[] {
  client.subscribe(1, ...subscriptions);
  return client.take('suback').reasonCodes;
}

const messages = (client: RawClient): PublishPacket[] =>
  client.takeAll().filter((packet) => packet.type === 'publish') as PublishPacket[];
const topics = (client: RawClient): string[] => messages(client).map(({ topic }) => topic);

describe.each([4, 5] as const)('SUBSCRIBE in version %i', (version) => {
  it('is answered with the QoS of each filter, and matches by wildcards', () => {
    const { broker, client } = connected(version);
    expect(subscribed(client, { filter: 'a/+', qos: 0 }, { filter: 'b/#', qos: 1 }, 'c')).toEqual([0, 1, 2]);
    for (const topic of ['a/x', 'a/x/y', 'b', 'b/x/y', 'c', 'c/x', '$SYS/x']) broker.publish({ topic });
    expect(topics(client)).toEqual(['a/x', 'b', 'b/x/y', 'c']);
  });

  it('lowers the QoS of messages to what was granted', () => {
    const { broker, client } = connected(version, {
      decide: { subscribe: ({ qos }) => Math.min(qos, 1) },
    });
    expect(subscribed(client, 'a', { filter: 'b', qos: 0 })).toEqual([1, 0]);
    for (const topic of ['a', 'b']) broker.publish({ topic, qos: 2 });
    expect(messages(client).map(({ qos }) => qos)).toEqual([1, 0]);
  });

  it('is refused filter by filter, and a refused one gets nothing', () => {
    const { broker, client } = connected(version, {
      decide: { subscribe: ({ filter }) => (filter === 'secret' ? 0x87 : undefined) },
    });
    expect(subscribed(client, 'open', 'secret')).toEqual([2, version === 5 ? 0x87 : 0x80]);
    for (const topic of ['open', 'secret']) broker.publish({ topic });
    expect(topics(client)).toEqual(['open']);
  });

  it('with the same filter replaces the subscription', () => {
    const { broker, client } = connected(version);
    subscribed(client, 'a');
    subscribed(client, { filter: 'a', qos: 0 });
    broker.publish({ topic: 'a', qos: 2 });
    expect(messages(client).map(({ qos }) => qos)).toEqual([0]);
  });

  it('gets the retained messages, marked as such, and later ones unmarked', () => {
    const { broker, client } = connected(version);
    broker.publish({ topic: 'a/1', payload: 'one', retain: true, qos: 1 });
    broker.publish({ topic: 'a/2', payload: 'two', retain: true });
    broker.publish({ topic: 'a/2', payload: '', retain: true });
    broker.publish({ topic: 'a/3', payload: 'old', retain: true });
    broker.publish({ topic: 'a/3', payload: 'new', retain: true });
    client.subscribe(1, 'a/+');
    expect(client.take('suback').reasonCodes).toEqual([2]);
    broker.publish({ topic: 'a/1', payload: 'later', retain: true });
    expect(messages(client).map(({ topic, retain, qos, payload }) => [topic, retain, qos, payload.length])).toEqual([
      ['a/1', true, 1, 3],
      ['a/3', true, 0, 3],
      ['a/1', false, 0, 5],
    ]);
  });

  it('that overlaps gives a message once with the greatest QoS, or once for each filter', () => {
    for (const [overlapping, expected] of [
      ['once', [2]],
      ['each', [1, 2]],
    ] as const) {
      const { broker, client } = connected(version, { overlapping });
      subscribed(client, { filter: 'a/#', qos: 1 }, 'a/b');
      broker.publish({ topic: 'a/b', qos: 2 });
      expect(messages(client).map(({ qos }) => qos)).toEqual(expected);
    }
  });

  it('can be answered with a code, or not at all', () => {
    const { broker, client } = connected(version);
    broker.faults.answer({ type: 'suback', reasonCode: 0x80 });
    expect(subscribed(client, 'a', 'b')).toEqual([0x80, 0x80]);
    broker.faults.add({ when: 'sent', type: 'suback', effect: 'ignore' });
    client.subscribe(2, 'a');
    expect(client.takeAll()).toEqual([]);
  });

  it('with a share name gives each message to one member, in turns, and to those who are present', () => {
    const { broker, client: first } = connected(version, {}, 'first');
    const second = join(broker, version, 'second');
    for (const client of [first, second]) subscribed(client, '$share/group/a/+');
    for (const number of [1, 2, 3, 4]) broker.publish({ topic: `a/${number}`, qos: 1 });
    expect([topics(first), topics(second)]).toEqual([
      ['a/1', 'a/3'],
      ['a/2', 'a/4'],
    ]);
    first.close();
    for (const number of [5, 6]) broker.publish({ topic: `a/${number}`, qos: 1 });
    expect(topics(second)).toEqual(['a/5', 'a/6']);
  });

  it('is undone by UNSUBSCRIBE', () => {
    const { broker, client } = connected(version);
    subscribed(client, 'a', 'b');
    client.send({ type: 'unsubscribe', packetId: 2, filters: ['a', 'unknown'] });
    const reasonCodes = version === 5 ? [0, 0x11] : [];
    expect(client.take('unsuback')).toEqual({ type: 'unsuback', packetId: 2, reasonCodes });
    for (const topic of ['a', 'b']) broker.publish({ topic });
    expect(topics(client)).toEqual(['b']);
    broker.assertNoViolations();
  });
});

describe('SUBSCRIBE in 5.0', () => {
  it('keeps the client from its own messages with No Local', () => {
    const { broker, client } = connected(5);
    subscribed(client, { filter: 'a', qos: 1, noLocal: true }, 'b');
    for (const topic of ['a', 'b']) client.publish({ topic });
    broker.publish({ topic: 'a' });
    expect(topics(client)).toEqual(['b', 'a']);
  });

  it('keeps the retain flag with Retain As Published', () => {
    const { broker, client } = connected(5);
    subscribed(client, { filter: 'a', qos: 0, retainAsPublished: true });
    for (const retain of [true, false]) broker.publish({ topic: 'a', payload: 'x', retain });
    expect(messages(client).map(({ retain }) => retain)).toEqual([true, false]);
  });

  it.each([
    [0, 1, 1],
    [1, 1, 0],
    [2, 0, 0],
  ] as const)(
    'with Retain Handling %i sends %i retained message for a new subscription and %i for a known one',
    (retainHandling, fresh, known) => {
      const { broker, client } = connected(5);
      broker.publish({ topic: 'a', payload: 'x', retain: true });
      for (const expected of [fresh, known]) {
        client.subscribe(1, { filter: 'a', qos: 0, retainHandling });
        expect(messages(client)).toHaveLength(expected);
      }
    },
  );

  it('gives its identifier to the messages, and all identifiers where several match', () => {
    const { broker, client } = connected(5);
    for (const [identifier, filter] of [
      [1, 'a/#'],
      [1, '#'],
      [7, 'a/b'],
    ] as const) {
      client.send({
        type: 'subscribe',
        packetId: 1,
        subscriptions: [{ filter, qos: 0 }],
        properties: { subscriptionIdentifier: identifier },
      });
    }
    subscribed(join(broker, 5, 'other'), 'a/b');
    client.takeAll();
    broker.publish({ topic: 'a/b' });
    expect(messages(client).map(({ properties }) => properties?.subscriptionIdentifier)).toEqual([[1, 1, 7]]);
  });

  it('carries the properties of a message on, and none that are not its own', () => {
    const { broker, client } = connected(5, { connack: { topicAliasMaximum: 1 } });
    subscribed(client, 'a');
    const properties = {
      payloadFormatIndicator: true,
      contentType: 'text/plain',
      responseTopic: 'r',
      correlationData: Uint8Array.of(1),
      userProperties: [
        ['k', '1'],
        ['k', '2'],
      ],
    } as const;
    client.publish({ properties: { ...properties, topicAlias: 1 } });
    expect(messages(client).map((message) => message.properties)).toEqual([properties]);
    const old = join(broker, 4, 'old');
    subscribed(old, 'a');
    client.publish({ properties });
    expect(messages(old).map((message) => message.properties)).toEqual([undefined]);
  });

  it('with a share name gets no retained messages, and each group gets its own copy', () => {
    const { broker, client } = connected(5);
    broker.publish({ topic: 'a', payload: 'x', retain: true });
    subscribed(client, '$share/one/a', '$share/two/a');
    expect(messages(client)).toEqual([]);
    expect(broker.publish({ topic: 'a' })).toBe(2);
    expect(topics(client)).toEqual(['a', 'a']);
  });

  it('leaves out a retained message that has expired', () => {
    let now = 0;
    const { broker, client } = connected(5, { now: () => now });
    broker.publish({ topic: 'a', payload: 'x', retain: true, properties: { messageExpiryInterval: 5 } });
    expect(broker.retained('a')).toBeDefined();
    now = 5_000;
    subscribed(client, 'a');
    expect(messages(client)).toEqual([]);
    expect(broker.retained('a')).toBeUndefined();
  });

  it('may be undone only where the test lets it', () => {
    const { broker, client } = connected(5, { decide: { unsubscribe: () => 0x87 } });
    subscribed(client, 'a');
    client.send({ type: 'unsubscribe', packetId: 2, filters: ['a'] });
    expect(client.take('unsuback').reasonCodes).toEqual([0x87]);
    broker.publish({ topic: 'a' });
    expect(topics(client)).toEqual(['a']);
  });
});
