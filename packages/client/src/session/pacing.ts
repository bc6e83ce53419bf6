/* How fast a service lets a client publish: what would be too fast waits, and nothing fails. */
import type { BrokerProfile } from './broker-profile.ts';

const SLICES = 100;

/**
 * So much in any second, and no more: the services that publish a rate may drop what exceeds it, and a bucket that
 * fills again while it is emptied lets through twice the rate in its first second.
 */
export class Rate {
  readonly #limit: number;
  readonly #windowMs: number;
  /** What happened within the window, in slices of it: from when to when, and how much. */
  #recent: { readonly from: number; at: number; amount: number }[] = [];

  constructor(perSecond: number) {
    this.#limit = Math.max(1, perSecond);
    this.#windowMs = (1_000 * this.#limit) / perSecond;
  }

  /** Counts what happens now. What exceeds the limit by itself is counted all the same. */
  count(now: number, amount: number): void {
    const last = this.#recent.at(-1);
    if (last === undefined || now - last.from > this.#windowMs / SLICES) {
      this.#recent.push({ from: now, at: now, amount });
    } else {
      // As if all of the slice were as late as its latest: rather too slow than too fast.
      last.at = now;
      last.amount += amount;
    }
  }

  /** When one more may happen: not before, and at once if the moment is past. */
  readyAt(now: number): number {
    const gone = this.#recent.findIndex(({ at }) => at + this.#windowMs > now);
    this.#recent.splice(0, gone < 0 ? this.#recent.length : gone);
    let sum = this.#recent.reduce((total, { amount }) => total + amount, 0);
    for (const { at, amount } of this.#recent) {
      if (sum < this.#limit) return now;
      sum -= amount;
      if (sum < this.#limit) return at + this.#windowMs;
    }
    return now;
  }
}

/** The rates of a profile together. */
export class Pacing {
  readonly #publishes: Rate | undefined;
  readonly #bytes: Rate | undefined;
  readonly #countsReceived: boolean;

  constructor({ publishesPerSecond, bytesPerSecond, countsReceived = false }: BrokerProfile) {
    this.#publishes = rateOf(publishesPerSecond);
    this.#bytes = rateOf(bytesPerSecond);
    this.#countsReceived = countsReceived;
  }

  /** Returns when the next publish may leave. The last one of a second may exceed its bytes. */
  sent(now: number, bytes: number): number {
    this.#publishes?.count(now, 1);
    this.#bytes?.count(now, bytes);
    return this.#readyAt(now);
  }

  received(now: number): number {
    if (this.#countsReceived) this.#publishes?.count(now, 1);
    return this.#readyAt(now);
  }

  #readyAt(now: number): number {
    return Math.max(this.#publishes?.readyAt(now) ?? now, this.#bytes?.readyAt(now) ?? now);
  }
}

/** A rate where there is one. */
export function rateOf(perSecond: number | undefined): Rate | undefined {
  return perSecond === undefined ? undefined : new Rate(perSecond);
}
