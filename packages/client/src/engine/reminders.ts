interface Reminder {
  readonly at: number;
  readonly callback: () => void;
}

/** What the client wants to be told at a certain time: all of it shares the one timer of the engine. */
export class Reminders {
  readonly #all = new Set<Reminder>();
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

  /** Calls back whoever is due. */
  ring(now: number): void {
    if (now < this.next) return;
    const due = [...this.#all].filter(({ at }) => at <= now);
    for (const reminder of due) this.#all.delete(reminder);
    this.next = Math.min(...[...this.#all].map(({ at }) => at), Number.POSITIVE_INFINITY);
    for (const { callback } of due) callback();
  }
}
