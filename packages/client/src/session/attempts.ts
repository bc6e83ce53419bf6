import { Backoff } from './backoff.ts';
import type { SessionConfig } from './config.ts';
import type { Failure } from './failure.ts';
import { type Rate, rateOf } from './pacing.ts';
import type { Disposition } from './retry-policy.ts';

/**
 * How many attempts may follow one another without a delay. One connection never needs more: another version of MQTT,
 * then an end to a foreign session, then one that lasts. Two clients that both end the other's session would go on.
 */
const MAX_AT_ONCE = 3;

/** Counts connection attempts, and decides whether and when there is another one. */
export class Attempts {
  readonly #backoff: Backoff | undefined;
  readonly #minDelayMs: number | undefined;
  readonly #connects: Rate | undefined;
  readonly #mayHelp: Readonly<Record<Disposition | 'now', boolean>>;
  #atOnce = 0;
  /** Attempts since the last success or `start()`; the first is 1. */
  number = 0;
  lastFailure: Failure | undefined;

  constructor({ reconnect, credentialsChange, urlChanges, brokerProfile }: SessionConfig) {
    this.#connects = rateOf(brokerProfile.connectsPerSecond);
    this.#backoff = reconnect === false ? undefined : new Backoff(reconnect);
    this.#minDelayMs = reconnect === false ? undefined : reconnect.minDelayMs;
    this.#mayHelp = {
      now: true,
      retry: true,
      fatal: false,
      newCredentials: credentialsChange || urlChanges,
      newServer: urlChanges,
    };
  }

  /** A CONNECT was sent. */
  connecting(now: number): void {
    this.#connects?.count(now, 1);
  }

  /** Milliseconds before which the service would not take another CONNECT. */
  mustWait(now: number): number {
    return (this.#connects?.readyAt(now, 1) ?? now) - now;
  }

  /** As new: after `start()`. */
  reset(): void {
    this.succeeded();
    this.#atOnce = 0;
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

  /**
   * Milliseconds within which to come back when the page has woken up; no answer where nothing is retried. Spread, since
   * all pages of a place have their network back at the same moment.
   */
  soonMs(random: number): number | undefined {
    return this.#minDelayMs === undefined ? undefined : Math.round(random * this.#minDelayMs);
  }

  /** Milliseconds until the next attempt, or `undefined` when there is to be none. */
  delayAfter(disposition: Disposition | 'now', random: number): number | undefined {
    if (!this.#mayHelp[disposition]) return undefined;
    if (disposition === 'now' && this.#atOnce < MAX_AT_ONCE) {
      this.#atOnce += 1;
      return 0;
    }
    this.#atOnce = 0;
    return this.#backoff?.next(random);
  }
}
