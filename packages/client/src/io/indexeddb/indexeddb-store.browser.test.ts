import { deleteDB } from 'idb';
import { describe, expect, it } from 'vitest';
import { sessionStoreContract } from '../../../../testkit/src/contracts/session-store.test-helpers.ts';
import { indexedDBStore } from './indexeddb-store.ts';

let databases = 0;

async function empty(): Promise<string> {
  databases += 1;
  const databaseName = `mqtide-test-${databases}`;
  await deleteDB(databaseName);
  return databaseName;
}

sessionStoreContract('IndexedDB, relaxed', async () => indexedDBStore({ databaseName: await empty() }));
sessionStoreContract('IndexedDB, strict', async () =>
  indexedDBStore({ databaseName: await empty(), durability: 'strict' }),
);

describe('IndexedDB', () => {
  it('keeps two clients of one page from having one session, even with two stores', async () => {
    const databaseName = await empty();
    const session = await indexedDBStore({ databaseName }).open('a');
    await expect(indexedDBStore({ databaseName }).open('a')).rejects.toMatchObject({ name: 'SessionLockedError' });
    await session.close();
  });

  it('releases the lock when the database cannot be opened', async () => {
    const databaseName = await empty();
    const open = indexedDB.open;
    indexedDB.open = () => {
      throw new DOMException('no storage here', 'SecurityError');
    };
    try {
      await expect(indexedDBStore({ databaseName }).open('a')).rejects.toMatchObject({ name: 'SecurityError' });
    } finally {
      indexedDB.open = open;
    }
    await (await indexedDBStore({ databaseName }).open('a')).close();
  });
});
