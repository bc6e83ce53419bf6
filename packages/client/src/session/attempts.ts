import { Backoff } from './backoff.ts';
import type { SessionConfig } from './config.ts';
import type { Failure } from './failure.ts';
import type { Disposition } from './retry-policy.ts';

/** Counts connection attempts, and decides whether and when there is another one. */
export class Attempts {
  readonly #backoff: Backoff | undefined;
  readonly #mayHelp: Readonly<Record<Disposition | 'now', boolean>>;
  /** Attempts since the last success or `start()`; the first is 1. */
  number = 0;
  lastFailure: Failure | undefined;

  constructor({ reconnect, credentialsChange, urlChanges }: SessionConfig) {
    this.#backoff = reconnect === false ? undefined : new Backoff(reconnect);
    this.#mayHelp = {
      now: true,
      retry: true,
      fatal: false,
      newCredentials: credentialsChange || urlChanges,
      newServer: urlChanges,
    };
  }

  /** As new: after `start()`. */
  reset(): void {
    this.succeeded();
    this.#backoff?.reset();
  }

  /** The backoff is not reset yet: a connection that is lost at once must not be retried at once for ever. */
  succeeded(): void {
    this.number = 0;
    this.lastFailure = undefined;
  }

  connectionLasted(connectedMs: number): void {
    this.#backoff?.connectionLasted(connectedMs);
  }

  /** Milliseconds until the next attempt, or `undefined` when there is to be none. */
  delayAfter(disposition: Disposition | 'now', random: number): number | undefined {
    if (!this.#mayHelp[disposition]) return undefined;
    return disposition === 'now' ? 0 : this.#backoff?.next(random);
  }
}
