/** What went one way over the wire. */
export interface TrafficStatistics {
  /** PUBLISH packets since the client was made. */
  readonly messages: number;
  /** Bytes of all packets since the client was made. */
  readonly bytes: number;
  /** Over the last five whole seconds. */
  readonly messagesPerSecond: number;
  /** Over the last five whole seconds. */
  readonly bytesPerSecond: number;
}

/** Seconds that a rate is taken over. */
const WINDOW = 5;
/** One more, which is still being filled. */
const SLOTS = WINDOW + 1;

interface Slot {
  second: number;
  messages: number;
  bytes: number;
}

/** Totals, and a ring of the last seconds. */
export class Traffic {
  #messages = 0;
  #bytes = 0;
  readonly #ring = Array.from({ length: SLOTS }, (): Slot => ({ second: -SLOTS, messages: 0, bytes: 0 }));
  #slot = this.#ring[0] as Slot;

  add(now: number, messages: number, bytes: number): void {
    const second = Math.floor(now / 1_000);
    if (this.#slot.second !== second) {
      this.#slot = this.#ring[second % SLOTS] as Slot;
      Object.assign(this.#slot, { second, messages: 0, bytes: 0 });
    }
    this.#messages += messages;
    this.#slot.messages += messages;
    this.#bytes += bytes;
    this.#slot.bytes += bytes;
  }

  read(now: number): TrafficStatistics {
    const current = Math.floor(now / 1_000);
    const past = this.#ring.filter(({ second }) => second < current && second >= current - WINDOW);
    return {
      messages: this.#messages,
      bytes: this.#bytes,
      messagesPerSecond: past.reduce((sum, { messages }) => sum + messages, 0) / WINDOW,
      bytesPerSecond: past.reduce((sum, { bytes }) => sum + bytes, 0) / WINDOW,
    };
  }
}
