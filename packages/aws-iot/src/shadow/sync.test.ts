import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorOf, FakeMessenger, settle } from '../testing/fake-messenger.test-helpers.ts';
import { ShadowService } from '../testing/shadow-service.test-helpers.ts';
import { createShadow, type Shadow } from './shadow.ts';
import type { SyncOptions } from './sync.ts';

type State = { on?: boolean; level?: number; name?: string };

let messenger: FakeMessenger;
let service: ShadowService;
let shadow: Shadow<State>;
beforeEach(() => {
  vi.useFakeTimers();
  messenger = new FakeMessenger();
  service = new ShadowService(messenger);
  shadow = createShadow<State>(messenger, { thingName: 'lamp' });
});
afterEach(() => vi.useRealTimers());

const sync = async (options: SyncOptions<State> = {}) => {
  const changes: [version: number, missed: number][] = [];
  const copy = await shadow.sync({
    onChange: ({ version }, { missed }) => changes.push([version, missed]),
    ...options,
  });
  return { copy, changes };
};
const requests = () => service.requests.map(({ topic }) => topic.split('/').at(-1));
/** What the service publishes is kept until `release`. */
const hold = () => {
  const { send } = service;
  const held: (() => void)[] = [];
  service.send = (topic, value) => held.push(() => send(topic, value));
  return (order: (all: (() => void)[]) => (() => void)[] = (all) => all) => {
    service.send = send;
    for (const each of order(held)) each();
  };
};

