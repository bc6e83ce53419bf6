import { GRACE_MS, SLEPT_MS } from '../session/turn.ts';

interface Reminder {
  readonly at: number;
  readonly callback: () => void;
}

/** What the client wants to be told at a certain time: all of it shares the one timer of the engine. */
export class Reminders {
  readonly #all = new Set<Reminder>();
  /** Whether the page has slept, and has had the time to read what came meanwhile. */
  #isAwake = false;

  /** Never later than the earliest reminder; it may be earlier, since one that was cancelled is not searched for. */
  next: number = Number.POSITIVE_INFINITY;

  /** Returns a function that cancels it. The callback may not throw. */
  add(at: number, callback: () => void): () => void {
    const reminder = { at, callback };
    this.#all.add(reminder);
    this.next = Math.min(this.next, at);
    return () => {
      this.#all.delete(reminder);
      if (this.#all.size === 0) this.next = Number.POSITIVE_INFINITY;
    };
  }

  /** Calls back whoever is due; after a sleep a little later, since what is waited for may have come. */
  ring(now: number): void {
    if (now < this.next) return;
    this.#isAwake = !this.#isAwake && now - this.next >= SLEPT_MS;
    if (this.#isAwake) {
      this.next = now + GRACE_MS;
      return;
    }
    const due = [...this.#all].filter(({ at }) => at <= now);
    for (const reminder of due) this.#all.delete(reminder);
    this.next = Math.min(...[...this.#all].map(({ at }) => at), Number.POSITIVE_INFINITY);
    for (const { callback } of due) callback();
  }
}
