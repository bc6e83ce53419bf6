import { SessionLockedError, type SessionStore, type StoreChanges, type StoredSession } from '@mqtide/client/internal';

/** Keeps sessions in memory: what a page leaves behind is there for the next one, as in a browser. */
export class MemoryStore implements SessionStore {
  readonly #sessions = new Map<string, Map<string, unknown>>();
  readonly #open = new Set<string>();
  /** Commits so far. */
  commits = 0;
  /** Set to have the next commits fail. */
  failure: Error | undefined;

  async open(clientId: string): Promise<StoredSession> {
    if (this.#open.has(clientId)) throw new SessionLockedError(clientId);
    this.#open.add(clientId);
    const stored = this.#sessions.get(clientId) ?? new Map<string, unknown>();
    this.#sessions.set(clientId, stored);
    const records = [...stored]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => ({ key, value: structuredClone(value) }));
    return {
      records,
      commit: async (changes) => this.#commit(stored, changes),
      close: async () => void this.#open.delete(clientId),
    };
  }

  /** The page is gone without a goodbye: its lock with it. */
  crash(): void {
    this.#open.clear();
  }

  #commit(stored: Map<string, unknown>, { put, remove }: StoreChanges): void {
    if (this.failure !== undefined) throw this.failure;
    const cloned = put.map(({ key, value }) => [key, structuredClone(value)] as const);
    for (const key of remove) stored.delete(key);
    for (const [key, value] of cloned) stored.set(key, value);
    this.commits += 1;
  }
}
