/*
 * Letters to a page that may be slow. A worker goes on reading its socket while the main thread is busy, and a message port
 * takes whatever it is given. So the page says what it has taken: of a mebibyte it has not, letters wait here, in order.
 * What waits is bounded, too. Messages of QoS 1 and 2 are by the Receive Maximum, since the page acknowledges them; those
 * of QoS 0, and packets that somebody listens to, are dropped when they are too many, the oldest half at a time.
 */
import type { Mailbox } from './mailbox.ts';

/** So many bytes may be on their way to the page. */
export const WINDOW_BYTES = 1_048_576;
/** What a letter costs besides what is in it, and an object in it. */
const LETTER_BYTES = 384;
const OBJECT_BYTES = 64;

interface Letter {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly carrier: number;
  readonly bytes: number;
  /** Whether it may be dropped. */
  readonly isLoose: boolean;
}

export class Outbox {
  readonly #mailbox: Mailbox;
  readonly #maxBacklogBytes: number;
  #waiting: Letter[] = [];
  /** Of those that wait and may be dropped. */
  #looseBytes = 0;
  #bytesOnTheWay = 0;
  /** Messages that were dropped and not yet told of. */
  #dropped = 0;

  constructor(mailbox: Mailbox, maxBacklogBytes: number) {
    this.#mailbox = mailbox;
    this.#maxBacklogBytes = maxBacklogBytes;
  }

  /** Whether the page keeps up. */
  get isOpen(): boolean {
    return this.#bytesOnTheWay < WINDOW_BYTES && this.#waiting.length === 0;
  }

  /** `carrier` is the place of the argument that has a payload. */
  post(name: string, args: readonly unknown[], carrier = -1): void {
    const bytes = LETTER_BYTES + sizeOf(args);
    if (this.isOpen) {
      this.#send(name, args, carrier, bytes);
      return;
    }
    // A delivery without a number awaits no acknowledgement: it is of QoS 0.
    const isLoose = name === 'packet' || (name === 'deliver' && args[1] === 0);
    this.#waiting.push({ name, args, carrier, bytes, isLoose });
    if (!isLoose) return;
    this.#looseBytes += bytes;
    if (this.#looseBytes > this.#maxBacklogBytes) this.#drop();
  }

  /** The page has taken letters of so many bytes. */
  taken(bytes: number): void {
    this.#bytesOnTheWay -= bytes;
    let sent = 0;
    for (const letter of this.#waiting) {
      if (this.#bytesOnTheWay >= WINDOW_BYTES) break;
      // In the place of what was dropped.
      if (this.#dropped > 0) this.#send('dropped', [this.#dropped], -1, LETTER_BYTES);
      this.#dropped = 0;
      this.#send(letter.name, letter.args, letter.carrier, letter.bytes);
      if (letter.isLoose) this.#looseBytes -= letter.bytes;
      sent += 1;
    }
    this.#waiting.splice(0, sent);
  }

  #send(name: string, args: readonly unknown[], carrier: number, bytes: number): void {
    this.#bytesOnTheWay += bytes;
    this.#mailbox.post(name, args, carrier, bytes);
  }

  /** Half of it goes at a time, so that what stays is not looked at again for every message. The newest stays. */
  #drop(): void {
    const newest = this.#waiting.at(-1);
    this.#waiting = this.#waiting.filter((letter) => {
      if (!letter.isLoose || letter === newest || this.#looseBytes <= this.#maxBacklogBytes / 2) return true;
      this.#looseBytes -= letter.bytes;
      if (letter.name === 'deliver') this.#dropped += 1;
      return false;
    });
  }
}

/** About as many bytes as it takes. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = OBJECT_BYTES;
  for (const each of Array.isArray(value) ? value : Object.values(value)) bytes += sizeOf(each);
  return bytes;
}
