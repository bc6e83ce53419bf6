import { InvalidPacketError } from './errors.ts';
import type { Packet, ProtocolVersion } from './packet.ts';
import { PACKETS, type PacketSpec } from './packet-table.ts';
import { varintSize, Writer } from './writer.ts';

/**
 * Writes a packet behind what a writer already holds, so that the packets of one turn become one buffer.
 *
 * @throws InvalidPacketError when the packet may not be sent; the writer is then as it was before.
 */
export function encodeInto(writer: Writer, packet: Packet, version: ProtocolVersion): void {
  const spec = specOf(packet, version);
  const before = writer.length;
  try {
    writer.byte((spec.number << 4) | (spec.flagsOf === undefined ? (spec.flags[0] as number) : spec.flagsOf(packet)));
    const tail = spec.tailOf?.(packet);
    const start = writer.beginLength();
    spec.write(writer, packet, version);
    writer.endLength(start, tail === undefined ? 0 : tail.length);
    if (tail !== undefined) writer.bytes(tail);
  } catch (error) {
    writer.truncate(before);
    throw error;
  }
}

/** The bytes of one packet. Throws `InvalidPacketError` when it may not be sent. */
export function encode(packet: Packet, version: ProtocolVersion): Uint8Array {
  const writer = new Writer(256);
  encodeInto(writer, packet, version);
  return writer.view().slice();
}

/**
 * Bytes that a packet takes, its fixed header included, which is what Maximum Packet Size counts. The payload is not
 * looked at, so that a big one costs nothing.
 */
export function packetSize(packet: Packet, version: ProtocolVersion): number {
  const spec = specOf(packet, version);
  const writer = new Writer(256);
  spec.write(writer, packet, version);
  const remaining = writer.length + (spec.tailOf?.(packet).length ?? 0);
  return 1 + varintSize(remaining) + remaining;
}

function specOf(packet: Packet, version: ProtocolVersion): PacketSpec {
  if (!Object.hasOwn(PACKETS, packet.type)) throw new InvalidPacketError('type', 'is no packet');
  const spec = PACKETS[packet.type] as PacketSpec;
  if (spec.from[version] === 'nobody') throw new InvalidPacketError('type', 'does not exist in MQTT 3.1.1');
  return spec;
}
