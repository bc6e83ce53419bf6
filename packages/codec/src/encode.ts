import { InvalidPacketError, NOT_ALLOWED, refuse } from './errors.ts';
import type { Packet, ProtocolVersion } from './packet.ts';
import { methodProblem, PACKETS, type PacketSpec } from './packet-table.ts';
import { Writer } from './writer.ts';

const BY_TYPE: ReadonlyMap<string, PacketSpec> = /* @__PURE__ */ new Map(PACKETS.map((spec) => [spec.type, spec]));

/*
 * Where `encode` and `packetSize` write. Allocating a small buffer costs several times what writing a packet does, so
 * many packets share one; each has its part for good. It is out of the pool while it is written to, so that a getter in
 * a packet may itself encode, and an error only drops it. The one mutable thing of this module, and not observable.
 */
const POOL_BYTES = 8192;
let pool: Writer | undefined;

function takePool(): Writer {
  const writer = pool;
  pool = undefined;
  return writer !== undefined && writer.room > POOL_BYTES / 8 ? writer : new Writer(POOL_BYTES);
}

/**
 * Writes a packet behind what a writer already holds, so that the packets of one turn become one buffer.
 *
 * @throws InvalidPacketError when the packet may not be sent; the writer is then as it was before.
 */
export function encodeInto(writer: Writer, packet: Packet, version: ProtocolVersion): void {
  const tail = writeHead(writer, packet, version);
  if (tail !== undefined) writer.bytes(tail);
}

/** Writes all of a packet but its tail, which it gives back. */
function writeHead(writer: Writer, packet: Packet, version: ProtocolVersion): Uint8Array | undefined {
  const before = writer.length;
  try {
    const spec = BY_TYPE.get(packet.type);
    if (!spec?.from[version]) return refuse(NOT_ALLOWED, 'type');
    writer.version = version;
    writer.byte((spec.number << 4) | (spec.flagsOf?.(packet) ?? spec.flags[0]));
    const start = writer.beginLength();
    spec.write(writer, packet);
    refuse(methodProblem(packet), 'properties.authenticationMethod');
    const tail = spec.tailOf?.(packet);
    writer.endLength(start, tail?.length);
    return tail;
  } catch (error) {
    writer.truncate(before);
    const path = writer.path.splice(0);
    throw error instanceof InvalidPacketError ? new InvalidPacketError(join(path, error.field), error.problem) : error;
  }
}

/** The path of a field as one reads it: names with dots between them, indices in brackets. */
function join(path: readonly (string | number)[], field: string): string {
  const parts = [...path, field].map((part) => (typeof part === 'number' ? `[${part}]` : part && `.${part}`));
  return parts.join('').slice(1);
}

/**
 * The bytes of one packet. They never change later, but may be a part of a larger buffer: send them as they are, and
 * `slice()` them before their `buffer` is stored, cloned or transferred.
 *
 * @throws InvalidPacketError when the packet may not be sent.
 */
export function encode(packet: Packet, version: ProtocolVersion): Uint8Array {
  const writer = takePool();
  const start = writer.length;
  encodeInto(writer, packet, version);
  pool = writer;
  return writer.view(start);
}

/**
 * Bytes that a packet takes, its fixed header included, which is what Maximum Packet Size counts. A payload is not
 * copied, so that a big one costs nothing.
 *
 * @throws InvalidPacketError when the packet may not be sent.
 */
export function packetSize(packet: Packet, version: ProtocolVersion): number {
  const writer = takePool();
  const start = writer.length;
  const tail = writeHead(writer, packet, version);
  const size = writer.length - start + (tail?.length ?? 0);
  writer.truncate(start);
  pool = writer;
  return size;
}
