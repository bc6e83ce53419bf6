import { describe, expect, it } from 'vitest';
import type { OfflineQueuePolicy } from './config.ts';
import { Driver, connected } from './testing/driver.test-helpers.ts';
import { connack, puback } from './testing/packets.test-helpers.ts';
import { type Seen, failed, settled } from './testing/seen.test-helpers.ts';

const full = (op: number): Seen => failed(op, 'QUEUE_FULL');

const bytes = (count: number) => ({ topic: 't', payload: new Uint8Array(count - 1) });

/** Publishes with the operations 1, 2, 3, … of so many bytes each, before `start()`; returns what is done. */
function fill(offlineQueue: Partial<OfflineQueuePolicy>, ...sizes: number[]): { driver: Driver; done: Seen[] } {
  const driver = new Driver({ offlineQueue });
  return { driver, done: sizes.flatMap((size, index) => driver.publish(index + 1, bytes(size))) };
}

/** The operations that leave when the connection stands, told by what settles. */
function left(driver: Driver): number[] {
  driver.connect();
  const identifiers = driver.lastActions.flatMap((action) =>
    action.do === 'send' && action.packet.type === 'publish' ? [action.packet.packetId as number] : [],
  );
  return identifiers.flatMap((packetId) => {
    driver.receive(puback(packetId));
    return driver.lastActions.flatMap((action) => (action.do === 'settle' ? [action.op] : []));
  });
}

describe('what has to go when there is one operation too many, with `overflow`:', () => {
  it.each<[OfflineQueuePolicy['overflow'], readonly number[], readonly number[]]>([
    ['reject', [4, 5], [1, 2, 3]],
    ['dropOldest', [1, 2], [3, 4, 5]],
    ['dropNewest', [3, 4], [1, 2, 5]],
  ])('%s', (overflow, gone, stay) => {
    const { driver, done } = fill({ overflow, maxOperations: 3 }, 1, 1, 1, 1, 1);
    expect(done).toEqual(gone.map(full));
    expect(left(driver)).toEqual(stay);
  });
});

describe('what has to go when there are too many bytes, with `overflow`:', () => {
  it.each<[OfflineQueuePolicy['overflow'], readonly number[], readonly number[]]>([
    ['reject', [4], [1, 2, 3]],
    ['dropOldest', [1, 2], [3, 4]],
    ['dropNewest', [3, 2], [1, 4]],
  ])('%s, as many as it takes and no more', (overflow, gone, stay) => {
    const { driver, done } = fill({ overflow, maxBytes: 30 }, 10, 10, 10, 15);
    expect(done).toEqual(gone.map(full));
    expect(left(driver)).toEqual(stay);
  });

  it.each(['dropOldest', 'dropNewest'] as const)(
    '%s: not the others for one that is too large by itself',
    (overflow) => {
      const { driver, done } = fill({ overflow, maxBytes: 30 }, 10, 31);
      expect(done).toEqual([full(2)]);
      expect(left(driver)).toEqual([1]);
    },
  );
});

describe('the caps are exact:', () => {
  it.each(['reject', 'dropOldest', 'dropNewest'] as const)('what just fits waits, with %s', (overflow) => {
    const { driver, done } = fill({ overflow, maxOperations: 3, maxBytes: 30 }, 10, 10, 10);
    expect(done).toEqual([]);
    expect(left(driver)).toEqual([1, 2, 3]);
  });

  it.each(['reject', 'dropOldest', 'dropNewest'] as const)('none may wait where the cap is 0, with %s', (overflow) => {
    expect(fill({ overflow, maxOperations: 0 }, 1).done).toEqual([full(1)]);
    expect(fill({ overflow, maxBytes: 0 }, 1).done).toEqual([full(1)]);
  });

  it('an operation waits for `maxAgeMs` and not a millisecond more', () => {
    const driver = new Driver({ offlineQueue: { maxAgeMs: 5_000 }, reconnect: false, connectTimeoutMs: 60_000 });
    driver.start();
    driver.publish(1);
    expect(driver.pass(4_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([failed(1, 'EXPIRED')]);
  });

  it('nor is it sent when the tick is late', () => {
    const driver = new Driver({ offlineQueue: { maxAgeMs: 5_000 }, connectTimeoutMs: 60_000 });
    driver.start();
    driver.opened();
    driver.publish(1);
    driver.now += 5_000;
    expect(driver.receive(connack()).filter((action) => 'failed' in action || 'send' in action)).toEqual([
      failed(1, 'EXPIRED'),
    ]);
  });

  it('nor when it has waited for the quota', () => {
    const driver = connected({ offlineQueue: { maxAgeMs: 5_000 } }, connack({ receiveMaximum: 1 }));
    driver.publish(1);
    driver.publish(2);
    driver.now += 5_000;
    expect(driver.receive(puback(1))).toEqual([settled(1, puback(1)), failed(2, 'EXPIRED')]);
  });

  it('`Infinity` is no cap', () => {
    const endless = Number.POSITIVE_INFINITY;
    const offlineQueue = { maxAgeMs: endless, maxBytes: endless, maxOperations: endless };
    const driver = new Driver({ offlineQueue });
    driver.publish(1);
    driver.start();
    driver.dialFailed();
    driver.pass(100 * 86_400_000);
    expect(driver.session.load.queued).toEqual({ count: 1, bytes: 1 });
  });
});

it('a cancelled operation makes room', () => {
  const { driver } = fill({ overflow: 'dropNewest', maxOperations: 2 }, 1, 1);
  driver.cancel(2);
  expect(driver.publish(3, bytes(1))).toEqual([]);
  driver.cancel(3);
  expect([...driver.publish(4, bytes(1)), ...driver.publish(5, bytes(1))]).toEqual([full(4)]);
  expect(left(driver)).toEqual([1, 5]);
});
