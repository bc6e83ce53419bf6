import { describe, expect, it } from 'vitest';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
  disconnect,
  publish,
  requests,
  resumed,
  suback,
  subscribe,
  unsuback,
  unsubscribe,
} from './testing/packets.test-helpers.ts';
import { deliver, failed, hangUp, packets, send, settled, status } from './testing/seen.test-helpers.ts';

describe.each(VERSIONS)('subscribing in version %i', (protocolVersion) => {
  const options = { protocolVersion };

  it('is over with SUBACK, which says what was granted for each filter, in order [MQTT-3.8.4-1] [MQTT-3.8.4-6] [MQTT-3.8.4-7] [MQTT-3.9.3-1] [MQTT3-3.8.4-1] [MQTT3-3.8.4-5] [MQTT3-3.9.3-1]', () => {
    const driver = connected(options);
    const filters = [{ filter: 'a', qos: 2 }, { filter: 'b/+', qos: 1 }, 'c/#'] as const;
    expect(driver.subscribe(1, ...filters)).toEqual([send(subscribe(1, ...filters))]);
    expect(driver.receive(suback(1, 1, 0x80, 0))).toEqual([settled(1, suback(1, 1, 0x80, 0))]);
  });

  it('settles by identifier, not by order [MQTT-2.2.1-6] [MQTT-3.8.4-2] [MQTT3-2.3.1-7] [MQTT3-3.8.4-2] [MQTT3-3.10.4-4]', () => {
    const driver = connected(options);
    const code = protocolVersion === 5 ? [0] : [];
    driver.subscribe(1, 'a');
    driver.unsubscribe(2, 'b');
    driver.subscribe(3, 'c');
    expect(driver.receive(suback(3, 0))).toEqual([settled(3, suback(3, 0))]);
    expect(driver.receive(unsuback(2, ...code))).toEqual([settled(2, unsuback(2, ...code))]);
    expect(driver.receive(suback(1, 1))).toEqual([settled(1, suback(1, 1))]);
  });

  it('waits while every identifier is in use, and goes out as soon as one is free [MQTT-2.2.1-3] [MQTT3-2.3.1-2]', () => {
    const driver = connected(options);
    driver.unsubscribe(1, 'a');
    for (let op = 2; op <= 65_535; op++) driver.subscribe(op, 'a');
    expect(driver.subscribe(65_536, 'b')).toEqual([]);
    expect(driver.unsubscribe(65_537, 'c')).toEqual([]);
    expect(packets(driver.receive(unsuback(1, ...(protocolVersion === 5 ? [0] : []))))).toEqual([subscribe(1, 'b')]);
    expect(packets(driver.receive(suback(7, 0)))).toEqual([unsubscribe(7, 'c')]);
  });

  it('ignores an answer to nothing, and one of the wrong kind', () => {
    const driver = connected(options);
    driver.subscribe(1, 'a');
    expect(driver.receive(suback(7, 0))).toEqual([]);
    expect(driver.receive(unsuback(1))).toEqual([]);
    expect(driver.receive(unsuback(7))).toEqual([]);
    expect(driver.receive(suback(1, 0))).toEqual([settled(1, suback(1, 0))]);
  });

  it('gives messages to the application before the SUBACK, too [SEC-3.8.4-a] [SEC3-3.8.4-a]', () => {
    const driver = connected(options);
    driver.subscribe(1, 't');
    expect(driver.receive(publish())).toEqual([deliver(0, publish())]);
  });

  it('closes after a SUBACK with another number of codes; the subscription is asked for again [MQTT-3.8.4-6]', () => {
    const driver = connected(options);
    driver.subscribe(1, 'a', 'b');
    expect(driver.receive(suback(1, 0))).toEqual([
      ...(protocolVersion === 5 ? [send(disconnect(0x82))] : []),
      hangUp,
      status('waiting', 'disconnection', 'PROTOCOL_ERROR', 1_000),
    ]);
    expect(packets(driver.comeBack(resumed()))).toEqual([subscribe(2, 'a', 'b')]);
    expect(driver.receive(suback(2, 0, 0))).toEqual([settled(1, suback(2, 0, 0))]);
  });

  it('is asked for again with another identifier when the connection was lost, and settles once', () => {
    const driver = connected(options);
    driver.subscribe(1, 'a');
    driver.unsubscribe(2, 'b');
    expect(packets(driver.reconnect(resumed()))).toEqual([subscribe(3, 'a'), unsubscribe(4, 'b')]);
    expect(driver.receive(suback(3, 0))).toEqual([settled(1, suback(3, 0))]);
  });

  it('is not asked for again for ever when it makes the server hang up', () => {
    const driver = connected({ ...options, reconnect: { maxDelayMs: 1_000 } });
    driver.subscribe(1, 'a');
    const outcomes = Array.from({ length: 70 }, () => {
      driver.closed();
      const waited = driver.pass(1_000);
      driver.opened();
      return [...waited, ...driver.receive(connack())];
    }).flat();
    expect(outcomes.filter((action) => 'send' in action && action.send.type === 'subscribe')).toHaveLength(59);
    expect(outcomes).toContainEqual(failed(1, 'ACK_TIMEOUT'));
  });

  it('asks for what nobody wants any more only once', () => {
    const driver = connected(options);
    driver.subscribe(1, 'a');
    driver.cancel(1);
    expect(packets(driver.reconnect(resumed()))).toEqual([]);
  });

  it('keeps the options of each filter', () => {
    const request = { filter: 'a', qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2 } as const;
    if (protocolVersion === 5) expect(packets(connected().subscribe(1, request))).toEqual([subscribe(1, request)]);
    else expect(packets(connected(options).subscribe(1, 'a'))).toEqual([subscribe(1, 'a')]);
  });

  it('fails with what the codec refuses, and the identifier is free', () => {
    const driver = connected(options);
    const [first] = packets(driver.subscribe(1, 'a'));
    const [second] = packets(driver.unsubscribe(2, 'b'));
    if (first === undefined || second === undefined) throw new Error('nothing sent');
    expect(driver.tell({ type: 'unsendable', packet: first, message: 'x' })).toEqual([failed(1, 'INVALID_ARGUMENT')]);
    expect(driver.tell({ type: 'unsendable', packet: second, message: 'x' })).toEqual([failed(2, 'INVALID_ARGUMENT')]);
    expect(driver.session.status).toBe('connected');
    expect(packets(driver.reconnect(connack()))).toEqual([]);
  });

  it('waits before the start and goes out with the first connection', () => {
    const driver = new Driver(options);
    expect(driver.subscribe(1, 'a')).toEqual([]);
    expect(packets(driver.connect())).toEqual([subscribe(1, 'a')]);
  });
});

