import type { Packet } from '@mqtide/codec';
import { MemoryStore, VirtualClock } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import type { Action } from '../session/events.ts';
import { Barrier } from './barrier.ts';

const settle = (op: number): Action => ({ do: 'settle', op, outcome: { ok: true } });
const send = (packet: Packet, op?: number): Action => ({ do: 'send', packet, ...(op !== undefined && { op }) });
const puback = (packetId: number): Packet => ({ type: 'puback', packetId, reasonCode: 0 });
const put = (key: string, value: unknown = 1): Action => ({ do: 'store', key, value });
const remove = (key: string): Action => ({ do: 'store', key });
const hangUp: Action = { do: 'hangUp' };

interface Held {
  readonly barrier: Barrier;
  readonly store: MemoryStore;
  readonly clock: VirtualClock;
  /** What was performed and told, in order. */
  readonly done: unknown[];
  tell(...actions: Action[]): void;
  /** Lets the store answer what it was asked, and holds what it is asked next. */
  answer(): Promise<void>;
}

/** A barrier before a store that answers when it is told to. */
async function held({ isOpen = true } = {}): Promise<Held> {
  const store = new MemoryStore();
  const clock = new VirtualClock();
  const done: unknown[] = [];
  const barrier = new Barrier(store, 'c', clock, {
    perform: (actions) => done.push(...actions),
    restored: (records) => done.push({ restored: records }),
    storeFailed: ({ code }) => done.push(code),
  });
  const tell = (...actions: Action[]): void => {
    for (const action of actions) if (!barrier.holds(action)) done.push(action);
  };
  let open = (): void => {};
  const hold = (): void => void (store.gate = new Promise<void>((resolve) => (open = resolve)));
  const answer = async (): Promise<void> => {
    await clock.settle();
    const last = open;
    hold();
    last();
    await clock.settle();
  };
  if (isOpen) {
    tell({ do: 'openStore' });
    await clock.settle();
    done.length = 0;
  }
  hold();
  return { barrier, store, clock, done, tell, answer };
}

