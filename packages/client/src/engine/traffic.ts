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

/** Totals, and a ring of the last seconds. Told once for each frame, not for each message. */
export class Traffic {
  #messages = 0;
  #bytes = 0;
  readonly #ring = Array.from({ length: SLOTS }, () => ({ second: -SLOTS, messages: 0, bytes: 0 }));

  add(messages: number, bytes: number, now: number): void {
    this.#messages += messages;
    this.#bytes += bytes;
    const second = Math.floor(now / 1_000);
    const slot = this.#ring[second % SLOTS];
    if (slot === undefined) return;
    if (slot.second !== second) Object.assign(slot, { second, messages: 0, bytes: 0 });
    slot.messages += messages;
    slot.bytes += bytes;
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
