import type { SessionStore } from '@mqtide/client/internal';
import { afterEach, describe, expect, it } from 'vitest';

/** What every session store has to do: one suite, run on each of them. `make` gives a store that is empty. */
export function sessionStoreContract(name: string, make: () => Promise<SessionStore>): void {
  describe(`${name} keeps to the contract of session stores`, () => {
    const closers: (() => Promise<void>)[] = [];
    const open: SessionStore['open'] = async (clientId) => {
      const session = await store.open(clientId);
      closers.push(() => session.close());
      return session;
    };
    let store: SessionStore;
    const begin = async (): Promise<void> => void (store = await make());
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });

    it('has nothing of a client it has not seen', async () => {
      await begin();
      expect((await open('a')).records).toEqual([]);
    });

    it('gives back what was put, in the order of the keys, bytes and all', async () => {
      await begin();
      const session = await open('a');
      const value = { payload: Uint8Array.of(0, 255), nested: { list: [1, 'two', null] }, nothing: undefined };
      await session.commit({
        put: [
          { key: 'k2', value },
          { key: 'k1', value: 1 },
          { key: 'k10', value: 2 },
        ],
        remove: [],
      });
      await session.close();
      expect((await open('a')).records).toEqual([
        { key: 'k1', value: 1 },
        { key: 'k10', value: 2 },
        { key: 'k2', value },
      ]);
    });

    it('replaces and removes', async () => {
      await begin();
      const session = await open('a');
      await session.commit({
        put: [
          { key: 'x', value: 1 },
          { key: 'y', value: 1 },
        ],
        remove: [],
      });
      await session.commit({ put: [{ key: 'x', value: 2 }], remove: ['y', 'never there'] });
      await session.close();
      expect((await open('a')).records).toEqual([{ key: 'x', value: 2 }]);
    });

    it('applies commits in the order of the calls, without waiting between them', async () => {
      await begin();
      const session = await open('a');
      const commits = Array.from({ length: 50 }, (_, value) =>
        session.commit({ put: [{ key: 'x', value }], remove: [] }),
      );
      await Promise.all(commits);
      await session.close();
      expect((await open('a')).records).toEqual([{ key: 'x', value: 49 }]);
    });

    it('forgets everything of one client', async () => {
      await begin();
      const [one, other] = [await open('a'), await open('ab')];
      for (const session of [one, other]) await session.commit({ put: [{ key: 'x', value: 1 }], remove: [] });
      await one.clear();
      await one.commit({ put: [{ key: 'y', value: 2 }], remove: [] });
      for (const session of [one, other]) await session.close();
      expect((await open('a')).records).toEqual([{ key: 'y', value: 2 }]);
      expect((await open('ab')).records).toEqual([{ key: 'x', value: 1 }]);
    });

    it('puts what is put and removed in one commit', async () => {
      await begin();
      const session = await open('a');
      await session.commit({ put: [{ key: 'x', value: 1 }], remove: ['x'] });
      await session.close();
      expect((await open('a')).records).toEqual([{ key: 'x', value: 1 }]);
    });

    it('keeps clients apart, also when one name begins with the other', async () => {
      await begin();
      const [one, other] = [await open('a'), await open('ab')];
      await one.commit({ put: [{ key: 'x', value: 'one' }], remove: [] });
      await other.commit({ put: [{ key: 'x', value: 'other' }], remove: [] });
      await one.close();
      expect((await open('a')).records).toEqual([{ key: 'x', value: 'one' }]);
    });

    it('lets nobody else have a session until it is closed', async () => {
      await begin();
      const session = await open('a');
      await expect(store.open('a')).rejects.toMatchObject({ name: 'SessionLockedError' });
      await session.close();
      await expect(open('a')).resolves.toBeDefined();
    });

    it('changes nothing when a value cannot be cloned, and goes on', async () => {
      await begin();
      const session = await open('a');
      const bad = session.commit({
        put: [
          { key: 'x', value: 1 },
          { key: 'y', value: () => 0 },
        ],
        remove: [],
      });
      await expect(bad).rejects.toThrow();
      await session.commit({ put: [{ key: 'z', value: 1 }], remove: [] });
      await session.close();
      expect((await open('a')).records).toEqual([{ key: 'z', value: 1 }]);
    });
  });
}
