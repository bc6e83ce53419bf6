export { type IndexedDBStoreOptions, indexedDBStore } from './indexeddb-store.ts';
export type { SessionStore, StoreChanges, StoredRecord, StoredSession } from '../session-store.ts';
