/*
 * Framing: chunks of any size in, whole packets out. What lies within one chunk is read where it is; the beginning of a
 * packet that goes on in the next chunk is kept in a buffer that doubles, so that neither many small chunks nor a
 * header that lies about its length cost more than was received.
 */
import { hex, MalformedPacketError, malformed, NOT_ALLOWED, reject } from './errors.ts';
import type { Packet, ProtocolVersion } from './packet.ts';
import { methodProblem, PACKETS, type PacketSpec } from './packet-table.ts';
import { Reader } from './reader.ts';
import { SERVER } from './sender.ts';
import { Writer } from './writer.ts';

/** Options of a `ServerDecoder`. */
export interface ServerDecoderOptions {
  /** The version spoken on the connection. A CONNECT sets it anew. */
  readonly version: ProtocolVersion;
  /**
   * Largest whole packet to accept, in bytes; a bigger one is refused with 0x95 as soon as its header is read.
   *
   * @default no limit but the format's own, 268,435,460 bytes
   */
  readonly maximumPacketSize?: number;
  /**
   * Chunks are the decoder's to keep, nobody will change them. A big payload that is alone in its chunk is then a view of
   * it and not a copy. @default false
   */
  readonly ownsChunks?: boolean;
}

/** Turns what a server sends on one connection into packets. What only a client may say is refused. */
export class ServerDecoder {
  readonly #packets: readonly PacketSpec[];
  readonly #reader: Reader;
  readonly #maximumPacketSize: number;
  readonly #ownsChunks: boolean;
  /** The beginning of a packet whose end has not come. */
  #pending = new Writer(0);
  /** First byte of the packet at hand. */
  #first = 0;
  #failure: unknown;

  constructor(options: ServerDecoderOptions, senders: number = SERVER, packets: readonly PacketSpec[] = PACKETS) {
    const { version, maximumPacketSize = Number.POSITIVE_INFINITY, ownsChunks = false } = options;
    this.#ownsChunks = ownsChunks;
    this.#reader = new Reader(version, senders);
    this.#maximumPacketSize = maximumPacketSize;
    this.#packets = packets;
  }

  /** The version that packets are read in: the one of the options until a CONNECT says another. */
  get version(): ProtocolVersion {
    return this.#reader.version;
  }

  /**
   * Takes the next bytes and gives the packets that are complete with them. The chunk may be reused afterwards: nothing
   * that comes out refers to it. `copies` gets the bytes of each of them.
   *
   * @throws MalformedPacketError at the first wrong byte. The connection is then over: every later call throws the same.
   */
  push(chunk: Uint8Array, copies?: Uint8Array[]): Packet[] {
    const packets: Packet[] = [];
    try {
      if (this.#failure === undefined) this.#accept(chunk, packets, copies);
    } catch (error) {
      const type = this.#packets[(this.#first >> 4) - 1]?.type ?? 'packet';
      this.#failure =
        error instanceof MalformedPacketError
          ? new MalformedPacketError(error.reasonCode, `${type.toUpperCase()}: ${error.message}`, packets)
          : error;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return packets;
  }

  #accept(chunk: Uint8Array, packets: Packet[], copies: Uint8Array[] | undefined): void {
    const isResumed = this.#pending.length > 0;
    if (isResumed) this.#pending.bytes(chunk);
    const bytes = isResumed ? this.#pending.view() : plainView(chunk);
    let offset = 0;
    for (let size = -1; size !== 0 && offset < bytes.length; offset += size)
      size = this.#read(bytes, offset, packets, copies);
    if (offset === 0 && isResumed) return;
    if (isResumed) this.#pending = new Writer(0);
    if (offset < bytes.length) this.#pending.bytes(bytes.subarray(offset));
  }

  /** Reads the packet that begins at `start`; gives its size, or 0 when not all of it is there. */
  #read(bytes: Uint8Array, start: number, packets: Packet[], copies: Uint8Array[] | undefined): number {
    const reader = this.#reader;
    const first = bytes[start] as number;
    this.#first = first;
    const spec = this.#specOf(first);
    let remaining = 0;
    for (let index = 1; start + index < bytes.length; index++) {
      const byte = bytes[start + index] as number;
      remaining += (byte & 0x7f) << (7 * index - 7);
      const isLast = byte < 0x80;
      // Only 5.0 demands the shortest form [MQTT-1.5.5-1].
      if (isLast ? byte === 0 && index > 1 && reader.version === 5 : index > 3) throw malformed('has a bad length');
      if (!isLast) continue;
      const size = 1 + index + remaining;
      if (size > this.#maximumPacketSize) throw new MalformedPacketError(0x95, `has ${size} bytes`);
      if (start + size > bytes.length) return 0;
      const isOwned = this.#ownsChunks && this.#pending.length === 0 && size === bytes.length;
      reader.open(bytes, start + size - remaining, start + size, isOwned);
      const packet = spec.read(reader, first & 0x0f);
      reject(methodProblem(packet), 'authenticationMethod');
      if (reader.remaining > 0) throw malformed('has bytes left over');
      packets.push(packet);
      copies?.push(bytes.slice(start, start + size));
      return size;
    }
    return 0;
  }

  /** Refuses what the first byte alone shows to be wrong: the type, its flags [MQTT-2.1.3-1], its direction. */
  #specOf(first: number): PacketSpec {
    const spec = this.#packets[(first >> 4) - 1];
    const senders = spec?.from[this.#reader.version];
    if (!senders || !spec?.flags.includes(first & 0x0f)) throw malformed(`begins with ${hex(first)}`);
    if ((senders & this.#reader.senders) === 0) reject(NOT_ALLOWED, 'it');
    return spec;
  }
}

/** A view with the methods of Uint8Array itself: `slice` of a Node.js Buffer does not copy. */
function plainView(chunk: Uint8Array): Uint8Array {
  return chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
