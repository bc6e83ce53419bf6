/** What a session keeps beyond the page: a key that is its own, and a value that can be cloned. */
export interface StoredRecord {
  readonly key: string;
  readonly value: unknown;
}

/** What changes at once, or not at all. */
export interface StoreChanges {
  readonly put: readonly StoredRecord[];
  readonly remove: readonly string[];
}

/** The records of one session, held by this page alone. */
export interface StoredSession {
  /** What was stored when the session was opened, in the order of the keys. */
  readonly records: readonly StoredRecord[];
  /** Resolves when the changes will survive a crash of the page. Changes are applied in the order of the calls. */
  commit(changes: StoreChanges): Promise<void>;
  /** Removes every record. */
  clear(): Promise<void>;
  /** Lets another page have the session. Resolves after the last commit. */
  close(): Promise<void>;
}

/** The port to a durable store of sessions. */
export interface SessionStore {
  /**
   * Opens the session of a client identifier. Rejects with a `SessionLockedError` while another page has it, and with
   * anything else when there is no store to be had: the client then goes on in memory.
   */
  open(clientId: string): Promise<StoredSession>;
}

/** Another page, or another client of this one, has the session of this client identifier. */
export class SessionLockedError extends Error {
  override readonly name = 'SessionLockedError';

  constructor(clientId: string) {
    super(`The session of '${clientId}' is in use by another page.`);
  }
}
