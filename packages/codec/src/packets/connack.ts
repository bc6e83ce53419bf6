import { checkFlag } from '../check.ts';
import { InvalidPacketError, malformed } from '../errors.ts';
import type { ConnackPacket, ProtocolVersion } from '../packet.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { writeProperties } from '../write-properties.ts';
import type { Writer } from '../writer.ts';
import { checkReasonCode, readReasonCode } from './reason.ts';

/** Section 3.2.2. */
export function writeConnack(writer: Writer, packet: ConnackPacket, version: ProtocolVersion): void {
  writer.byte(checkFlag(packet.sessionPresent, 'sessionPresent'));
  writer.byte(checkReasonCode(packet.reasonCode, 'connack', version));
  if (packet.sessionPresent && packet.reasonCode !== 0) {
    throw new InvalidPacketError('sessionPresent', 'must be false in a refusal'); // [MQTT-3.2.2-6]
  }
  writeProperties(writer, 'connack', packet.properties, version);
}

export function readConnack(reader: Reader): ConnackPacket {
  const flags = reader.byte();
  if (flags > 1) throw malformed('reserved acknowledge flags are set'); // [MQTT-3.2.2-1]
  const sessionPresent = flags === 1;
  const reasonCode = readReasonCode(reader, 'connack');
  // A server that knows 3.1.1 only refuses in its own form, which has no properties: 20 02 00 01. It means 0x84.
  if (reader.version === 5 && reader.remaining === 0 && flags === 0 && reasonCode === 1) {
    return { type: 'connack', sessionPresent, reasonCode: 0x84 };
  }
  const properties = readProperties(reader, 'connack');
  return properties === undefined
    ? { type: 'connack', sessionPresent, reasonCode }
    : { type: 'connack', sessionPresent, reasonCode, properties };
}
