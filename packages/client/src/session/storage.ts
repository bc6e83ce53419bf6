import type { SessionConfig } from './config.ts';
import type { ConnectionState } from './connection.ts';
import type { SessionEvent } from './events.ts';
import type { Failure } from './failure.ts';
import { Journal, type StoredRecords } from './journal.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Turn } from './turn.ts';

type StoreEvent = SessionEvent & { readonly type: 'processed' | 'restored' | 'storeFailed' };

/** A part of the session that goes on with what an earlier page left behind. */
interface Lasting {
  restore(journal: Journal): void;
}

/** Opens the store before the first attempt, and closes it with the last. Without one the session lives in memory. */
export class Storage {
  readonly #turn: Turn;
  readonly #isDurable: boolean;
  readonly #connection: ConnectionState;
  readonly #lifecycle: Lifecycle;
  readonly #lasting: readonly Lasting[];

  constructor(
    turn: Turn,
    { isDurable }: SessionConfig,
    connection: ConnectionState,
    lifecycle: Lifecycle,
    lasting: readonly Lasting[],
  ) {
    this.#turn = turn;
    this.#isDurable = isDurable;
    this.#connection = connection;
    this.#lifecycle = lifecycle;
    this.#lasting = lasting;
  }

  start(): void {
    if (!this.#isDurable) {
      this.#lifecycle.start();
      return;
    }
    this.#connection.enter('opening');
    this.#connection.changeStatus('connecting', 1);
    this.#turn.do({ do: 'openStore' });
  }

  handle(event: StoreEvent): void {
    if (event.type === 'processed') this.#turn.journal?.processed(event.delivery);
    else if (event.type === 'storeFailed') this.#failed(event.failure);
    else if (this.#connection.phase === 'opening') this.#restored(event.records);
  }

  /** Another page may go on. */
  close(): void {
    this.#turn.journal = undefined;
    if (this.#isDurable) this.#turn.do({ do: 'closeStore' });
  }

  #restored(records: StoredRecords): void {
    const journal = new Journal(this.#turn, records);
    this.#turn.journal = journal;
    const publishes = journal.publishes.length;
    const messages = journal.receptions.filter(([, { packet }]) => packet !== undefined).length;
    if (publishes + messages > 0) this.#turn.do({ do: 'restored', publishes, messages });
    for (const part of this.#lasting) part.restore(journal);
    this.#lifecycle.start();
  }

  #failed(reason: Failure): void {
    const isOpening = this.#connection.phase === 'opening';
    this.#turn.journal = undefined;
    if (isOpening && reason.code === 'SESSION_LOCKED') {
      this.#lifecycle.fail(reason);
      return;
    }
    this.#turn.do({ do: 'storeFailed', failure: reason });
    if (isOpening) this.#lifecycle.start();
  }
}
