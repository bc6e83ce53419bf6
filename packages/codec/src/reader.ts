import { malformed } from './errors.ts';
import type { ProtocolVersion } from './packet.ts';
import { SENDERS } from './sender.ts';
import { decodeText } from './utf8.ts';

/** A cursor over the bytes of one packet that throws 0x81 instead of reading past its end. */
export class Reader {
  version: ProtocolVersion;
  /** Bits of `SENDERS`: who may have sent the bytes. */
  senders: number = SENDERS.either;
  #bytes: Uint8Array = new Uint8Array(0);
  #position = 0;
  #end = 0;

  constructor(version: ProtocolVersion) {
    this.version = version;
  }

  /** Reads from here on in `bytes`, from `start` to `end`. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  /** Ends the view `length` bytes from here, for a part with its own length; hand the result to `widen`. */
  narrow(length: number): number {
    const outer = this.#end;
    this.#require(length);
    this.#end = this.#position + length;
    return outer;
  }

  widen(end: number): void {
    this.#end = end;
  }

  byte(): number {
    this.#require(1);
    return this.#bytes[this.#position++] as number;
  }

  uint16(): number {
    this.#require(2);
    const position = this.#position;
    this.#position = position + 2;
    return ((this.#bytes[position] as number) << 8) | (this.#bytes[position + 1] as number);
  }

  uint32(): number {
    // The shift makes the sign bit of the upper half a number again: four byte integers are unsigned, section 1.5.3.
    return ((this.uint16() << 16) | this.uint16()) >>> 0;
  }

  /** A Variable Byte Integer in its shortest form, section 1.5.5. */
  varint(): number {
    let value = this.byte();
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let shift = 7; shift <= 21; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte === 0) break;
      if (byte < 0x80) return value;
    }
    throw malformed('a variable byte integer is too long');
  }

  string(): string {
    const length = this.uint16();
    this.#require(length);
    const start = this.#position;
    this.#position = start + length;
    return decodeText(this.#bytes, start, start + length);
  }

  /** A copy in a buffer of its own. */
  binary(): Uint8Array {
    return this.#take(this.uint16());
  }

  /** What is left of the packet, as a copy in a buffer of its own. */
  rest(): Uint8Array {
    return this.#take(this.remaining);
  }

  #take(length: number): Uint8Array {
    this.#require(length);
    const start = this.#position;
    this.#position = start + length;
    return this.#bytes.slice(start, start + length);
  }

  #require(length: number): void {
    if (this.#end - this.#position < length) throw malformed('ends too early');
  }
}