describe('the barrier of the store', () => {
  it('lets everything pass while nothing is to be stored', async () => {
    const { barrier, done, tell } = await held();
    tell(send(puback(1)), settle(1));
    expect(done).toEqual([send(puback(1)), settle(1)]);
    expect(barrier.isClosed).toBe(false);
  });

  it('performs nothing behind a store before it is durable, and everything in order after', async () => {
    const { store, clock, done, tell, answer } = await held();
    tell(settle(1), put('a'), send(puback(1)), settle(2));
    await clock.settle();
    tell(settle(3));
    expect(done).toEqual([settle(1)]);
    await answer();
    expect(done).toEqual([settle(1), send(puback(1)), settle(2), settle(3)]);
    expect(store.records('c')).toEqual([{ key: 'a', value: 1 }]);
  });

  it('stores what comes in one turn in one transaction, and what comes meanwhile in the next', async () => {
    const { store, clock, done, tell, answer } = await held();
    tell(put('a'), settle(1), put('b'), settle(2));
    await clock.settle();
    tell(put('c'), settle(3), remove('a'), put('b', 2), settle(4));
    await answer();
    expect([store.commits, done]).toEqual([1, [settle(1), settle(2)]]);
    await answer();
    expect([store.commits, done]).toEqual([2, [settle(1), settle(2), settle(3), settle(4)]]);
    expect(store.records('c')).toEqual([
      { key: 'b', value: 2 },
      { key: 'c', value: 1 },
    ]);
  });

  it('keeps the last of what becomes of a record within one transaction', async () => {
    const { store, tell, answer } = await held();
    tell(put('gone'), remove('gone'), remove('there'), put('there', 1), put('there', 2));
    await answer();
    expect(store.records('c')).toEqual([{ key: 'there', value: 2 }]);
  });

  it('lets CONNECT pass, since nothing may leave before it [MQTT-3.1.0-1]', async () => {
    const { done, tell } = await held();
    const connect = send({ type: 'connect', protocolVersion: 5, clientId: 'c', cleanStart: true, keepAliveSeconds: 0 });
    tell(put('a'), connect, send({ type: 'disconnect', reasonCode: 0 }));
    expect(done).toEqual([connect, send({ type: 'disconnect', reasonCode: 0 })]);
  });

  it('lets PINGREQ, DISCONNECT and the end of the connection pass, and nothing else', async () => {
    const { done, tell } = await held();
    tell(put('a'), send({ type: 'pingreq' }), send(puback(1)), send({ type: 'disconnect', reasonCode: 0 }), hangUp);
    expect(done).toEqual([send({ type: 'pingreq' }), send({ type: 'disconnect', reasonCode: 0 }), hangUp]);
  });

  it('sends nothing on the next connection that was meant for the last one, and fails QoS 0 that waited', async () => {
    const { done, tell, answer } = await held();
    const publish: Packet = {
      type: 'publish',
      topic: 't',
      payload: new Uint8Array(),
      qos: 0,
      retain: false,
      duplicate: false,
    };
    tell(put('a'), send(puback(1)), send(publish, 7), settle(8), hangUp, { do: 'dial', attempt: 1, version: 5 });
    done.length = 0;
    await answer();
    expect(done).toMatchObject([
      { do: 'settle', op: 0 },
      { do: 'settle', op: 7, outcome: { ok: false, failure: { code: 'OFFLINE' } } },
      { do: 'settle', op: 8 },
      { do: 'dial' },
    ]);
  });

  it('dials no connection that was given up meanwhile', async () => {
    const { done, tell, answer } = await held();
    tell(put('a'), { do: 'dial', attempt: 1, version: 5 }, hangUp, settle(1));
    await answer();
    expect(done).toEqual([hangUp, settle(1)]);
  });

  it('opens the store, and tells what is in it before anything else', async () => {
    const { done, tell, answer } = await held({ isOpen: false });
    tell({ do: 'openStore' }, settle(1));
    await answer();
    expect(done).toEqual([{ restored: [] }, settle(1)]);
  });

  it('lets another page have the session before it goes on behind the closing', async () => {
    const { store, done, tell, answer } = await held();
    tell(put('a'), { do: 'closeStore' }, settle(1));
    await answer();
    expect(done).toEqual([]);
    await answer();
    expect(done).toEqual([settle(1)]);
    store.gate = undefined;
    expect((await store.open('c')).records).toEqual([{ key: 'a', value: 1 }]);
  });

  it('says nothing of records when the session was stopped while the store was being opened', async () => {
    const { clock, store, done, tell } = await held({ isOpen: false });
    tell({ do: 'openStore' }, { do: 'closeStore' }, settle(1), { do: 'openStore' });
    store.gate = undefined;
    await clock.settle();
    expect(done).toEqual([settle(1), { restored: [] }]);
  });

  it('goes on without a store that failed, and says so once', async () => {
    const { store, clock, done, tell, answer } = await held();
    store.failure = new Error('quota');
    tell(put('a'), settle(1), put('b'), settle(2));
    await answer();
    expect(done).toEqual([settle(1), settle(2), 'STORE_FAILED']);
    tell(put('c'), settle(3));
    await clock.settle();
    expect(done.slice(3)).toEqual([settle(3)]);
  });

  it('forgets what a store holds that takes nothing new: the next page must not go on with the past', async () => {
    const { store, clock, done, tell, answer } = await held();
    tell(put('a'));
    await answer();
    store.failure = new Error('quota');
    tell(put('b'));
    await answer();
    store.failure = undefined;
    await answer();
    await clock.settle();
    expect(done).toEqual(['STORE_FAILED']);
    expect(store.records('c')).toEqual([]);
  });

  it('goes on without a store that throws at once, whatever it is asked', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    const done: unknown[] = [];
    const clock = new VirtualClock();
    const open = async () => ({ records: [], commit: fail, clear: fail, close: fail });
    const hooks = {
      perform: (actions: readonly Action[]) => done.push(...actions),
      restored: () => {},
      storeFailed: () => done.push('failed'),
    };
    const barrier = new Barrier({ open }, 'c', clock, hooks);
    barrier.holds({ do: 'openStore' });
    await clock.settle();
    for (const action of [put('a'), settle(1), { do: 'closeStore' } as const, settle(2)]) barrier.holds(action);
    await clock.settle();
    expect([done, barrier.isClosed]).toEqual([[settle(1), 'failed', settle(2)], false]);
  });

  it('tells a session that is locked from a store that failed', async () => {
    const { store, clock, done, tell } = await held({ isOpen: false });
    store.gate = undefined;
    await store.open('c');
    tell({ do: 'openStore' }, settle(1));
    await clock.settle();
    expect(done).toEqual([settle(1), 'SESSION_LOCKED']);
  });

  it('gives up a store that does not answer', async () => {
    const { barrier, clock, done, tell, answer } = await held();
    tell(put('a'), settle(1));
    await clock.settle();
    expect(barrier.answerDueAt).toBe(10_000);
    barrier.tick(9_999);
    expect(done).toEqual([]);
    barrier.tick(10_000);
    expect(done).toEqual([settle(1), 'STORE_FAILED']);
    await answer();
    tell(settle(2));
    expect(done).toEqual([settle(1), 'STORE_FAILED', settle(2)]);
  });

  it('gives a store more time when the page has slept', async () => {
    const { barrier, clock, done, tell, answer } = await held();
    tell(put('a'), settle(1));
    await clock.settle();
    barrier.tick(500_000);
    expect(done).toEqual([]);
    expect(barrier.answerDueAt).toBe(510_000);
    await answer();
    expect(done).toEqual([settle(1)]);
  });

  it('closes a session that was opened too late', async () => {
    const { barrier, store, clock, done, tell, answer } = await held({ isOpen: false });
    tell({ do: 'openStore' });
    await clock.settle();
    barrier.tick(10_000);
    await answer();
    store.gate = undefined;
    await clock.settle();
    expect(done).toEqual(['STORE_FAILED']);
    await answer();
    store.gate = undefined;
    await expect(store.open('c')).resolves.toBeDefined();
  });
});
