import type { Clock } from '../io/clock.ts';

/** The one timer: it rings at the earliest moment that was asked for, or before. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;
  #isRinging = false;
  /**
   * Whether the timer was set by a timer. Of a page that is hidden for minutes browsers fire the timers of such a chain
   * once a minute only; what arrives over the network begins a new one.
   */
  #isChained = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** A later moment than before changes nothing: ringing too early is harmless. `Infinity` switches it off. */
  set(at: number): void {
    const isOff = at === Number.POSITIVE_INFINITY;
    const isNews = isOff || at < this.#at;
    if (!isNews && (this.#isRinging || !this.#isChained)) return;
    this.#cancel?.();
    if (isNews) this.#at = at;
    this.#isChained = this.#isRinging;
    this.#cancel = isOff ? undefined : this.#clock.wakeAt(this.#at, this.#onWake);
  }

  readonly #onWake = (): void => {
    this.#at = Number.POSITIVE_INFINITY;
    this.#cancel = undefined;
    this.#isRinging = true;
    try {
      this.#ring();
    } finally {
      this.#isRinging = false;
    }
  };
}
