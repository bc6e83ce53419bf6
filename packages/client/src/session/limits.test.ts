import type { PropertiesOf } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
  disconnect,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  requests,
  subscribe,
} from './testing/packets.test-helpers.ts';
import { failed, hangUp, packets, send, status } from './testing/seen.test-helpers.ts';

const limitedTo = (properties: PropertiesOf<'connack'>): Driver => connected({}, connack(properties));

describe('Maximum QoS', () => {
  it.each([
    [0, 0, true],
    [0, 1, false],
    [0, 2, false],
    [1, 1, true],
    [1, 2, false],
  ] as const)('%i: a publish of QoS %i may leave: %s [MQTT-3.2.2-11] [MQTT-3.2.2-9]', (maximumQoS, qos, may) => {
    const driver = limitedTo({ maximumQoS });
    expect(driver.publish(1, { qos })).toEqual(
      may
        ? [send(publish(qos === 0 ? undefined : 1, { qos }), ...(qos === 0 ? [1] : []))]
        : [failed(1, 'UNSUPPORTED_BY_SERVER')],
    );
  });

  it('does not limit what may be subscribed [MQTT-3.2.2-10]', () => {
    const request = { filter: 'a', qos: 2 } as const;
    expect(packets(limitedTo({ maximumQoS: 0 }).subscribe(1, request))).toEqual([subscribe(1, request)]);
  });

  it('fails what waited before it was known, and lets the rest pass', () => {
    const driver = new Driver();
    driver.publish(1, { qos: 2 });
    driver.publish(2, { qos: 1 });
    expect(driver.connect(connack({ maximumQoS: 1 })).slice(1)).toEqual([
      failed(1, 'UNSUPPORTED_BY_SERVER'),
      send(publish(1)),
    ]);
  });
});

it.each([0, 1] as const)('Retain Available 0: no retained message of QoS %i leaves [MQTT-3.2.2-14]', (qos) => {
  const driver = limitedTo({ retainAvailable: false });
  expect(driver.publish(1, { qos, retain: true })).toEqual([failed(1, 'UNSUPPORTED_BY_SERVER')]);
  expect(packets(driver.publish(2, { qos }))).toHaveLength(1);
});

describe('Maximum Packet Size of the server', () => {
  // A topic of one byte, no properties: 1 type, 1 length, 2 + 1 topic, 2 identifier, 1 properties.
  it.each([
    [0, 6],
    [1, 8],
    [2, 8],
  ] as const)('bounds a PUBLISH of QoS %i to the byte [MQTT-3.2.2-15]', (qos, overhead) => {
    const driver = limitedTo({ maximumPacketSize: 100 });
    const payload = (size: number) => new Uint8Array(size);
    expect(packets(driver.publish(1, { qos, payload: payload(100 - overhead) }))).toHaveLength(1);
    expect(driver.publish(2, { qos, payload: payload(101 - overhead) })).toEqual([failed(2, 'PACKET_TOO_LARGE')]);
  });

  it('bounds SUBSCRIBE and UNSUBSCRIBE [MQTT-3.2.2-15]', () => {
    const driver = limitedTo({ maximumPacketSize: 100 });
    const filter = (length: number): string => 'f'.repeat(length);
    expect(packets(driver.subscribe(1, filter(92)))).toEqual([subscribe(1, filter(92))]);
    expect(driver.subscribe(2, filter(93))).toEqual([failed(2, 'PACKET_TOO_LARGE')]);
    expect(packets(driver.unsubscribe(3, filter(93)))).toHaveLength(1);
    expect(driver.unsubscribe(4, filter(94))).toEqual([failed(4, 'PACKET_TOO_LARGE')]);
  });

  it('counts properties [MQTT-3.2.2-15]', () => {
    const driver = limitedTo({ maximumPacketSize: 100 });
    const properties = { userProperties: [['name', 'v'.repeat(100)]] as const };
    expect(driver.publish(1, { properties })).toEqual([failed(1, 'PACKET_TOO_LARGE')]);
    expect(driver.tell({ type: 'subscribe', op: 2, subscriptions: requests('a'), properties })).toEqual([
      failed(2, 'PACKET_TOO_LARGE'),
    ]);
  });

  it('leaves User Properties out of a DISCONNECT that would be too large [MQTT-3.14.2-3] [MQTT-3.14.2-4]', () => {
    const userProperties = [['name', 'v'.repeat(100)]] as const;
    expect(limitedTo({ maximumPacketSize: 100 }).stop({ userProperties })[0]).toEqual(
      send(disconnect(0, { sessionExpiryInterval: 0 })),
    );
    expect(limitedTo({ maximumPacketSize: 200 }).stop({ userProperties })[0]).toEqual(
      send(disconnect(0, { sessionExpiryInterval: 0, userProperties })),
    );
  });

  it('is never in the way of an acknowledgement: none carries more than its code [MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-3.5.2-2] [MQTT-3.5.2-3] [MQTT-3.6.2-2] [MQTT-3.6.2-3] [MQTT-3.7.2-2] [MQTT-3.7.2-3]', () => {
    const driver = limitedTo({ maximumPacketSize: 8 });
    driver.publish(1, { qos: 2 });
    driver.receive(publish(5));
    driver.receive(publish(6, { qos: 2 }));
    const sent = [
      ...driver.acknowledge(1, 0x99),
      ...driver.acknowledge(2),
      ...driver.receive(pubrel(6)),
      ...driver.receive(pubrec(1)),
      ...driver.receive(pubrec(7)),
      ...driver.receive(pubrel(7)),
    ];
    expect(packets(sent)).toEqual([
      puback(5, 0x99),
      pubrec(6),
      pubcomp(6),
      pubrel(1),
      pubrel(7, 0x92),
      pubcomp(7, 0x92),
    ]);
  });

  it('leaves it to the codec to say what is wrong with what cannot be written at all', () => {
    const driver = new Driver();
    const properties = { userProperties: [['lone surrogate', '\ud800']] as const };
    driver.tell({ type: 'subscribe', op: 1, subscriptions: requests('a'), properties });
    driver.publish(2);
    driver.start();
    driver.opened();
    expect(
      driver.session.handle({ type: 'received', packet: connack({ maximumPacketSize: 100 }), now: 0, random: 0 }),
    ).toMatchObject([{ do: 'status' }, { do: 'send', packet: { type: 'subscribe' } }, { packet: publish(2) }]);
  });
});

