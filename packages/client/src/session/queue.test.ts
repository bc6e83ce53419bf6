import { describe, expect, it } from 'vitest';
import type { OfflineBehavior } from './config.ts';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import { connack, puback, publish, publish2, resumed, subscribe, unsubscribe } from './testing/packets.test-helpers.ts';
import { type Seen, failed, packets, send, settled } from './testing/seen.test-helpers.ts';

/** What is asked for in this test, in this order: QoS 0, 1, 2, SUBSCRIBE, UNSUBSCRIBE. */
const ALL = [1, 2, 3, 4, 5] as const;

function askAll(driver: Driver): Seen[] {
  return [
    ...driver.publish(1, { qos: 0 }),
    ...driver.publish(2, { qos: 1 }),
    ...driver.publish(3, { qos: 2 }),
    ...driver.subscribe(4, 'a'),
    ...driver.unsubscribe(5, 'b'),
  ];
}

/** Which of them may wait. */
const MAY_WAIT: readonly [OfflineBehavior, readonly number[]][] = [
  ['failQos0PublishOnDisconnect', [2, 3, 4, 5]],
  ['failNonQos1PublishOnDisconnect', [2, 3]],
  ['failAllOnDisconnect', []],
];

const refusedOf = (waiting: readonly number[]): Seen[] =>
  ALL.filter((op) => !waiting.includes(op)).map((op) => failed(op, 'OFFLINE'));

describe.each(MAY_WAIT)("without a connection and with behavior '%s'", (behavior, waiting) => {
  const options = { offlineQueue: { behavior } };

  it('what may not wait fails at once: before the start, while connecting, while waiting', () => {
    const driver = new Driver(options);
    expect(askAll(driver)).toEqual(refusedOf(waiting));
    const connecting = new Driver(options);
    connecting.start();
    expect(askAll(connecting)).toEqual(refusedOf(waiting));
    connecting.opened();
    expect(askAll(connecting)).toEqual(refusedOf(waiting));
    const lost = connected(options);
    lost.closed();
    expect(askAll(lost)).toEqual(refusedOf(waiting));
  });

  it('the rest goes out in order with the connection', () => {
    const driver = new Driver(options);
    askAll(driver);
    const all = [publish(1), publish2(2), subscribe(3, 'a'), unsubscribe(4, 'b')];
    expect(packets(driver.connect())).toEqual(all.slice(0, waiting.length));
  });

  it('what waits for the quota when the connection is lost waits on only if it may', () => {
    const driver = connected(options, connack({ receiveMaximum: 1 }));
    driver.publish(1);
    driver.publish(2);
    expect(driver.closed().filter((action) => 'failed' in action)).toEqual(
      waiting.includes(2) ? [] : [failed(2, 'OFFLINE')],
    );
  });

  it("a request that is cut off waits on only if it may; a publish under way is the session's", () => {
    const driver = connected(options);
    driver.publish(2);
    driver.subscribe(4, 'a');
    driver.unsubscribe(5, 'b');
    expect(driver.closed().filter((action) => 'failed' in action)).toEqual(
      [4, 5].filter((op) => !waiting.includes(op)).map((op) => failed(op, 'OFFLINE')),
    );
    expect(packets(driver.comeBack(resumed()))[0]).toEqual(publish(1, { duplicate: true }));
  });
});

it('QoS 0 that is cut off by the loss of the connection is not sent later', () => {
  const driver = connected();
  driver.publish(1, { qos: 0 });
  driver.closed();
  expect(driver.publish(2, { qos: 0 })).toEqual([failed(2, 'OFFLINE')]);
  expect(packets(driver.comeBack(resumed()))).toEqual([]);
});

describe('the caps of the queue', () => {
  it('refuse the operation that is one too many, and let the others be', () => {
    const driver = new Driver({ offlineQueue: { maxOperations: 2 } });
    expect([1, 2, 3].flatMap((op) => driver.publish(op))).toEqual([failed(3, 'QUEUE_FULL')]);
    expect(driver.subscribe(4, 'a')).toEqual([failed(4, 'QUEUE_FULL')]);
    expect(packets(driver.connect())).toHaveLength(2);
  });

  it('count bytes of topics and payloads', () => {
    const driver = new Driver({ offlineQueue: { maxBytes: 10 } });
    expect(driver.publish(1, { payload: new Uint8Array(8) })).toEqual([]);
    expect(driver.publish(2, { payload: new Uint8Array(1) })).toEqual([failed(2, 'QUEUE_FULL')]);
    expect(driver.publish(3)).toEqual([]);
    expect(driver.publish(4)).toEqual([failed(4, 'QUEUE_FULL')]);
  });

  it('count filters', () => {
    const driver = new Driver({ offlineQueue: { maxBytes: 10 } });
    expect(driver.subscribe(1, 'a'.repeat(6))).toEqual([]);
    expect(driver.subscribe(2, 'a'.repeat(5))).toEqual([failed(2, 'QUEUE_FULL')]);
    expect(driver.unsubscribe(3, 'a'.repeat(4))).toEqual([]);
    expect(driver.unsubscribe(4, 'a')).toEqual([failed(4, 'QUEUE_FULL')]);
  });

  it('hold while connected, too, for what waits for the quota', () => {
    const driver = connected({ offlineQueue: { maxOperations: 1 } }, connack({ receiveMaximum: 1 }));
    driver.publish(1);
    expect(driver.publish(2)).toEqual([]);
    expect(driver.publish(3)).toEqual([failed(3, 'QUEUE_FULL')]);
    driver.receive(puback(1));
    expect(driver.publish(4)).toEqual([]);
  });

  it('count nothing that has left the queue, by whatever way', () => {
    const driver = new Driver({ offlineQueue: { maxOperations: 1, maxBytes: 10, maxAgeMs: 1_000 } });
    const full = { payload: new Uint8Array(9) };
    driver.publish(1, full);
    driver.cancel(1);
    expect(driver.publish(2, full, 500)).toEqual([]);
    driver.pass(500);
    expect(driver.publish(3, full)).toEqual([]);
    driver.start();
    expect(driver.pass(1_000)).toContainEqual(failed(3, 'EXPIRED'));
    expect(driver.publish(4, full)).toEqual([]);
    driver.stop();
    driver.start();
    expect(driver.publish(5, full)).toEqual([]);
    driver.opened();
    expect(packets(driver.receive(connack()))).toHaveLength(1);
    driver.closed();
    expect(driver.publish(6, full)).toEqual([]);
  });

  it('do not turn away what was accepted before and comes back', () => {
    const driver = connected({ offlineQueue: { maxOperations: 1 } });
    for (const op of [1, 2, 3]) driver.subscribe(op, `${op}`);
    driver.closed();
    expect(driver.subscribe(4, '4')).toEqual([failed(4, 'QUEUE_FULL')]);
    expect(packets(driver.comeBack(resumed()))).toEqual([4, 5, 6].map((id) => subscribe(id, `${id - 3}`)));
  });
});

