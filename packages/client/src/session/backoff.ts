import type { ReconnectPolicy } from './config.ts';

/** The delays between connection attempts: exponential, with the jitter of the policy. */
export class Backoff {
  readonly #policy: ReconnectPolicy;
  #failures = 0;
  #lastDelayMs = 0;

  constructor(policy: ReconnectPolicy) {
    this.#policy = policy;
  }

  /** The connection has lasted long enough to start anew after the next loss. */
  connectionLasted(connectedMs: number): void {
    if (connectedMs >= this.#policy.minConnectedTimeToResetMs) this.reset();
  }

  reset(): void {
    this.#failures = 0;
    this.#lastDelayMs = 0;
  }

  /** Milliseconds to wait after one more failure. `random` is from 0 (included) to 1 (excluded). */
  next(random: number): number {
    // The bound does not grow any more long before: 0 times infinity would be no number.
    this.#failures = Math.min(this.#failures + 1, 64);
    this.#lastDelayMs = Math.round(this.#delay(random));
    return this.#lastDelayMs;
  }

  #delay(random: number): number {
    const { minDelayMs, maxDelayMs, jitter } = this.#policy;
    switch (jitter) {
      case 'none':
        return Math.min(maxDelayMs, minDelayMs * 2 ** (this.#failures - 1));
      case 'full': {
        // Even the first delay is spread: clients that lost the same server do not come back at the same moment.
        const grown = Math.min(maxDelayMs, minDelayMs * 2 ** this.#failures);
        return minDelayMs + random * (grown - minDelayMs);
      }
      case 'decorrelated': {
        const grown = 3 * Math.max(minDelayMs, this.#lastDelayMs);
        return Math.min(maxDelayMs, minDelayMs + random * (grown - minDelayMs));
      }
    }
  }
}
