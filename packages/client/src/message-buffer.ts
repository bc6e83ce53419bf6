import type { ReceivedMessage } from './message.ts';

/**
 * What becomes of messages that find the buffer of a subscription full.
 *
 * - `'dropOldest'`, `'dropNewest'`: those are dropped, and counted.
 * - `'latestPerTopic'`: of each topic only the latest message waits, also while there is room; the one it takes the place
 *   of is dropped. With more topics than `buffer` the oldest is dropped.
 * - `'error'`: the subscription ends with `LIMIT_EXCEEDED`, after what waits has been read.
 * - `'holdAcknowledgements'`: messages of QoS 1 and 2 wait beyond `buffer` and are not acknowledged until there is room,
 *   so that the server stops when `limits.receiveMaximum` is reached. Messages of QoS 0 are dropped.
 */
export type OverflowPolicy = 'dropOldest' | 'dropNewest' | 'latestPerTopic' | 'error' | 'holdAcknowledgements';

/** What a QoS 1 message is acknowledged with in MQTT 5 when it never reached the application, or the application failed. */
export const UNPROCESSED = 0x80;

const DROPS_THE_NEW: readonly OverflowPolicy[] = ['dropNewest', 'holdAcknowledgements'];

/** Messages that wait for the application, in order. */
export class MessageBuffer {
  readonly #limit: number;
  readonly #overflow: OverflowPolicy;
  /** Told of each message that waits within the limit. */
  readonly #onKept: (message: ReceivedMessage) => void;
  #waiting: ReceivedMessage[] = [];
  /** With `'latestPerTopic'`: where the message of a topic stands, counted from the first message there ever was. */
  readonly #places: Map<string, number> | undefined;
  #taken = 0;
  /** Messages that were dropped. */
  dropped = 0;

  constructor(limit: number, overflow: OverflowPolicy, onKept: (message: ReceivedMessage) => void) {
    this.#limit = limit;
    this.#overflow = overflow;
    this.#onKept = onKept;
    if (overflow === 'latestPerTopic') this.#places = new Map();
  }

  /** Returns `false` if the message finds no place and that is an error. */
  add(message: ReceivedMessage): boolean {
    const place = this.#places?.get(message.topic);
    if (place !== undefined) {
      const index = place - this.#taken;
      this.#drop(this.#waiting[index] as ReceivedMessage);
      this.#waiting[index] = message;
      this.#onKept(message);
      return true;
    }
    const isFull = this.#waiting.length >= this.#limit;
    if (isFull && !(this.#overflow === 'holdAcknowledgements' && message.qos > 0)) {
      if (this.#overflow === 'error') return false;
      const isUnwanted = this.#limit === 0 || DROPS_THE_NEW.includes(this.#overflow);
      this.#drop(isUnwanted ? message : (this.#shift() as ReceivedMessage));
      if (isUnwanted) return true;
    }
    this.#places?.set(message.topic, this.#taken + this.#waiting.length);
    this.#waiting.push(message);
    if (this.#waiting.length <= this.#limit) this.#onKept(message);
    return true;
  }

  /** The message that has waited longest. */
  take(): ReceivedMessage | undefined {
    const message = this.#shift();
    // One that waited beyond the limit has a place now.
    const next = this.#waiting[this.#limit - 1];
    if (next !== undefined) this.#onKept(next);
    return message;
  }

  takeAll(): ReceivedMessage[] {
    const all = this.#waiting;
    this.#waiting = [];
    this.#places?.clear();
    return all;
  }

  /** Takes a message out of the row, wherever it stands. */
  remove(message: ReceivedMessage): void {
    const rest = this.takeAll().filter((each) => each !== message);
    for (const each of rest) this.add(each);
  }

  /** Nobody will ever want what waits. */
  clear(): void {
    for (const message of this.takeAll()) message.done(UNPROCESSED);
  }

  #shift(): ReceivedMessage | undefined {
    const message = this.#waiting.shift();
    if (message === undefined) return undefined;
    this.#taken += 1;
    this.#places?.delete(message.topic);
    return message;
  }

  #drop(message: ReceivedMessage): void {
    this.dropped += 1;
    message.done(UNPROCESSED);
  }
}
