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

  /** A later moment than before changes nothing: ringing too early is harmless. `undefined` switches it off. */
  set(at: number | undefined): void {
    const isEarlier = at === undefined || at < this.#at;
    if (!isEarlier && (this.#isRinging || !this.#isChained)) return;
    this.#cancel?.();
    if (isEarlier) this.#at = at ?? Number.POSITIVE_INFINITY;
    this.#isChained = this.#isRinging;
    this.#cancel = at === undefined ? undefined : this.#clock.wakeAt(this.#at, this.#onWake);
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
