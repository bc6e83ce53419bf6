/*
 * Framing: chunks of any size in, whole packets out. A packet that lies within one chunk is read where it is; one that
 * spans chunks is collected in a buffer that doubles until it holds what its header announced, so that neither many
 * small chunks nor a header that lies about its length cost more than was received.
 */
import { hex, MalformedPacketError, malformed, protocolError } from './errors.ts';
import type { Packet, PacketType, ProtocolVersion } from './packet.ts';
import { PACKETS, type PacketSpec } from './packet-table.ts';
import { Reader } from './reader.ts';
import { SENDERS, type Sender } from './sender.ts';

/** Options of a `Decoder`. */
export interface DecoderOptions {
  /** The version spoken on the connection. A CONNECT sets it anew. */
  readonly version: ProtocolVersion;
  /** Largest whole packet to accept, in bytes; a bigger one is refused with 0x95 as soon as its header is read. */
  readonly maximumPacketSize?: number;
  /** Who sends the bytes: what only the other side may say is then refused. Absent: either side. */
  readonly sender?: Sender;
}

/** The longest fixed header: a type and a Remaining Length of four bytes. */
const LONGEST_HEADER = 5;

/** A collecting buffer up to this size is kept for the next packet. */
const KEPT_BYTES = 0x1_0000;

/** What decoding needs of a row of the table of packets. */
interface IncomingSpec {
  readonly type: PacketType;
  readonly spec: PacketSpec;
  /** A bit for each value that the flags may have. */
  readonly flags: number;
}

const INCOMING: readonly (IncomingSpec | undefined)[] = /* @__PURE__ */ byNumber();

function byNumber(): IncomingSpec[] {
  const result: IncomingSpec[] = [];
  for (const [type, spec] of Object.entries(PACKETS) as [PacketType, PacketSpec][]) {
    result[spec.number] = { type, spec, flags: spec.flags.reduce((bits, flag) => bits | (1 << flag), 0) };
  }
  return result;
}

/** Turns the bytes of one connection into packets. */
export class Decoder {
  readonly #reader: Reader;
  readonly #maximumPacketSize: number;
  #pending = new Uint8Array(LONGEST_HEADER);
  #pendingLength = 0;
  #headerLength = 0;
  #failure: unknown;

  constructor({ version, maximumPacketSize = Number.POSITIVE_INFINITY, sender }: DecoderOptions) {
    this.#reader = new Reader(version);
    this.#reader.senders = SENDERS[sender ?? 'either'];
    this.#maximumPacketSize = maximumPacketSize;
  }

  /** The version that packets are read in: the one of the options until a CONNECT says another. */
  get version(): ProtocolVersion {
    return this.#reader.version;
  }

