import type { Clock } from '@mqtide/client/internal';
import { seededRandom } from './random.ts';
import { nextTurn } from './turn.ts';
import { WakeQueue } from './wake-queue.ts';

/** How a virtual clock starts. */
export interface VirtualClockOptions {
  /** The time it shows at first, in milliseconds. @default 0 */
  readonly startAt?: number;
  /** Decides the numbers of `random()`. @default 1 */
  readonly seed?: number;
  /**
   * How many wake-ups one call may run before it is taken for an endless loop at one moment.
   * @default 1_000_000
   */
  readonly maxWakes?: number;
}

/**
 * A clock that stands still until the test moves it: an hour passes in as many steps as there are wake-ups in it.
 *
 * Between two wake-ups every promise continuation runs, so that code which awaits something finishes before the next
 * wake-up, as it would in real life. The platform's timers are never used.
 */
export class VirtualClock implements Clock {
  readonly #wakes = new WakeQueue();
  readonly #random: () => number;
  readonly #maxWakes: number;
  #now: number;

  constructor(options: VirtualClockOptions = {}) {
    this.#now = options.startAt ?? 0;
    this.#random = seededRandom(options.seed ?? 1);
    this.#maxWakes = options.maxWakes ?? 1_000_000;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.#random();
  }

  wakeAt(at: number, callback: () => void): () => void {
    if (Number.isNaN(at)) throw new RangeError('wakeAt needs a time, not NaN');
    const wake = this.#wakes.add(at, callback);
    return () => this.#wakes.remove(wake);
  }

  /** When the next wake-up is due; it may lie in the past, and is undefined when nothing waits. */
  get nextWakeAt(): number | undefined {
    return this.#wakes.peek()?.at;
  }

  /** How many wake-ups wait. */
  get pendingWakes(): number {
    return this.#wakes.size;
  }

  /** Lets every promise continuation run; no time passes and no wake-up runs. */
  settle(): Promise<void> {
    return nextTurn();
  }

  /** Lets this many milliseconds pass; see `advanceTo`. With 0, what is due now runs. */
  advance(milliseconds: number): Promise<void> {
    if (!(milliseconds >= 0)) throw new RangeError(`time cannot advance by ${milliseconds} milliseconds`);
    return this.advanceTo(this.#now + milliseconds);
  }

  /**
   * Moves to a moment, and runs on the way what is due, each at its own time. Whatever a wake-up arms for a moment on
   * the way runs too. A wake-up that throws rejects the call, with the clock standing at its time.
   */
  async advanceTo(time: number): Promise<void> {
    if (!(time >= this.#now)) throw new RangeError(`time cannot go from ${this.#now} to ${time}`);
    await nextTurn();
    let left = this.#maxWakes;
    for (let wake = this.#wakes.peek(); wake !== undefined && wake.at <= time; wake = this.#wakes.peek()) {
      if (left-- === 0) throw new Error(`more than ${this.#maxWakes} wake-ups up to ${time}: an endless loop?`);
      this.#wakes.remove(wake);
      this.#now = Math.max(this.#now, wake.at);
      wake.callback();
      await nextTurn();
    }
    this.#now = Math.max(this.#now, time);
  }

  /**
   * Time passes while nothing runs, as in a frozen page or a sleeping machine: what became due on the way runs late,
   * at the moment of waking up.
   */
  async skip(milliseconds: number): Promise<void> {
    if (!(milliseconds >= 0)) throw new RangeError(`time cannot advance by ${milliseconds} milliseconds`);
    await nextTurn();
    this.#now += milliseconds;
    await this.advanceTo(this.#now);
  }

  /** Moves to the next wake-up and runs what is due then; false when nothing waits. */
  async advanceToNextWake(): Promise<boolean> {
    await nextTurn();
    const next = this.nextWakeAt;
    if (next === undefined) return false;
    await this.advanceTo(Math.max(this.#now, next));
    return true;
  }
}
