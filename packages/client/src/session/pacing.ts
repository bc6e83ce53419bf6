/* How fast a service lets a client publish: what would be too fast waits, and nothing fails. */
import type { BrokerProfile } from './broker-profile.ts';

const SLICES = 100;
/** Which part of the limit may leave at once: the rest follows evenly. */
const BURST = 1 / 10;

/**
 * So much in any second, and no more, and spread over it (docs/decisions/0050). The services that publish a rate may drop
 * what exceeds it, and their seconds are not ours.
 */
export class Rate {
  readonly #limit: number;
  readonly #eachMs: number;
  readonly #windowMs: number;
  /** What happened within the window, in slices of it: from when to when, and how much. */
  #recent: { readonly from: number; at: number; amount: number }[] = [];
  /** When everything so far would be over, spread evenly. */
  #evenAt = 0;

  constructor(perSecond: number) {
    this.#limit = Math.max(1, perSecond);
    this.#eachMs = 1_000 / perSecond;
    this.#windowMs = this.#limit * this.#eachMs;
  }

  /** Counts what happens now. What exceeds the limit by itself is counted all the same. */
  count(now: number, amount: number): void {
    this.#evenAt = Math.max(this.#evenAt, now) + amount * this.#eachMs;
    let last = this.#recent.at(-1);
    if (last === undefined || now - last.from > this.#windowMs / SLICES)
      this.#recent.push((last = { from: now, at: now, amount: 0 }));
    // As if all of the slice were as late as its latest: rather too slow than too fast.
    last.at = now;
    last.amount += amount;
  }

  /** When so much may happen: not before, and at once if the moment is past. More than the limit waits for all of it. */
  readyAt(now: number, amount: number): number {
    this.#recent = this.#recent.filter(({ at }) => at + this.#windowMs > now);
    let readyAt = Math.max(now, this.#evenAt - Math.max(0, this.#windowMs * BURST - this.#eachMs));
    let sum = this.#recent.reduce((total, each) => total + each.amount, amount);
    for (const each of this.#recent) {
      if (sum <= Math.max(this.#limit, amount)) break;
      sum -= each.amount;
      readyAt = Math.max(readyAt, each.at + this.#windowMs);
    }
    return readyAt;
  }
}

/** The rates of a profile together. */
export class Pacing {
  readonly #publishes: Rate | undefined;
  readonly #bytes: Rate | undefined;

  constructor({ publishesPerSecond, bytesPerSecond }: BrokerProfile) {
    this.#publishes = rateOf(publishesPerSecond);
    this.#bytes = rateOf(bytesPerSecond);
  }

  /** A publish of so many bytes leaves, or has come where the service counts that too. */
  count(now: number, bytes: number): void {
    this.#publishes?.count(now, 1);
    this.#bytes?.count(now, bytes);
  }

  /** When a publish of so many bytes may leave. */
  readyAt(now: number, bytes: number): number {
    return Math.max(this.#publishes?.readyAt(now, 1) ?? now, this.#bytes?.readyAt(now, bytes) ?? now);
  }
}

/** A rate where there is one. */
export function rateOf(perSecond: number | undefined): Rate | undefined {
  return perSecond === undefined ? undefined : new Rate(perSecond);
}
