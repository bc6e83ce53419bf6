import { checkPacketId } from '../check.ts';
import { InvalidPacketError, protocolError } from '../errors.ts';
import type { AckPacket, AckType, ProtocolVersion } from '../packet.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { hasProperties, writeProperties } from '../write-properties.ts';
import type { Writer } from '../writer.ts';
import { checkReasonCode, readReasonCode } from './reason.ts';

/** A packet identifier as any packet but PUBLISH begins with it. Throws 0x82 for 0. */
export function readPacketId(reader: Reader): number {
  const packetId = reader.uint16();
  if (packetId === 0) throw protocolError('packet identifier is 0');
  return packetId;
}

/**
 * Sections 3.4.2 to 3.7.2: an identifier, then a reason code unless it is 0 and nothing follows, then properties unless
 * there are none.
 */
export function writeAck(writer: Writer, packet: AckPacket, version: ProtocolVersion): void {
  const { type, reasonCode, properties } = packet;
  writer.uint16(checkPacketId(packet.packetId));
  if (version === 4) {
    if (reasonCode !== 0) throw new InvalidPacketError('reasonCode', 'does not exist in MQTT 3.1.1');
    writeProperties(writer, type as 'puback', properties, version);
    return;
  }
  checkReasonCode(reasonCode, type, version);
  const isFollowed = hasProperties(properties);
  if (reasonCode !== 0 || isFollowed) writer.byte(reasonCode);
  if (isFollowed) writeProperties(writer, type as 'puback', properties, version);
}

/** Reads a PUBACK, PUBREC, PUBREL or PUBCOMP in its long or one of its short forms. */
export function readAck<Type extends AckType>(reader: Reader, type: Type): AckPacket<Type> {
  const packetId = readPacketId(reader);
  if (reader.version === 4 || reader.remaining === 0) return { type, packetId, reasonCode: 0 };
  const reasonCode = readReasonCode(reader, type);
  const properties =
    reader.remaining > 0 ? (readProperties<AckType>(reader, type) as AckPacket['properties']) : undefined;
  return properties === undefined ? { type, packetId, reasonCode } : { type, packetId, reasonCode, properties };
}