describe('a local copy', () => {
  it('of a shadow that nobody has updated is empty', async () => {
    const { copy, changes } = await sync();
    expect(copy.current).toEqual({ state: {}, version: 0 });
    expect(changes).toEqual([]);
    service.update({ desired: { on: true } });
    expect(copy.current).toMatchObject({ state: { desired: { on: true } }, version: 1 });
    expect(changes).toEqual([[1, 0]]);
  });

  it('begins with the whole shadow, and listens before it asks for it', async () => {
    service.update({ desired: { on: false, level: 0 }, reported: { name: '' } });
    const { copy } = await sync();
    expect(copy.current).toMatchObject({
      state: { desired: { on: false, level: 0 }, reported: { name: '' } },
      version: 1,
    });
    expect(messenger.log.indexOf('publish $aws/things/lamp/shadow/get')).toBeGreaterThan(2);
  });

  it('does not lose what is published while it begins', async () => {
    service.update({ desired: { level: 1 } });
    const release = hold();
    const made = sync();
    await settle();
    service.update({ desired: { level: 2 } });
    release((all) => all.reverse());
    const { copy } = await made;
    expect(copy.current).toMatchObject({ state: { desired: { level: 2 } }, version: 2 });
  });

  it('follows in the order of the versions, whatever order the messages come in', async () => {
    const { copy } = await sync();
    const release = hold();
    for (const level of [1, 2, 3]) service.update({ desired: { level } });
    release((all) => all.reverse());
    await vi.advanceTimersByTimeAsync(5_000);
    expect(copy.current).toMatchObject({ state: { desired: { level: 3 } }, version: 3 });
  });

  it('notices documents that were missed, and says how many', async () => {
    service.update({ desired: { level: 1 } });
    const { copy, changes } = await sync();
    const { send } = service;
    service.send = () => {};
    service.update({ desired: { level: 2 } });
    service.update({ desired: { on: true } });
    service.send = send;
    service.update({ reported: { level: 1 } });
    expect(changes.at(-1)).toEqual([4, 2]);
    expect(copy.current.state).toEqual({ desired: { level: 2, on: true }, reported: { level: 1 } });
  });

  it('applies a delta at once, and repairs itself when its document does not come', async () => {
    service.update({ desired: { level: 1 }, reported: { name: 'x' } });
    const { copy } = await sync();
    const { send } = service;
    service.send = (topic, value) => {
      if (!topic.endsWith('documents')) send(topic, value);
    };
    service.update({ desired: { level: 2 }, reported: { name: null } });
    expect(copy.current.state).toEqual({ desired: { level: 2 }, reported: { name: 'x' } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(copy.current.state).toEqual({ desired: { level: 2 } });
    expect(requests()).toEqual(['get', 'get']);
  });

  it('asks for the shadow when a delta shows that something was missed', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync();
    const { send } = service;
    service.send = () => {};
    service.update({ desired: { on: true } });
    service.send = (topic, value) => {
      if (!topic.endsWith('documents')) send(topic, value);
    };
    service.update({ desired: { level: 3 } });
    await vi.advanceTimersByTimeAsync(0);
    expect(copy.current).toMatchObject({ state: { desired: { level: 3, on: true } }, version: 3 });
  });

  it('asks again after a reconnection, and goes on asking until it is answered', async () => {
    const { copy } = await sync();
    const { send } = service;
    service.send = () => {};
    service.update({ desired: { level: 1 } });
    messenger.emit('connectionSuccess', { settings: { rejoinedSession: true } });
    await vi.advanceTimersByTimeAsync(31_000);
    expect(copy.current.version).toBe(0);
    service.send = send;
    await vi.advanceTimersByTimeAsync(40_000);
    expect(copy.current).toMatchObject({ state: { desired: { level: 1 } }, version: 1 });
  });

  it('follows a deletion, and a shadow that is made again, whether it counts on or begins anew', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync();
    service.delete();
    expect(copy.current).toEqual({ state: {}, version: 0 });
    service.update({ desired: { level: 2 } });
    expect(copy.current.version).toBe(2);
    // While the copy was offline, for more than two days.
    const { send } = service;
    service.send = () => {};
    service.delete();
    service.version = 0;
    service.update({ desired: { level: 3 } });
    service.send = send;
    messenger.emit('connectionSuccess', { settings: { rejoinedSession: false } });
    await vi.advanceTimersByTimeAsync(0);
    expect(copy.current).toMatchObject({ state: { desired: { level: 3 } }, version: 1 });
  });

  it('does not bring back a deleted shadow because of a late message', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync();
    const release = hold();
    service.update({ desired: { level: 2 } });
    service.delete();
    release((all) => all.reverse());
    expect(copy.current).toEqual({ state: {}, version: 0 });
  });

  it('is not hurt by a listener that throws, nor by what is no JSON', async () => {
    const { reportError } = globalThis;
    const reported: unknown[] = [];
    globalThis.reportError = (error) => reported.push(error);
    const { copy } = await sync({
      onChange: () => {
        throw new Error('listener');
      },
    });
    messenger.deliver('$aws/things/lamp/shadow/update/documents', '{');
    service.update({ desired: { level: 1 } });
    globalThis.reportError = reportError;
    expect(copy.current.version).toBe(1);
    expect(reported).toHaveLength(1);
  });

  it('rejects when it cannot begin, and leaves nothing behind', async () => {
    const refused = new Error('SUBSCRIBE_REFUSED');
    messenger.onSubscribe = (filter) => (filter.endsWith('delta') ? Promise.reject(refused) : undefined);
    expect(await errorOf(sync())).toBe(refused);
    await settle();
    expect(messenger.filters).toEqual([]);
  });

  it('is given up with its signal, and in time, while there is no connection', async () => {
    messenger.onSubscribe = () => new Promise(() => {});
    const abort = new AbortController();
    const aborted = errorOf(sync({ signal: abort.signal }));
    abort.abort(new Error('enough'));
    expect((await aborted).message).toBe('enough');
    const late = errorOf(sync({ timeoutMs: 500 }));
    await vi.advanceTimersByTimeAsync(500);
    expect(await late).toMatchObject({ code: 'TIMEOUT' });
    const patient = errorOf(createShadow(messenger, { thingName: 'lamp', timeoutMs: 700 }).sync());
    await vi.advanceTimersByTimeAsync(700);
    expect((await patient).message).toContain('700 ms');
    await settle();
    expect(messenger.filters).toEqual([]);
    expect(messenger.listenerCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('asks for the shadow at once when something was missed, whatever comes then', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync();
    const release = hold();
    for (const level of [2, 3]) service.update({ desired: { level } });
    // The delta of 3, the delta and the document of 2: what 3 was is not known.
    release(([document2, delta2, , delta3]) => [delta3, delta2, document2].filter((each) => each !== undefined));
    await vi.advanceTimersByTimeAsync(0);
    expect(copy.current).toMatchObject({ state: { desired: { level: 3 } }, version: 3 });
  });

  it('can be closed, and is quiet then', async () => {
    const { copy, changes } = await sync();
    await copy.close();
    shadow.close();
    service.update({ desired: { level: 1 } });
    messenger.emit('connectionSuccess', { settings: { rejoinedSession: false } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(changes).toEqual([]);
    expect(requests()).toEqual(['get']);
    expect(messenger.listenerCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an update of a copy', () => {
  it('names the version that the copy has', async () => {
    service.update({ desired: { level: 1 } });
    const { copy, changes } = await sync();
    expect(await copy.update({ desired: { level: 2 } })).toMatchObject({ version: 2 });
    expect(service.requests.at(-1)?.body).toMatchObject({ state: { desired: { level: 2 } }, version: 1 });
    expect(copy.current.state.desired).toEqual({ level: 2 });
    expect(changes).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  it('waits for the one before it: they are no conflict', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync();
    const all = [2, 3, 4].map((level) => copy.update({ desired: { level } }));
    all.push(copy.update(({ state }) => ({ reported: { level: state.desired?.level ?? 0 } })));
    expect((await Promise.all(all)).map(({ version }) => version)).toEqual([2, 3, 4, 5]);
    expect(service.state).toEqual({ desired: { level: 4 }, reported: { level: 4 } });
  });

  it('is given up with its signal while it waits for the one before it, and lets nobody pass', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync();
    const release = hold();
    const first = copy.update({ desired: { level: 2 } });
    const abort = new AbortController();
    const second = errorOf(copy.update({ desired: { level: 3 } }, { signal: abort.signal }));
    const third = copy.update({ desired: { level: 4 } });
    await settle();
    abort.abort(new Error('enough'));
    expect((await second).message).toBe('enough');
    await settle();
    expect(requests().filter((name) => name === 'update')).toHaveLength(1);
    release();
    expect((await Promise.all([first, third])).map(({ version }) => version)).toEqual([2, 3]);
    expect(service.state.desired).toEqual({ level: 4 });
  });

  /** Somebody else is faster, and the copy learns of it by the conflict only. */
  const overtake = (patch: object, times = 1): void => {
    const receive = messenger.onPublish;
    messenger.onPublish = (published) => {
      if (published.topic.endsWith('/update') && times > 0) {
        times -= 1;
        const { send } = service;
        service.send = () => {};
        service.update(patch);
        service.send = send;
      }
      return receive(published);
    };
  };

  it('asks its function again after a conflict, with what there is now', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync();
    overtake({ desired: { level: 10 } });
    const seen: unknown[] = [];
    await copy.update(({ state }) => {
      seen.push(state.desired?.level);
      return { desired: { level: (state.desired?.level ?? 0) + 1 } };
    });
    expect(seen).toEqual([1, 10]);
    expect(service.state.desired).toEqual({ level: 11 });
  });

  it('of two copies that make the shadow at once loses neither', async () => {
    const copies = [(await sync()).copy, (await sync()).copy];
    const count = ({ state }: { state: { desired?: State } }) => ({
      desired: { level: (state.desired?.level ?? 0) + 1 },
    });
    await Promise.all(copies.map((copy) => copy.update(count)));
    expect(service.state.desired).toEqual({ level: 2 });
  });

  it('asks `merge` after a conflict', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync({
      merge: ({ state }, wanted) => ({ ...wanted, reported: { name: `was ${state.desired?.level}` } }),
    });
    overtake({ desired: { level: 10 } });
    await copy.update({ desired: { on: true } });
    expect(service.state).toEqual({ desired: { level: 10, on: true }, reported: { name: 'was 10' } });
  });

  it('gives up when `merge` does, and when nobody is asked', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync({ merge: () => undefined });
    overtake({ desired: { level: 10 } });
    expect(await copy.update({ desired: { on: true } })).toMatchObject({
      state: { desired: { level: 10 } },
      version: 2,
    });
    const plain = await sync();
    overtake({ desired: { level: 11 } });
    expect(await errorOf(plain.copy.update({ desired: { on: true } }))).toMatchObject({ code: 409 });
  });

  it('does not try for ever', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync({ merge: (_, wanted) => wanted });
    overtake({ desired: { level: 10 } }, 100);
    expect(await errorOf(copy.update({ desired: { on: true } }))).toMatchObject({ code: 409 });
    expect(requests().filter((name) => name === 'update')).toHaveLength(6);
  });
});
