import { describe, expect, it } from 'vitest';
import { type Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import { connack, resumed, suback, subscribe, unsuback, unsubscribe } from './testing/packets.test-helpers.ts';
import { failed, packets, send, settled, types, unsubscribed } from './testing/seen.test-helpers.ts';

/** Subscribes to each filter by itself, and is granted it. */
function subscribedTo(driver: Driver, ...filters: string[]): Driver {
  for (const [op, filter] of filters.entries()) {
    const [packet] = packets(driver.subscribe(op, filter));
    if (packet?.type === 'subscribe') driver.receive(suback(packet.packetId, 1));
  }
  return driver;
}

describe.each(VERSIONS)('subscriptions in version %i', (protocolVersion) => {
  const subscribed = (...filters: string[]): Driver => subscribedTo(connected({ protocolVersion }), ...filters);
  const done = protocolVersion === 5 ? [0] : [];

  it("are the server's to keep while the session goes on", () => {
    expect(packets(subscribed('a').reconnect(resumed()))).toEqual([]);
  });

  it('are made again, without anybody asking, when the server lost the session [SEC-3.8.4-b]', () => {
    const driver = subscribed('a', 'b');
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(3, 'a', 'b')]);
    expect(driver.receive(suback(3, 1, 1))).toEqual([]);
    expect(packets(driver.reconnect(resumed()))).toEqual([]);
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(4, 'a', 'b')]);
  });

  it('are made again eight at a time: some servers take no more', () => {
    const filters = Array.from({ length: 20 }, (_, index) => `f${index}`);
    expect(packets(subscribed(...filters).reconnect(connack()))).toEqual([
      subscribe(21, ...filters.slice(0, 8)),
      subscribe(22, ...filters.slice(8, 16)),
      subscribe(23, ...filters.slice(16)),
    ]);
  });

  it('are made again as they were asked for last', () => {
    const driver = subscribed('a');
    driver.subscribe(5, { filter: 'a', qos: 2 });
    driver.receive(suback(2, 1));
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(3, { filter: 'a', qos: 2 })]);
  });

  it('are made again in the next connection when this one was cut off meanwhile, even if the session goes on', () => {
    const driver = subscribed('a', 'b');
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(3, 'a', 'b')]);
    expect(packets(driver.reconnect(resumed()))).toEqual([subscribe(4, 'a', 'b')]);
    driver.receive(suback(4, 1, 1));
    expect(packets(driver.reconnect(resumed()))).toEqual([]);
  });

  it('end when the server refuses them now; the others go on', () => {
    const driver = subscribed('a', 'b', 'c');
    driver.reconnect(connack());
    expect(driver.receive(suback(4, 1, 0x80, 1))).toEqual([unsubscribed('b', 'SUBSCRIBE_REFUSED')]);
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(5, 'a', 'c')]);
  });

  it('are not made again after UNSUBSCRIBE', () => {
    const driver = subscribed('a', 'b');
    expect(packets(driver.unsubscribe(9, 'a'))).toEqual([unsubscribe(3, 'a')]);
    driver.receive(unsuback(3, ...done));
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(4, 'b')]);
  });

  it('are not made again after an UNSUBSCRIBE that was cut off: it is sent again', () => {
    const driver = subscribed('a');
    driver.unsubscribe(9, 'a');
    expect(packets(driver.reconnect(connack()))).toEqual([unsubscribe(3, 'a')]);
  });

  it('are made again when they were wanted again before UNSUBACK, whichever answer comes first', () => {
    const driver = subscribed('a');
    driver.unsubscribe(8, 'a');
    driver.subscribe(9, 'a');
    driver.receive(suback(3, 1));
    driver.receive(unsuback(2, ...done));
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(4, 'a')]);
  });

  it('do not come back by a SUBACK that was on its way when UNSUBSCRIBE was sent', () => {
    const driver = connected({ protocolVersion });
    driver.subscribe(1, 'a');
    driver.unsubscribe(2, 'a');
    driver.receive(suback(1, 1));
    driver.receive(unsuback(2, ...done));
    expect(packets(driver.reconnect(connack()))).toEqual([]);
  });

  it('do not come back by the answer to a renewal that was on its way when UNSUBSCRIBE was sent', () => {
    const driver = subscribed('a', 'b');
    driver.reconnect(connack());
    driver.unsubscribe(9, 'a');
    driver.receive(suback(3, 1, 1));
    driver.receive(unsuback(4, ...done));
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(5, 'b')]);
  });

  it('do not come back by the answer to a renewal after an UNSUBSCRIBE that was given up', () => {
    const driver = subscribed('a', 'b');
    driver.reconnect(connack());
    driver.unsubscribe(9, 'a');
    driver.cancel(9);
    driver.receive(suback(3, 1, 1));
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(5, 'b')]);
  });

  it('stay when they are asked for again behind an UNSUBSCRIBE', () => {
    const driver = subscribed('a');
    driver.unsubscribe(8, 'a');
    driver.subscribe(9, 'a');
    driver.receive(unsuback(2, ...done));
    driver.receive(suback(3, 1));
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(4, 'a')]);
  });

  it('that were refused or given up are not made again', () => {
    const driver = connected({ protocolVersion });
    driver.subscribe(1, 'a');
    driver.receive(suback(1, 0x80));
    driver.subscribe(2, 'b');
    driver.cancel(2);
    driver.receive(suback(2, 0));
    expect(packets(driver.reconnect(connack()))).toEqual([]);
  });

  it('that were not answered in time are not made again', () => {
    const driver = connected({ protocolVersion });
    driver.subscribe(1, 'a');
    expect(driver.pass(60_000)).toEqual([failed(1, 'ACK_TIMEOUT')]);
    driver.receive(suback(1, 1));
    expect(packets(driver.reconnect(connack()))).toEqual([]);
  });

  it('end with stop()', () => {
    const driver = subscribed('a');
    driver.stop();
    driver.closed();
    // In 3.1.1 that session is ended first.
    expect(types(driver.connect())).toEqual(protocolVersion === 5 ? [] : ['disconnect']);
    if (protocolVersion === 4) expect(packets(driver.comeBack())).toEqual([]);
  });

  it('that failed to be ended while there was no connection are ended in the session that goes on', () => {
    const driver = subscribed('a', 'b');
    driver.closed();
    driver.unsubscribe(9, 'a');
    driver.cancel(9);
    driver.tell({ type: 'unsubscribe', op: 10, filters: ['b'], timeoutMs: 1 });
    expect(driver.pass(1)).toContainEqual(failed(10, 'ACK_TIMEOUT'));
    const [first, second] = packets(driver.comeBack(resumed())) as { readonly packetId: number }[];
    expect([first, second]).toMatchObject([
      { type: 'unsubscribe', filters: ['a'] },
      { type: 'unsubscribe', filters: ['b'] },
    ]);
    driver.receive(unsuback(first?.packetId as number, ...done));
    // Not answered, so it is asked for again; then the server has said no.
    const again = packets(driver.reconnect(resumed()));
    expect(again).toMatchObject([{ type: 'unsubscribe', filters: ['b'] }]);
    driver.receive(unsuback((again[0] as { readonly packetId: number }).packetId, ...done.map(() => 0x87)));
    expect(packets(driver.reconnect(resumed()))).toEqual([]);
  });

  it('that `offlineQueue` lets no request for wait are ended in the session that goes on', () => {
    const driver = subscribed('a');
    const strict = connected({ protocolVersion, offlineQueue: { behavior: 'failAllOnDisconnect' } });
    strict.subscribe(1, 'a');
    strict.receive(suback(1, 1));
    for (const each of [driver, strict]) each.closed();
    expect(strict.unsubscribe(9, 'a')).toEqual([failed(9, 'OFFLINE')]);
    expect(packets(strict.comeBack(resumed()))).toMatchObject([{ type: 'unsubscribe', filters: ['a'] }]);
    // One that waits is not sent twice.
    driver.unsubscribe(9, 'a');
    expect(types(driver.comeBack(resumed()))).toEqual(['unsubscribe']);
  });

  it('that are wanted again, or that the server has lost anyway, are not ended', () => {
    const driver = subscribed('a');
    driver.closed();
    driver.unsubscribe(9, 'a');
    driver.cancel(9);
    driver.subscribe(10, 'a');
    const sent = packets(driver.comeBack(resumed()));
    expect(sent).toMatchObject([{ type: 'subscribe' }]);
    driver.receive(suback((sent[0] as { readonly packetId: number }).packetId, 1));
    expect(types(driver.reconnect(connack()))).toEqual(['subscribe']);
    const other = subscribed('a');
    other.closed();
    other.unsubscribe(9, 'a');
    other.cancel(9);
    expect(packets(other.comeBack(connack()))).toEqual([]);
    expect(packets(other.reconnect(resumed()))).toEqual([]);
  });

  it('are made again before what waits', () => {
    const driver = subscribed('a');
    driver.closed();
    driver.subscribe(9, 'b');
    expect(packets(driver.comeBack(connack()))).toEqual([subscribe(2, 'a'), subscribe(3, 'b')]);
    expect(driver.receive(suback(3, 1))).toEqual([settled(9, suback(3, 1))]);
  });
});

