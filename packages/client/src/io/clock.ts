/** The port to time and chance. */
export interface Clock {
  /** Milliseconds since the epoch as it seemed when the page was loaded: never goes back, whatever the wall clock does. */
  now(): number;
  /** Calls back once, not before `at`; returns a function that cancels it. */
  wakeAt(at: number, callback: () => void): () => void;
  /** A number from 0 (included) to 1 (excluded). */
  random(): number;
}

// A longer delay overflows in browsers and fires at once. Waking too early is harmless: the engine asks again.
const MAX_TIMEOUT_MS = 2_147_483_647;

/** The clock of the platform. */
export class SystemClock implements Clock {
  #origin: number | undefined;

  now(): number {
    return (this.#origin ??= performance.timeOrigin) + performance.now();
  }

  wakeAt(at: number, callback: () => void): () => void {
    const timer = setTimeout(callback, Math.min(MAX_TIMEOUT_MS, Math.max(0, Math.ceil(at - this.now()))));
    return () => clearTimeout(timer);
  }

  random(): number {
    return Math.random();
  }
}