describe('SUBSCRIBE and UNSUBSCRIBE in 5.0', () => {
  it('carry properties', () => {
    const driver = connected();
    const properties = { userProperties: [['a', 'b']] as const };
    const subscriptions = requests('a');
    expect(packets(driver.tell({ type: 'subscribe', op: 1, subscriptions, properties }))).toEqual([
      { type: 'subscribe', packetId: 1, subscriptions, properties },
    ]);
    expect(packets(driver.tell({ type: 'unsubscribe', op: 2, filters: ['a'], properties }))).toEqual([
      { type: 'unsubscribe', packetId: 2, filters: ['a'], properties },
    ]);
  });

  it('ends with UNSUBACK, whether there was a subscription or not [MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.11.3-1]', () => {
    const driver = connected();
    expect(driver.unsubscribe(1, 'a', 'b')).toEqual([send(unsubscribe(1, 'a', 'b'))]);
    expect(driver.receive(unsuback(1, 0, 0x11))).toEqual([settled(1, unsuback(1, 0, 0x11))]);
  });

  it('fails when the server refuses to unsubscribe', () => {
    const driver = connected();
    driver.unsubscribe(1, 'a', 'b');
    expect(driver.receive(unsuback(1, 0, 0x87))).toEqual([failed(1, 'UNSUBSCRIBE_REFUSED')]);
    expect(driver.lastActions[0]).toMatchObject({ outcome: { failure: { reasonCode: 0x87 } } });
  });

  it('closes after an UNSUBACK with another number of codes; the request is made again [MQTT-3.11.3-2]', () => {
    const driver = connected();
    driver.unsubscribe(1, 'a', 'b');
    expect(driver.receive(unsuback(1, 0))).toEqual([
      send(disconnect(0x82)),
      hangUp,
      status('waiting', 'disconnection', 'PROTOCOL_ERROR', 1_000),
    ]);
    expect(packets(driver.comeBack(resumed()))).toEqual([unsubscribe(2, 'a', 'b')]);
  });
});

it('UNSUBACK of 3.1.1 has no codes, and comes even if there was no subscription [MQTT3-3.10.4-5]', () => {
  const driver = connected({ protocolVersion: 4 });
  driver.unsubscribe(1, 'a', 'b');
  expect(driver.receive(unsuback(1))).toEqual([settled(1, unsuback(1))]);
});
