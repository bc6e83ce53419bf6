import type { Clock } from '../io/clock.ts';

/** The one timer: it rings at the earliest moment that was asked for, or before. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** A later moment than before changes nothing: ringing too early is harmless. `undefined` switches it off. */
  set(at: number | undefined): void {
    if (at !== undefined && at >= this.#at) return;
    this.#cancel?.();
    this.#at = at ?? Number.POSITIVE_INFINITY;
    this.#cancel = at === undefined ? undefined : this.#clock.wakeAt(at, this.#onWake);
  }

  readonly #onWake = (): void => {
    this.#at = Number.POSITIVE_INFINITY;
    this.#cancel = undefined;
    this.#ring();
  };
}
