import { describe, expect, it, vi } from 'vitest';
import { errorOf } from '../testing/fake-messenger.test-helpers.ts';
import { overtake, requests, service, setUpLamp, sync, type State } from '../testing/lamp-copies.test-helpers.ts';

setUpLamp();

describe('an update of a copy', () => {
  it('of a shadow that does not exist is one request, and the copy has it at once', async () => {
    const { copy, changes } = await sync();
    expect(await copy.update({ desired: { level: 1 } })).toMatchObject({
      state: { desired: { level: 1 } },
      version: 1,
    });
    expect(service.requests.at(-1)?.body).not.toHaveProperty('version');
    expect(requests()).toEqual(['get', 'update']);
    expect(changes[0]).toEqual([1, 0]);
  });

  it('of a shadow that somebody else has just made goes into it, and the copy has both', async () => {
    const { copy } = await sync();
    overtake({ desired: { on: true } });
    expect(await copy.update({ desired: { level: 1 } })).toMatchObject({
      state: { desired: { on: true, level: 1 } },
      version: 2,
    });
    overtake({ reported: { on: true } });
    expect(await errorOf(copy.update({ desired: { level: 2 } }))).toMatchObject({ code: 409 });
  });

  it('of a shadow that was deleted is never resolved with what was before it', async () => {
    service.update({ desired: { level: 1 } });
    const { copy } = await sync();
    service.delete();
    // It goes on counting.
    expect(await copy.update({ desired: { on: true } })).toMatchObject({
      state: { desired: { on: true } },
      version: 2,
    });
  });

  it('makes no shadow when its function wants nothing', async () => {
    const { copy } = await sync();
    expect(await copy.update(() => undefined)).toEqual({ state: {}, version: 0 });
    expect(requests()).toEqual(['get']);
  });

  it('asks its function once where there is no shadow, and again where somebody else has just made one', async () => {
    const { copy } = await sync();
    const seen: unknown[] = [];
    const count = ({ state }: { state: { desired?: State } }) => {
      seen.push(state.desired?.level);
      return { desired: { level: (state.desired?.level ?? 0) + 1 } };
    };
    expect(await copy.update(count)).toMatchObject({ state: { desired: { level: 1 } } });
    expect(seen).toEqual([undefined]);
    service.delete();
    overtake({ desired: { level: 10 } });
    expect(await copy.update(count)).toMatchObject({ state: { desired: { level: 11 } } });
    expect(seen).toEqual([undefined, undefined, 10]);
  });

  it('asks `merge` where somebody else has just made the shadow', async () => {
    const { copy } = await sync({
      merge: ({ state }, wanted) => ({ ...wanted, reported: { name: `was ${state.desired?.level}` } }),
    });
    overtake({ desired: { level: 10 } });
    await copy.update({ desired: { on: true } });
    expect(service.state).toEqual({ desired: { level: 10, on: true }, reported: { name: 'was 10' } });
  });

  it('survives that the shadow was deleted behind its back, which is a conflict', async () => {
    service.update({ desired: { level: 5 } });
    const { copy } = await sync();
    const { send } = service;
    service.send = () => {};
    service.delete();
    service.send = send;
    service.conflictsWhenAbsent = true;
    await copy.update(({ state }) => ({ desired: { level: (state.desired?.level ?? 0) + 1 } }));
    expect(service.state.desired).toEqual({ level: 1 });
  });

  it('is done even when what was there before cannot be asked for', async () => {
    const { copy } = await sync();
    overtake({ desired: { on: true } });
    const { send } = service;
    service.send = (topic, value) => {
      if (!topic.includes('/get/') && !topic.endsWith('documents')) send(topic, value);
    };
    let isDone = false;
    const done = copy.update({ desired: { level: 1 } }).then(() => (isDone = true));
    await vi.advanceTimersByTimeAsync(40_000);
    expect(isDone).toBe(true);
    await done;
    service.send = send;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(copy.current.state).toEqual({ desired: { on: true, level: 1 } });
  });
});