describe.each(VERSIONS)('the age of what waits, in version %i', (protocolVersion) => {
  const options = { protocolVersion, offlineQueue: { maxAgeMs: 10_000 }, reconnect: { minDelayMs: 60_000 } };

  it('is bounded: the operation fails, and is not sent later', () => {
    const driver = connected(options);
    driver.closed();
    driver.publish(1);
    driver.pass(4_000);
    driver.subscribe(2, 'a');
    expect(driver.pass(5_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([failed(1, 'EXPIRED')]);
    expect(driver.pass(4_000)).toEqual([failed(2, 'EXPIRED')]);
    expect(packets(driver.comeBack(resumed()))).toEqual([]);
  });

  it('is bounded while connected, too', () => {
    const driver = connected(options, connack(protocolVersion === 5 ? { receiveMaximum: 20 } : undefined));
    for (let op = 1; op <= 21; op++) driver.publish(op);
    expect(driver.pass(10_000)).toEqual([failed(21, 'EXPIRED')]);
    expect(driver.receive(puback(1))).toEqual([settled(1, puback(1))]);
  });

  it('begins with the start', () => {
    const driver = new Driver(options);
    driver.publish(1);
    expect(driver.pass(1_000_000)).toEqual([]);
    driver.start();
    expect(driver.pass(9_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([failed(1, 'EXPIRED')]);
  });

  it('is judged at a late timer', () => {
    const driver = connected(options);
    driver.closed();
    driver.publish(1);
    expect(driver.oversleep(59_000)).toEqual([failed(1, 'EXPIRED')]);
  });
});

describe('the timeout of one operation', () => {
  it('ends its waiting, before the start, too', () => {
    const driver = new Driver();
    driver.publish(1, {}, 5_000);
    driver.publish(2);
    expect(driver.pass(4_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([failed(1, 'ACK_TIMEOUT')]);
    expect(packets(driver.connect())).toEqual([publish(1)]);
  });

  it('counts waiting and answering together', () => {
    const driver = new Driver();
    driver.publish(1, {}, 5_000);
    driver.pass(3_000);
    driver.connect();
    expect(driver.pass(1_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([failed(1, 'ACK_TIMEOUT')]);
  });

  it('can be shorter than the one for all, and not longer', () => {
    const driver = connected();
    driver.publish(1, {}, 5_000);
    driver.publish(2, {}, 100_000);
    driver.tell({ type: 'subscribe', op: 3, subscriptions: [{ filter: 'a', qos: 0 }], timeoutMs: 6_000 });
    driver.tell({ type: 'unsubscribe', op: 4, filters: ['a'], timeoutMs: 7_000 });
    expect(driver.pass(7_000)).toEqual([1, 3, 4].map((op) => failed(op, 'ACK_TIMEOUT')));
    expect(driver.pass(53_000)).toEqual([failed(2, 'ACK_TIMEOUT')]);
  });
});

it('operations that nobody waits for by name do not push each other out of the queue', () => {
  const driver = connected();
  driver.unsubscribe(0, 'a');
  driver.unsubscribe(0, 'b');
  expect(packets(driver.reconnect(resumed()))).toEqual([unsubscribe(3, 'a'), unsubscribe(4, 'b')]);
});

it('a long queue is emptied in order', () => {
  const driver = new Driver();
  for (let op = 1; op <= 10_000; op++) driver.publish(op, { topic: `${op}` });
  const topics = packets(driver.connect(connack({ receiveMaximum: 7 })));
  for (let id = 1; id <= 10_000; id++) topics.push(...packets(driver.receive(puback(id))));
  expect(topics.map((packet) => 'topic' in packet && packet.topic)).toEqual(
    Array.from({ length: 10_000 }, (_, index) => `${index + 1}`),
  );
  expect(driver.publish(10_001)).toEqual([send(publish(10_001))]);
});
