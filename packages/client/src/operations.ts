import type { Outcome } from './session/events.ts';

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
  resolve(outcome: Outcome): void;
  release: (() => void) | undefined;
}

/** The promises of operations that the session has not settled yet. */
export class Operations {
  readonly #pending = new Map<number, Pending>();
  readonly #cancel: (op: number) => void;
  #last = 0;

  constructor(cancel: (op: number) => void) {
    this.#cancel = cancel;
  }

  /** Begins an operation with `submit`, which is given its number. `finish` makes a result of the outcome, or throws. */
  begin<Result>(
    { signal }: OperationOptions,
    submit: (op: number) => void,
    finish: (outcome: Outcome) => Result,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      this.#last += 1;
      const op = this.#last;
      const pending: Pending = {
        release: undefined,
        resolve(outcome) {
          try {
            resolve(finish(outcome));
          } catch (error) {
            reject(error);
          }
        },
      };
      this.#pending.set(op, pending);
      if (signal !== undefined) {
        const onAbort = (): void => {
          this.#pending.delete(op);
          reject(signal.reason);
          this.#cancel(op);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        pending.release = () => signal.removeEventListener('abort', onAbort);
      }
      submit(op);
    });
  }

  settle(op: number, outcome: Outcome): void {
    const pending = this.#pending.get(op);
    if (pending === undefined) return;
    this.#pending.delete(op);
    pending.release?.();
    pending.resolve(outcome);
  }
}