describe('a server that has become narrower', () => {
  it('does not get what it does not support: that subscription ends visibly, the others are made again [SEC-3.2.2.3.11-a] [SEC-3.2.2.3.13-a]', () => {
    const driver = subscribedTo(connected(), 'a', 'b/+', '$share/g/c');
    const narrow = connack({ wildcardSubscriptionAvailable: false, sharedSubscriptionAvailable: false });
    expect(driver.reconnect(narrow).slice(1)).toEqual([
      unsubscribed('b/+', 'UNSUPPORTED_BY_SERVER'),
      unsubscribed('$share/g/c', 'UNSUPPORTED_BY_SERVER'),
      send(subscribe(4, 'a')),
    ]);
    expect(packets(driver.reconnect(connack()))).toEqual([subscribe(5, 'a')]);
  });

  it('gets smaller packets when several filters are too large together [MQTT-3.2.2-15]', () => {
    const filters = ['a'.repeat(60), 'b'.repeat(60), 'c'.repeat(90)] as const;
    const driver = subscribedTo(connected(), ...filters);
    expect(driver.reconnect(connack({ maximumPacketSize: 80 })).slice(1)).toEqual([
      unsubscribed(filters[2], 'PACKET_TOO_LARGE'),
      send(subscribe(4, filters[0])),
      send(subscribe(5, filters[1])),
    ]);
  });
});
