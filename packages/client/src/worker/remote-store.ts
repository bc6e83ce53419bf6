/*
 * A session store stays on the page, where the application made it; the engine in the worker asks for it by letters. Of
 * what an operation of the store throws it gets name and message, and a ticket.
 */
import type { SessionStore, StoreChanges, StoredRecord, StoredSession } from '../io/session-store.ts';
import type { Causes, Ticket } from './causes.ts';

/** What the worker may ask of the store. */
export type StoreQuestion = 'openStore' | 'commitStore' | 'clearStore' | 'closeStore';

/** The answer: a value, or what was thrown, with a ticket for it. */
export type StoreAnswer =
  | { readonly value: unknown }
  | { readonly thrown: Ticket & { readonly name: string; readonly message: string } };

/** The store as the worker sees it. */
export function remoteStore(ask: (name: StoreQuestion, args: readonly unknown[]) => Promise<unknown>): SessionStore {
  const call = async (name: StoreQuestion, ...args: readonly unknown[]): Promise<unknown> => {
    const answer = (await ask(name, args)) as StoreAnswer;
    if ('value' in answer) return answer.value;
    throw Object.assign(new Error(answer.thrown.message), answer.thrown);
  };
  return {
    open: async (clientId) => ({
      records: (await call('openStore', clientId)) as readonly StoredRecord[],
      commit: async (changes) => void (await call('commitStore', changes)),
      clear: async () => void (await call('clearStore')),
      close: async () => void (await call('closeStore')),
    }),
  };
}

/** The store as the page has it: answers the worker. */
export class StoreDesk {
  readonly #store: SessionStore;
  readonly #causes: Causes;
  #session: StoredSession | undefined;

  constructor(store: SessionStore, causes: Causes) {
    this.#store = store;
    this.#causes = causes;
  }

  async answer(name: StoreQuestion, [argument]: readonly unknown[]): Promise<StoreAnswer> {
    try {
      if (name === 'commitStore') await this.#session?.commit(argument as StoreChanges);
      else if (name === 'clearStore') await this.#session?.clear();
      else if (name === 'closeStore') await this.close();
      else this.#session = await this.#store.open(argument as string);
      return { value: name === 'openStore' ? this.#session?.records : undefined };
    } catch (error) {
      const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
      return { thrown: { name: kind, message, ...this.#causes.ticketFor(error) } };
    }
  }

  /** Nobody asks any more: another page may have the session. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }
}
