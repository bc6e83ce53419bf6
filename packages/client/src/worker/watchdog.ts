import type { Reminding } from './reminding.ts';

/** What it watches, and what it does. */
export interface Watched {
  /** Whether anything is expected of the worker. */
  isNeeded(): boolean;
  /** Asks for a sign of life. */
  ask(): void;
  dead(): void;
}

/** Signs of life that may be missing: one alone may be late because the page itself slept. */
const MISSING_SIGNS = 3;

/** A worker that was terminated, or hangs, gives no event: it is asked now and then while something is expected of it. */
export class Watchdog {
  readonly #clock: Reminding;
  readonly #intervalMs: number;
  readonly #watched: Watched;
  #cancel: (() => void) | undefined;
  #missing = 0;

  constructor(clock: Reminding, timeoutMs: number, watched: Watched) {
    this.#clock = clock;
    this.#intervalMs = timeoutMs / MISSING_SIGNS;
    this.#watched = watched;
  }

  /** Begins, unless it has begun. It ends by itself when nothing is expected any more. */
  watch(): void {
    if (this.#cancel !== undefined) return;
    this.#missing = 0;
    this.#again();
  }

  /** The worker lives; it may have done what was expected. */
  heard(): void {
    this.#missing = 0;
    if (!this.#watched.isNeeded()) this.rest();
  }

  /** Nothing is expected any more. */
  rest(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #again(): void {
    this.#watched.ask();
    this.#cancel = this.#clock.remind(this.#clock.now() + this.#intervalMs, this.#onTime);
  }

  readonly #onTime = (): void => {
    this.#missing += 1;
    this.#cancel = undefined;
    if (this.#missing >= MISSING_SIGNS) this.#watched.dead();
    else this.#again();
  };
}
