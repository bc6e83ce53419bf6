import { checkFilled, checkPacketId } from '../check.ts';
import { InvalidPacketError, protocolError } from '../errors.ts';
import type { ProtocolVersion, UnsubackPacket, UnsubscribePacket } from '../packet.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { writeProperties } from '../write-properties.ts';
import type { Writer } from '../writer.ts';
import { readPacketId } from './acks.ts';
import { readReasonCodes, writeReasonCodes } from './reason.ts';
import { readFilter, writeFilter } from './subscribe.ts';

/** Section 3.10.2 and 3.10.3. */
export function writeUnsubscribe(writer: Writer, packet: UnsubscribePacket, version: ProtocolVersion): void {
  writer.uint16(checkPacketId(packet.packetId));
  writeProperties(writer, 'unsubscribe', packet.properties, version);
  checkFilled(packet.filters, 'filters'); // [MQTT-3.10.3-2]
  for (const [index, filter] of packet.filters.entries()) writeFilter(writer, filter, version, `filters[${index}]`);
}

export function readUnsubscribe(reader: Reader): UnsubscribePacket {
  const packetId = readPacketId(reader);
  const properties = readProperties(reader, 'unsubscribe');
  if (reader.remaining === 0) throw protocolError('no topic filter'); // [MQTT-3.10.3-2]
  const filters: string[] = [];
  while (reader.remaining > 0) filters.push(readFilter(reader));
  return properties === undefined
    ? { type: 'unsubscribe', packetId, filters }
    : { type: 'unsubscribe', packetId, filters, properties };
}

/** Section 3.11.2 and 3.11.3. In 3.1.1 an identifier and nothing else. */
export function writeUnsuback(writer: Writer, packet: UnsubackPacket, version: ProtocolVersion): void {
  writer.uint16(checkPacketId(packet.packetId));
  writeProperties(writer, 'unsuback', packet.properties, version);
  if (version === 4) {
    if (packet.reasonCodes.length > 0) throw new InvalidPacketError('reasonCodes', 'do not exist in MQTT 3.1.1');
    return;
  }
  checkFilled(packet.reasonCodes, 'reasonCodes');
  writeReasonCodes(writer, packet.reasonCodes, 'unsuback', version);
}

export function readUnsuback(reader: Reader): UnsubackPacket {
  const packetId = readPacketId(reader);
  if (reader.version === 4) return { type: 'unsuback', packetId, reasonCodes: [] };
  const properties = readProperties(reader, 'unsuback');
  const reasonCodes = readReasonCodes(reader, 'unsuback');
  return properties === undefined
    ? { type: 'unsuback', packetId, reasonCodes }
    : { type: 'unsuback', packetId, reasonCodes, properties };
}