it('Wildcard Subscription Available 0: no filter with a wildcard leaves [SEC-3.2.2.3.11-a]', () => {
  const driver = limitedTo({ wildcardSubscriptionAvailable: false });
  expect(driver.subscribe(1, 'a/+')).toEqual([failed(1, 'UNSUPPORTED_BY_SERVER')]);
  expect(driver.subscribe(2, 'a', '#')).toEqual([failed(2, 'UNSUPPORTED_BY_SERVER')]);
  expect(packets(driver.subscribe(3, 'a'))).toHaveLength(1);
});

it('Shared Subscription Available 0: no shared filter leaves [SEC-3.2.2.3.13-a]', () => {
  const driver = limitedTo({ sharedSubscriptionAvailable: false });
  expect(driver.subscribe(1, '$share/g/a')).toEqual([failed(1, 'UNSUPPORTED_BY_SERVER')]);
  expect(packets(driver.subscribe(2, '$share'))).toHaveLength(1);
});

it('limits hold for their connection only', () => {
  const driver = limitedTo({ maximumQoS: 0, retainAvailable: false, maximumPacketSize: 10 });
  driver.reconnect(connack());
  expect(packets(driver.publish(1, { qos: 2, retain: true, payload: new Uint8Array(100) }))).toHaveLength(1);
});

it('3.1.1 has no properties: a message with some fails visibly', () => {
  const driver = connected({ protocolVersion: 4 });
  expect(driver.publish(1, { properties: { contentType: 'x' } })).toEqual([failed(1, 'UNSUPPORTED_BY_SERVER')]);
});

describe('what the server may send', () => {
  it.each(VERSIONS)('too much of it for the decoder: closes, in version %i [MQTT-3.1.2-24]', (protocolVersion) => {
    const driver = connected({ protocolVersion });
    expect(driver.tell({ type: 'malformed', reasonCode: 0x95, message: 'x' })).toEqual([
      ...(protocolVersion === 5 ? [send(disconnect(0x95))] : []),
      hangUp,
      status('waiting', 'disconnection', 'PACKET_TOO_LARGE', 1_000),
    ]);
  });
});

describe('options of MQTT 5 on a connection of 3.1.1', () => {
  const in311 = { protocolVersion: 4 } as const;

  it('leaves out what only refines a subscription, so that one call serves both versions', () => {
    const request = { filter: 'a', qos: 1, retainAsPublished: true, retainHandling: 1, noLocal: false } as const;
    expect(packets(connected(in311).subscribe(1, request))).toEqual([subscribe(1, { filter: 'a', qos: 1 })]);
  });

  it('refuses noLocal, without which the application would get its own messages', () => {
    const request = { filter: 'a', qos: 1, noLocal: true } as const;
    expect(connected(in311).subscribe(1, request)).toEqual([failed(1, 'UNSUPPORTED_BY_SERVER')]);
  });
});
