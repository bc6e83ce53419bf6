import { MemoryStore } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import { connected, errorOf, setUp, watch } from './testing/set-up.test-helpers.ts';

const MEBIBYTE = 1_048_576;
const SIZE = 65_536;
const roomy = { offlineQueue: { maxBytes: 100 * MEBIBYTE }, keepAliveSeconds: 0 };

describe('a network that takes nothing', () => {
  it('makes at most a mebibyte and one message wait in the socket, of 64 that are published', async () => {
    const { client, server, clock } = await connected(roomy);
    server.wire.stall('toServer');
    const published = Array.from({ length: 1_024 }, () => watch(client.publish('a/topic', new Uint8Array(SIZE))));
    await clock.settle();
    expect(server.wire.bufferedBytes).toBeGreaterThan(MEBIBYTE - SIZE);
    expect(server.wire.bufferedBytes).toBeLessThanOrEqual(MEBIBYTE + SIZE + 100);
    await clock.advance(60_000);
    expect(server.wire.bufferedBytes).toBeLessThanOrEqual(MEBIBYTE + SIZE + 100);
    expect(client.statistics().bufferedBytes).toBe(server.wire.bufferedBytes);
    expect(published.filter(({ status }) => status === 'resolved')).toHaveLength(16);
    expect(client.state.status).toBe('connected');
  });

  it('loses nothing when it goes on, keeps the order, and wakes no timer afterwards', async () => {
    const { client, server, clock } = await connected(roomy);
    server.wire.stall('toServer');
    const published = Array.from({ length: 100 }, (_, index) => {
      const payload = new Uint8Array(SIZE);
      payload[0] = index;
      return watch(client.publish('a/topic', payload));
    });
    await clock.advance(1_000);
    server.wire.resume();
    server.wire.bufferedBytes = 0;
    await clock.advance(1_000);
    expect(published.every(({ status }) => status === 'resolved')).toBe(true);
    for (let index = 0; index < 100; index++) {
      const { payload } = await server.expectPacket('publish');
      expect(payload[0]).toBe(index);
    }
    expect(clock.pendingWakes).toBe(0);
  });

  it('makes no more wait when it takes something and stops again', async () => {
    const { client, server, clock } = await connected(roomy);
    server.wire.stall('toServer');
    for (let count = 0; count < 200; count++) void client.publish('a/topic', new Uint8Array(SIZE)).catch(() => {});
    for (let round = 0; round < 5; round++) {
      await clock.advance(1_000);
      expect(server.wire.bufferedBytes).toBeGreaterThan(MEBIBYTE - SIZE);
      expect(server.wire.bufferedBytes).toBeLessThanOrEqual(MEBIBYTE + SIZE + 100);
      server.wire.bufferedBytes = round * 1_000;
    }
    void client.stop();
    await clock.advance(3_000);
  });

  it('makes no more wait either while a store takes its time, and what it holds back is not in the socket yet', async () => {
    const store = new MemoryStore();
    const open = store.open.bind(store);
    const slow: { until?: Promise<void> } = {};
    store.open = async (clientId) => {
      const session = await open(clientId);
      const { records } = session;
      const commit: typeof session.commit = (changes) => slow.until ?? session.commit(changes);
      return { records, commit, clear: () => session.clear(), close: () => session.close() };
    };
    const { client, server, clock } = await connected({ ...roomy, clientId: 'c', session: { store } });
    let commit = (): void => {};
    slow.until = new Promise((resolve) => (commit = resolve));
    server.wire.stall('toServer');
    for (let count = 0; count < 64; count++)
      void client.publish('a/topic', new Uint8Array(SIZE), { qos: 1 }).catch(() => {});
    await clock.advance(1_000);
    expect(server.wire.bufferedBytes).toBe(0);
    commit();
    await clock.advance(1_000);
    expect(server.wire.bufferedBytes).toBeGreaterThan(MEBIBYTE - SIZE);
    expect(server.wire.bufferedBytes).toBeLessThanOrEqual(MEBIBYTE + SIZE + 100);
    void client.stop();
    await clock.advance(3_000);
  });

  it('is noticed by the next publish when the timer is late', async () => {
    const { client, server, clock } = await connected(roomy);
    server.wire.stall('toServer');
    for (let count = 0; count < 20; count++) void client.publish('a', new Uint8Array(SIZE));
    await clock.settle();
    server.wire.resume();
    server.wire.bufferedBytes = 0;
    const last = watch(client.publish('last', 'x'));
    await clock.settle();
    expect(last.status).toBe('resolved');
  });
});

