import { SessionLockedError, type SessionStore, type StoreChanges, type StoredSession } from '@mqtide/client/internal';

/** Keeps sessions in memory: what a page leaves behind is there for the next one, as in a browser. */
export class MemoryStore implements SessionStore {
  readonly #sessions = new Map<string, Map<string, unknown>>();
  /** Who has a session open. */
  readonly #owners = new Map<string, object>();
  /** Commits so far. */
  commits = 0;
  /** Set to have whatever is asked from now on fail. */
  failure: Error | undefined;
  /** Set to have whatever is asked from now on wait. */
  gate: Promise<unknown> | undefined;

  async open(clientId: string): Promise<StoredSession> {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    if (this.#owners.has(clientId)) throw new SessionLockedError(clientId);
    const owner = {};
    this.#owners.set(clientId, owner);
    const stored = this.#sessions.get(clientId) ?? new Map<string, unknown>();
    this.#sessions.set(clientId, stored);
    const answer = async (act: () => void): Promise<void> => {
      await this.gate;
      // Nobody answers a page that is gone.
      if (this.#owners.get(clientId) !== owner) await new Promise(() => {});
      act();
    };
    return {
      records: this.records(clientId),
      commit: (changes) => answer(() => this.#commit(stored, changes)),
      clear: () => answer(() => this.#clear(stored)),
      close: async () => {
        await this.gate;
        if (this.#owners.get(clientId) === owner) this.#owners.delete(clientId);
      },
    };
  }

  /** What is stored of a session, in the order of the keys. */
  records(clientId: string): StoredSession['records'] {
    return [...(this.#sessions.get(clientId) ?? [])]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, value]) => ({ key, value: structuredClone(value) }));
  }

  /** The page is gone without a goodbye: its locks with it, and what it has not committed. */
  crash(): void {
    this.#owners.clear();
  }

  #commit(stored: Map<string, unknown>, { put, remove }: StoreChanges): void {
    if (this.failure !== undefined) throw this.failure;
    const cloned = put.map(({ key, value }) => [key, structuredClone(value)] as const);
    for (const key of remove) stored.delete(key);
    for (const [key, value] of cloned) stored.set(key, value);
    this.commits += 1;
  }

  #clear(stored: Map<string, unknown>): void {
    if (this.failure !== undefined) throw this.failure;
    stored.clear();
  }
}
