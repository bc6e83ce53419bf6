import type { Clock } from '@mqtide/client/internal';

interface Item {
  readonly at: number;
  readonly run: () => void;
}

/**
 * One direction of a wire: what goes in comes out in the same order, each item in a microtask of its own when there is
 * no delay, and otherwise by the clock. A delay that becomes shorter does not let anything overtake.
 */
export class DelayLine {
  readonly #clock: Clock | undefined;
  readonly #items: Item[] = [];
  #stalled: Item[] | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock | undefined) {
    this.#clock = clock;
  }

  get isStalled(): boolean {
    return this.#stalled !== undefined;
  }

  push(delayMs: number, run: () => void): void {
    const now = this.#clock?.now() ?? 0;
    this.#lastAt = Math.max(this.#lastAt, now + delayMs);
    this.#items.push({ at: this.#lastAt, run });
    if (this.#lastAt <= now) queueMicrotask(() => this.#next());
    else if (this.#clock !== undefined) this.#clock.wakeAt(this.#lastAt, () => this.#next());
    else throw new Error('a delay needs a clock: pass one to the transport');
  }

  /** From now on nothing comes out. */
  stall(): void {
    this.#stalled ??= [];
  }

  /** What came up in the meantime comes out now, in order. */
  resume(): void {
    const stalled = this.#stalled;
    this.#stalled = undefined;
    if (stalled === undefined) return;
    // Ahead of what is still on its way, which was pushed later.
    this.#items.unshift(...stalled);
    for (let count = stalled.length; count > 0; count--) queueMicrotask(() => this.#next());
  }

  // One call was arranged for each item, so it need not be the call that was arranged for this one.
  #next(): void {
    const item = this.#items.shift();
    if (item === undefined) return;
    if (this.#stalled !== undefined) this.#stalled.push(item);
    else item.run();
  }
}
