import type { EnginePort } from './engine.ts';
import { MqttError } from './errors.ts';
import { onAbort } from './on-abort.ts';
import type { Outcome } from './session/events.ts';
import { IdMap } from './session/id-map.ts';

/** What can bound an operation besides `ackTimeoutMs`. */
export interface OperationOptions {
  /** Rejects with the signal's reason. A message that was sent before may arrive all the same. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds for the whole operation, waiting included; then it rejects with `ACK_TIMEOUT`.
   * @default none: `offlineQueue.maxAgeMs` bounds the wait, `ackTimeoutMs` what follows
   */
  readonly timeoutMs?: number;
}

interface Pending {
  readonly finish: (packet: Answer) => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  release: (() => void) | undefined;
}

/** The packet that ended an operation well; none with QoS 0. */
export type Answer = (Outcome & { readonly ok: true })['packet'];

interface Shared<Result> {
  readonly op: number;
  readonly promise: Promise<Result>;
}

/** The promises of operations that the session has not settled yet. */
export class Operations {
  readonly #pending = new IdMap<Pending>();
  readonly #engine: EnginePort;
  #last = 0;
  #shared: Shared<unknown> | undefined;

  constructor(engine: EnginePort) {
    this.#engine = engine;
  }

  /** Begins an operation with `submit`, which is given its number. `finish` makes a result of the answer, or throws. */
  begin<Result = void>(
    signal: AbortSignal | undefined,
    submit: (op: number) => void,
    finish: (packet: Answer) => Result = NO_RESULT,
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      signal?.throwIfAborted();
      this.#last += 1;
      const op = this.#last;
      const release = signal && this.#listen(op, signal, reject);
      this.#pending.set(op, { finish, resolve, reject, release });
      submit(op);
    });
  }

  /** One operation for all that end together, until it has ended. */
  share<Result>(finish: (packet: Answer) => Result): Shared<Result> {
    if (this.#shared === undefined || !this.#pending.has(this.#shared.op)) {
      const promise = this.begin(undefined, () => {}, finish);
      this.#shared = { op: this.#last, promise };
    }
    return this.#shared as Shared<Result>;
  }

  settle(op: number, outcome: Outcome): void {
    const pending = this.#pending.get(op);
    if (pending === undefined) return;
    this.#pending.delete(op);
    pending.release?.();
    if (!outcome.ok) {
      pending.reject(new MqttError(outcome.failure, this.#engine.version));
      return;
    }
    try {
      pending.resolve(pending.finish(outcome.packet) as never);
    } catch (error) {
      pending.reject(error);
    }
  }

  #listen(op: number, signal: AbortSignal, reject: (error: unknown) => void): () => void {
    return onAbort(signal, (reason) => {
      this.#pending.delete(op);
      reject(reason);
      this.#engine.dispatch({ type: 'cancel', op });
    });
  }
}

const NO_RESULT = (): never => undefined as never;