  /**
   * Takes the next bytes and gives the packets that are complete with them. The chunk may be reused afterwards: nothing
   * that comes out refers to it.
   *
   * @throws MalformedPacketError at the first wrong byte. The connection is then over: every later call throws the same.
   */
  push(chunk: Uint8Array): Packet[] {
    if (this.#failure !== undefined) throw this.#failure;
    const packets: Packet[] = [];
    try {
      this.#read(ownedView(chunk), packets);
    } catch (error) {
      this.#failure =
        error instanceof MalformedPacketError
          ? new MalformedPacketError(error.reasonCode, error.message, packets)
          : error;
      throw this.#failure;
    }
    return packets;
  }

  #read(chunk: Uint8Array, packets: Packet[]): void {
    let offset = this.#pendingLength > 0 ? this.#complete(chunk, packets) : 0;
    while (offset < chunk.length) {
      const size = this.#packetSize(chunk, offset, chunk.length);
      if (size === undefined || size > chunk.length - offset) {
        this.#collect(chunk, offset, chunk.length - offset);
        return;
      }
      packets.push(this.#readPacket(chunk, offset, size));
      offset += size;
    }
  }

  /** Goes on with the packet that was begun in an earlier chunk; gives how much of this chunk belonged to it. */
  #complete(chunk: Uint8Array, packets: Packet[]): number {
    let offset = 0;
    for (;;) {
      const size = this.#packetSize(this.#pending, 0, this.#pendingLength);
      if (size !== undefined && size === this.#pendingLength) {
        packets.push(this.#readPacket(this.#pending, 0, size));
        this.#pendingLength = 0;
        if (this.#pending.length > KEPT_BYTES) this.#pending = new Uint8Array(LONGEST_HEADER);
        return offset;
      }
      if (offset === chunk.length) return offset;
      // Until the length is known byte by byte: the next one may already belong to the next packet.
      const wanted = size === undefined ? 1 : size - this.#pendingLength;
      const length = Math.min(wanted, chunk.length - offset);
      this.#collect(chunk, offset, length);
      offset += length;
    }
  }

  #collect(chunk: Uint8Array, offset: number, length: number): void {
    const needed = this.#pendingLength + length;
    if (needed > this.#pending.length) {
      const larger = new Uint8Array(Math.max(needed, this.#pending.length * 2));
      larger.set(this.#pending.subarray(0, this.#pendingLength));
      this.#pending = larger;
    }
    this.#pending.set(chunk.subarray(offset, offset + length), this.#pendingLength);
    this.#pendingLength = needed;
  }

  /** Reads a fixed header: the size of the whole packet, or `undefined` when the header is not complete. */
  #packetSize(bytes: Uint8Array, offset: number, end: number): number | undefined {
    const { version } = this.#reader;
    checkFirstByte(bytes[offset] as number, version, this.#reader.senders);
    let remaining = 0;
    for (let index = 1; ; index++) {
      if (offset + index >= end) return undefined;
      const byte = bytes[offset + index] as number;
      remaining += (byte & 0x7f) << (7 * (index - 1));
      if (byte < 0x80) {
        // Only 5.0 demands the shortest form [MQTT-1.5.5-1].
        if (byte === 0 && index > 1 && version === 5) throw malformed('Remaining Length is too long');
        this.#headerLength = 1 + index;
        break;
      }
      if (index === 4) throw malformed('Remaining Length has more than four bytes');
    }
    const size = this.#headerLength + remaining;
    if (size > this.#maximumPacketSize) throw new MalformedPacketError(0x95, `a packet has ${size} bytes`);
    return size;
  }

  #readPacket(bytes: Uint8Array, offset: number, size: number): Packet {
    const first = bytes[offset] as number;
    const { type, spec } = INCOMING[first >> 4] as IncomingSpec;
    const reader = this.#reader;
    reader.open(bytes, offset + this.#headerLength, offset + size);
    try {
      const packet = spec.read(reader, first & 0x0f);
      if (reader.remaining > 0) throw malformed('has bytes left over');
      return packet;
    } catch (error) {
      if (!(error instanceof MalformedPacketError)) throw error;
      throw new MalformedPacketError(error.reasonCode, `${type.toUpperCase()}: ${error.message}`);
    }
  }
}

/** Refuses what the first byte alone shows to be wrong: the type, its flags [MQTT-2.1.3-1], its direction. */
function checkFirstByte(first: number, version: ProtocolVersion, senders: number): void {
  const incoming = INCOMING[first >> 4];
  if (incoming === undefined) throw malformed(`packet type ${first >> 4} is forbidden`);
  if ((incoming.flags & (1 << (first & 0x0f))) === 0) throw malformed(`flags of ${hex(first)} are reserved`);
  const allowed = SENDERS[incoming.spec.from[version]];
  if (allowed === SENDERS.nobody) throw malformed(`${incoming.type.toUpperCase()} does not exist in MQTT 3.1.1`);
  if ((allowed & senders) === 0) throw protocolError(`${incoming.type.toUpperCase()} comes from the wrong side`);
}

/** A view with the methods of Uint8Array itself: `slice` of a Node.js Buffer does not copy. */
function ownedView(chunk: Uint8Array): Uint8Array {
  return chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
