import { InvalidPacketError } from './errors.ts';
import { MAXIMUM_LENGTH, textProblem } from './utf8.ts';

/** Largest Variable Byte Integer and with it largest Remaining Length, section 1.5.5. */
export const MAXIMUM_VARINT = 0x0fff_ffff;

/** A cleared writer keeps a buffer up to this size. */
const KEPT_BYTES = 0x10_0000;

/** Up to this many characters a loop beats the platform's encoder. */
const SHORT = 64;

const encoder = /* @__PURE__ */ new TextEncoder();

/** Bytes of a number as a Variable Byte Integer. */
export function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
}

/**
 * A growing buffer that packets are written into, one after the other, so that the packets of one turn leave as one
 * message. The methods that write are for this package's packets; `encodeInto` is the way to use it.
 */
export class Writer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(initialCapacity = 1024) {
    this.#bytes = new Uint8Array(initialCapacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** What was written, from `start` on. A view: valid until the next write after `clear`. */
  view(start = 0): Uint8Array {
    return this.#bytes.subarray(start, this.#length);
  }

  /** Forgets what was written and keeps the buffer, unless it is unusually big. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(1024);
  }

  /** Goes back to an earlier length. */
  truncate(length: number): void {
    this.#length = length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#bytes[this.#length++] = value >>> 8;
    this.#bytes[this.#length++] = value;
  }

  uint32(value: number): void {
    this.uint16(value >>> 16);
    this.uint16(value);
  }

  varint(value: number): void {
    this.#reserve(4);
    this.#length = this.#writeVarint(this.#length, value);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** A two byte length and the bytes. `field` names the value in an error. */
  binary(value: unknown, field: string): void {
    if (!isBytes(value)) throw new InvalidPacketError(field, 'must be a Uint8Array');
    if (value.length > MAXIMUM_LENGTH) throw new InvalidPacketError(field, 'is longer than 65,535 bytes');
    this.uint16(value.length);
    this.bytes(value);
  }

  /** A two byte length and the text in UTF-8; gives the text back. `field` names the value in an error. */
  string(text: unknown, field: string): string {
    if (typeof text !== 'string') throw new InvalidPacketError(field, 'must be a string');
    const { length } = text;
    if (length <= SHORT) {
      this.#reserve(length + 2);
      const bytes = this.#bytes;
      let position = this.#length + 2;
      let index = 0;
      for (; index < length; index++) {
        const code = text.charCodeAt(index);
        // One unsigned comparison that leaves ASCII without U+0000.
        if ((code - 1) >>> 0 >= 0x7f) break;
        bytes[position++] = code;
      }
      if (index === length) {
        bytes[this.#length] = 0;
        bytes[this.#length + 1] = length;
        this.#length = position;
        return text;
      }
    }
    return this.#anyString(text, field);
  }

  #anyString(text: string, field: string): string {
    const problem = textProblem(text);
    if (problem !== undefined) throw new InvalidPacketError(field, problem);
    if (text.length <= MAXIMUM_LENGTH) {
      this.#reserve(2 + text.length * 3);
      const start = this.#length + 2;
      const { written } = encoder.encodeInto(text, this.#bytes.subarray(start));
      if (written <= MAXIMUM_LENGTH) {
        this.uint16(written);
        this.#length += written;
        return text;
      }
    }
    throw new InvalidPacketError(field, 'is longer than 65,535 bytes');
  }

  /** Leaves room for a length whose content comes next; hand the result to `endLength`. */
  beginLength(): number {
    this.byte(0);
    return this.#length;
  }

  /** Writes the length of everything since `start`, and of `tail` bytes that are still to come. */
  endLength(start: number, tail = 0): void {
    const content = this.#length - start;
    const length = content + tail;
    if (length > MAXIMUM_VARINT) throw new InvalidPacketError(tail > 0 ? 'payload' : 'packet', 'is too long');
    const shift = varintSize(length) - 1;
    if (shift > 0) {
      this.#reserve(shift);
      this.#bytes.copyWithin(start + shift, start, this.#length);
      this.#length += shift;
    }
    this.#writeVarint(start - 1, length);
  }

  #writeVarint(position: number, value: number): number {
    let rest = value;
    let at = position;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[at++] = rest | 0x80;
    this.#bytes[at++] = rest;
    return at;
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed > this.#bytes.length) this.#grow(needed);
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }
}

/** Whether a value is a Uint8Array, of whichever window. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}
