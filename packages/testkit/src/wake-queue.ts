/** A callback that waits for its time. */
export interface Wake {
  readonly at: number;
  readonly callback: () => void;
  /** Breaks ties: what was asked for first runs first. */
  readonly sequence: number;
  /** Where it stands in the heap; -1 when it is not in it. */
  position: number;
}

function isBefore(left: Wake, right: Wake): boolean {
  return left.at < right.at || (left.at === right.at && left.sequence < right.sequence);
}

/**
 * Wake-ups in the order of their time, and of asking among equals: a binary heap in which each entry knows its place.
 * Removing one takes it out at once, because an engine that arms its only timer anew after every event would otherwise
 * leave a trail of dead entries as long as the test.
 */
export class WakeQueue {
  readonly #heap: Wake[] = [];
  #nextSequence = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The next one to run. */
  peek(): Wake | undefined {
    return this.#heap[0];
  }

  add(at: number, callback: () => void): Wake {
    const wake: Wake = { at, callback, sequence: this.#nextSequence++, position: this.#heap.length };
    this.#heap.push(wake);
    this.#rise(wake);
    return wake;
  }

  /** Does nothing for a wake-up that ran or was removed. */
  remove(wake: Wake): void {
    const hole = wake.position;
    if (hole < 0) return;
    wake.position = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === wake) return;
    this.#place(last, hole);
    this.#rise(last);
    this.#sink(last);
  }

  #place(wake: Wake, position: number): void {
    this.#heap[position] = wake;
    wake.position = position;
  }

  #rise(wake: Wake): void {
    while (wake.position > 0) {
      const from = wake.position;
      const parent = this.#heap[(from - 1) >> 1];
      if (parent === undefined || !isBefore(wake, parent)) return;
      this.#place(wake, parent.position);
      this.#place(parent, from);
    }
  }

  #sink(wake: Wake): void {
    for (;;) {
      const from = wake.position;
      const left = this.#heap[2 * from + 1];
      const right = this.#heap[2 * from + 2];
      if (left === undefined) return;
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, wake)) return;
      this.#place(wake, child.position);
      this.#place(child, from);
    }
  }
}