describe('drained()', () => {
  it('resolves at once where nothing waits, also before the start', async () => {
    const made = setUp();
    const early = watch(made.client.drained());
    await made.clock.settle();
    expect(early.status).toBe('resolved');
    const { client } = await connected();
    void client.publish('a', 'x');
    await client.drained();
  });

  it('resolves when the socket has room and the queue is empty, and not before', async () => {
    const { client, server, clock } = await connected(roomy);
    server.wire.stall('toServer');
    for (let count = 0; count < 50; count++) void client.publish('a', new Uint8Array(SIZE));
    const drained = watch(client.drained());
    await clock.advance(5_000);
    expect(drained.status).toBe('pending');
    server.wire.bufferedBytes = 300_000;
    await clock.advance(5_000);
    expect(drained.status).toBe('pending');
    server.wire.bufferedBytes = 200_000;
    await clock.advance(60);
    expect(drained.status).toBe('pending');
    server.wire.resume();
    for (let round = 0; round < 5; round++) {
      server.wire.bufferedBytes = 0;
      await clock.advance(60);
    }
    expect(drained.status).toBe('resolved');
  });

  it('waits for what waits for the quota, and for the next connection', async () => {
    const { client, server, clock } = await connected({}, { properties: { receiveMaximum: 1 } });
    const all = [1, 2].map(() => watch(client.publish('a', 'x', { qos: 1 })));
    const drained = watch(client.drained());
    await clock.settle();
    expect(drained.status).toBe('pending');
    const { packetId = 0 } = await server.expectPacket('publish');
    server.send({ type: 'puback', packetId, reasonCode: 0 });
    await clock.settle();
    expect(drained.status).toBe('resolved');
    expect(all.map(({ status }) => status)).toEqual(['resolved', 'pending']);
  });

  it('ends with `stop()`, when nothing can wait any more', async () => {
    const { client, clock } = setUp();
    const published = watch(client.publish('a', 'x', { qos: 1 }));
    const drained = watch(client.drained());
    await clock.settle();
    expect(drained.status).toBe('pending');
    await client.stop();
    await clock.settle();
    expect([drained.status, published.code]).toEqual(['resolved', 'STOPPED']);
  });

  it('rejects with the reason of its signal, and leaves no listener', async () => {
    const { client, clock } = setUp();
    void client.publish('a', 'x', { qos: 1 }).catch(() => {});
    const controller = new AbortController();
    const drained = watch(client.drained({ signal: controller.signal }));
    const reason = new Error('enough');
    controller.abort(reason);
    await clock.settle();
    expect(drained).toMatchObject({ status: 'rejected', error: reason });
    expect(await errorOf(client.drained({ signal: controller.signal }))).toBe(reason);
    await client.stop();
  });

  it('may publish again from where it was awaited: a loop goes as fast as the network', async () => {
    const { client, server, clock } = await connected({ keepAliveSeconds: 0 });
    server.wire.stall('toServer');
    let count = 0;
    const loop = (async () => {
      for (; count < 100; count++) {
        await client.drained();
        void client.publish('a', new Uint8Array(SIZE));
      }
    })();
    await clock.advance(1_000);
    expect(count).toBe(16);
    server.wire.resume();
    for (let round = 0; round < 10; round++) {
      server.wire.bufferedBytes = 0;
      await clock.advance(60);
    }
    await loop;
    expect(count).toBe(100);
  });
});
