import { describe, expect, it } from 'vitest';
import { errorOf, settle } from '../testing/fake-messenger.test-helpers.ts';
import { hold, overtake, requests, service, setUpLamp, sync, type State } from '../testing/lamp-copies.test-helpers.ts';

setUpLamp();

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
