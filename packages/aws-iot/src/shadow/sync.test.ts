import { describe, expect, it, vi } from 'vitest';
import { errorOf, settle } from '../testing/fake-messenger.test-helpers.ts';
import { hold, messenger, requests, service, setUpLamp, shadow, sync } from '../testing/lamp-copies.test-helpers.ts';
import { createShadow } from './shadow.ts';

setUpLamp();

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
    service.timestamp += 172_800;
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

  it('follows a shadow whose first version is 0', async () => {
    service.version = -1;
    const { copy, changes } = await sync();
    service.update({ desired: { level: 1 } });
    expect(copy.current).toMatchObject({ state: { desired: { level: 1 } }, version: 0 });
    await copy.update({ desired: { level: 2 } });
    expect(service.requests.at(-1)?.body).toMatchObject({ version: 0 });
    expect(changes).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  it('does not bring back a deleted shadow because an answer to `get` was slow', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync();
    const release = hold();
    messenger.emit('connectionSuccess', { settings: { rejoinedSession: true } });
    await vi.advanceTimersByTimeAsync(0);
    expect(requests()).toEqual(['get', 'get']);
    service.delete();
    release((all) => all.reverse());
    await settle();
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
