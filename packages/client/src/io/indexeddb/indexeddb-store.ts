import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import {
  type SessionStore,
  SessionLockedError,
  type StoreChanges,
  type StoredRecord,
  type StoredSession,
} from '../session-store.ts';
import { acquireLock } from './lock.ts';

/** Options of `indexedDBStore`. */
export interface IndexedDBStoreOptions {
  /** Name of the database. @default 'mqtide' */
  readonly databaseName?: string;
  /**
   * `'relaxed'` survives a crash of the page and of the browser, `'strict'` also a power failure, and is slower.
   * @default 'relaxed'
   */
  readonly durability?: 'relaxed' | 'strict';
  /**
   * Milliseconds to wait for another page that has the session: one that is being reloaded lets go a moment later. Then
   * `start()` rejects with `SESSION_LOCKED`.
   * @default 1_000
   */
  readonly lockTimeoutMs?: number;
}

interface Schema extends DBSchema {
  /** By client identifier and the session's own key. */
  records: { key: [clientId: string, key: string]; value: unknown };
}

/**
 * Keeps sessions in IndexedDB, so that QoS 1 and 2 survive a reload or a crash of the page. A Web Lock keeps two pages
 * from having one session; where the browser has no locks, the application has to see to it.
 */
export function indexedDBStore(options: IndexedDBStoreOptions = {}): SessionStore {
  return { open: (clientId) => open(clientId, options) };
}

async function open(clientId: string, options: IndexedDBStoreOptions): Promise<StoredSession> {
  const { databaseName = 'mqtide', durability = 'relaxed', lockTimeoutMs = 1_000 } = options;
  const release = await acquireLock(`${databaseName}:${clientId}`, lockTimeoutMs);
  if (release === undefined) throw new SessionLockedError(clientId);
  try {
    const database = await openDB<Schema>(databaseName, 1, {
      upgrade: (upgraded) => void upgraded.createObjectStore('records'),
      // Another page has a newer version of the library and wants to upgrade.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new IndexedDBSession(database, clientId, durability, await read(database, clientId), release);
  } catch (error) {
    await release();
    throw error;
  }
}

/** Every array that begins with the identifier: an empty array is greater than any string. */
const everythingOf = (clientId: string): IDBKeyRange => IDBKeyRange.bound([clientId], [clientId, []]);

async function read(database: IDBPDatabase<Schema>, clientId: string): Promise<StoredRecord[]> {
  const range = everythingOf(clientId);
  const transaction = database.transaction('records');
  const [keys, values] = await Promise.all([transaction.store.getAllKeys(range), transaction.store.getAll(range)]);
  return keys.map(([, key], index) => ({ key, value: values[index] }));
}

class IndexedDBSession implements StoredSession {
  readonly records: readonly StoredRecord[];
  readonly #database: IDBPDatabase<Schema>;
  readonly #clientId: string;
  readonly #durability: 'relaxed' | 'strict';
  readonly #release: () => Promise<void>;
  #lastCommit: Promise<unknown> = Promise.resolve();

  constructor(
    database: IDBPDatabase<Schema>,
    clientId: string,
    durability: 'relaxed' | 'strict',
    records: readonly StoredRecord[],
    release: () => Promise<void>,
  ) {
    this.records = records;
    this.#database = database;
    this.#clientId = clientId;
    this.#durability = durability;
    this.#release = release;
  }

  commit(changes: StoreChanges): Promise<void> {
    const committed = this.#write(changes);
    this.#lastCommit = committed.catch(() => {});
    return committed;
  }

  async clear(): Promise<void> {
    await this.#database.delete('records', everythingOf(this.#clientId));
  }

  async close(): Promise<void> {
    await this.#lastCommit;
    this.#database.close();
    await this.#release();
  }

  async #write({ put, remove }: StoreChanges): Promise<void> {
    // IndexedDB runs transactions on the same store in the order in which they were made.
    const transaction = this.#database.transaction('records', 'readwrite', { durability: this.#durability });
    const requests: Promise<unknown>[] = [];
    try {
      for (const key of remove) requests.push(transaction.store.delete([this.#clientId, key]));
      for (const { key, value } of put) requests.push(transaction.store.put(value, [this.#clientId, key]));
    } catch (error) {
      // A value that cannot be cloned throws at once, and would leave what was put before it.
      transaction.abort();
      await Promise.allSettled([...requests, transaction.done]);
      throw error;
    }
    // A request that fails rejects besides the transaction: all are waited for, so that none goes unhandled.
    await Promise.all([...requests, transaction.done]);
  }
}
