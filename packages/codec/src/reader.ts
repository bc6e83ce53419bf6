import { malformed } from './errors.ts';
import type { ProtocolVersion } from './packet.ts';
import { decodeText } from './utf8.ts';

/** Fewer bytes are copied sooner than kept together with their packet. */
const LEAST_VIEW = 4096;

/** A cursor over the bytes of one packet that throws 0x81 instead of reading past its end. */
export class Reader {
  version: ProtocolVersion;
  /** Bits of senders: who may have sent the bytes. */
  readonly senders: number;
  #bytes: Uint8Array = new Uint8Array();
  #position = 0;
  #end = 0;
  #isOwned = false;

  constructor(version: ProtocolVersion, senders: number) {
    this.version = version;
    this.senders = senders;
  }

  /** Reads from here on in `bytes`, from `start` to `end`. `isOwned`: they are the packet's, nobody else keeps them. */
  open(bytes: Uint8Array, start: number, end: number, isOwned = false): void {
    this.#isOwned = isOwned;
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
    this.#end = this.#skip(length) + length;
    this.#position -= length;
    return outer;
  }

  widen(end: number): void {
    this.#end = end;
  }

  byte(): number {
    return this.#bytes[this.#skip(1)] as number;
  }

  uint16(): number {
    const at = this.#skip(2);
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
  }

  uint32(): number {
    // The shift makes the sign bit of the upper half a number again: four byte integers are unsigned, section 1.5.3.
    return ((this.uint16() << 16) | this.uint16()) >>> 0;
  }

  /** A Variable Byte Integer in its shortest form, section 1.5.5. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80 && (byte > 0 || shift === 0)) return value;
      if (byte === 0) break;
    }
    throw malformed('has too long an integer');
  }

  string(): string {
    const length = this.uint16();
    const start = this.#skip(length);
    return decodeText(this.#bytes, start, start + length);
  }

  /** A copy in a buffer of its own. */
  binary(): Uint8Array {
    return this.take(this.uint16());
  }

  /** The next bytes, as a copy in a buffer of its own. */
  take(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.slice(start, start + length);
  }

  /** What is left, as a copy in a buffer of its own, or as a view of what is the packet's anyway. */
  rest(): Uint8Array {
    const length = this.remaining;
    if (!this.#isOwned || length < LEAST_VIEW) return this.take(length);
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  #skip(length: number): number {
    const start = this.#position;
    if (length > this.#end - start) throw malformed('ends too early');
    this.#position = start + length;
    return start;
  }
}
