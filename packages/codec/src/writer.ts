import { checkBytes } from './check.ts';
import { refuse } from './errors.ts';
import type { ProtocolVersion } from './packet.ts';
import { encoder, MAXIMUM_LENGTH, textProblem } from './utf8.ts';

/** Largest Variable Byte Integer and with it largest Remaining Length, section 1.5.5. */
export const MAXIMUM_VARINT = 0x0fff_ffff;

/** A cleared writer keeps a buffer up to this size. */
const KEPT_BYTES = 0x10_0000;

/** Up to this many characters a loop beats the platform's encoder. */
const SHORT = 64;

/** Bytes of a number as a Variable Byte Integer. */
export function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
}

/**
 * A growing buffer that packets are written into, one after the other, so that the packets of one turn leave as one
 * message. The methods that write are for this package's packets; `encodeInto` is the way to use it.
 */
export class Writer {
  /** The version that the packet at hand is written in. */
  version: ProtocolVersion = 5;
  /** Where in the packet the writer is, for errors. */
  readonly path: (string | number)[] = [];
  #bytes: Uint8Array;
  #length = 0;

  constructor(initialCapacity = 1024) {
    this.#bytes = new Uint8Array(initialCapacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes that can be written before the buffer has to grow. */
  get room(): number {
    return this.#bytes.length - this.#length;
  }

  /** What was written, from `start` on. A view: valid until the next write after `clear`. */
  view(start = 0): Uint8Array {
    return this.#bytes.subarray(start, this.#length);
  }

  /** Forgets what was written and keeps the buffer, unless it is unusually big. */
  clear(): void {
    this.#length = 0;
    if (this.room > KEPT_BYTES) this.#bytes = new Uint8Array(0);
  }

  /** Goes back to an earlier length. */
  truncate(length: number): void {
    this.#length = length;
  }

  byte(value: number): void {
    const at = this.#advance(1);
    this.#bytes[at] = value;
  }

  uint16(value: number): void {
    const at = this.#advance(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  uint32(value: number): void {
    this.uint16(value >>> 16);
    this.uint16(value);
  }

  varint(value: number): void {
    this.#putVarint(this.#advance(varintSize(value)), value);
  }

  bytes(value: Uint8Array): void {
    const at = this.#advance(value.length);
    this.#bytes.set(value, at);
  }

  /** A two byte length and the bytes. */
  binary(value: unknown, field?: string): void {
    const bytes = checkBytes(value, field);
    if (bytes.length > MAXIMUM_LENGTH) refuse('is longer than 65535 bytes', field);
    this.uint16(bytes.length);
    this.bytes(bytes);
  }

  /** A two byte length and the text in UTF-8; gives the text back. */
  string(text: unknown, field?: string): string {
    if (typeof text !== 'string') return refuse('must be a string', field);
    const { length } = text;
    if (length <= SHORT) {
      const at = this.#advance(length + 2);
      const bytes = this.#bytes;
      let index = 0;
      for (; index < length; index++) {
        const code = text.charCodeAt(index);
        // One unsigned comparison that leaves ASCII without U+0000.
        if ((code - 1) >>> 0 >= 0x7f) break;
        bytes[at + 2 + index] = code;
      }
      if (index === length) {
        bytes[at] = 0;
        bytes[at + 1] = length;
        return text;
      }
      this.#length = at;
    }
    refuse(textProblem(text), field);
    this.binary(encoder.encode(text), field);
    return text;
  }

  /** Writes a length of 0 for content that comes next; hand the result to `endLength` when it has come. */
  beginLength(): number {
    this.byte(0);
    return this.#length;
  }

  /** Writes the length of everything since `start`, and of `tailLength` bytes that are still to come. */
  endLength(start: number, tailLength = 0): void {
    const content = this.#length - start;
    const length = content + tailLength;
    if (length > MAXIMUM_VARINT) refuse('is too long', tailLength > 0 ? 'payload' : 'packet');
    const shift = varintSize(length) - 1;
    if (shift > 0) {
      this.#advance(shift);
      this.#bytes.copyWithin(start + shift, start, start + content);
    }
    this.#putVarint(start - 1, length);
  }

  #putVarint(position: number, value: number): void {
    let at = position;
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[at++] = rest | 0x80;
    this.#bytes[at] = rest;
  }

  /** Makes the next bytes part of what was written; gives where they begin. */
  #advance(length: number): number {
    const start = this.#length;
    const needed = start + length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.view());
      this.#bytes = larger;
    }
    this.#length = needed;
    return start;
  }
}
