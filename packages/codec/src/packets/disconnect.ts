import { InvalidPacketError } from '../errors.ts';
import type { DisconnectPacket, ProtocolVersion } from '../packet.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { hasProperties, writeProperties } from '../write-properties.ts';
import type { Writer } from '../writer.ts';
import { checkReasonCode, readReasonCode } from './reason.ts';

/** Section 3.14.2: a reason code unless it is 0 and nothing follows, then properties unless there are none. */
export function writeDisconnect(writer: Writer, packet: DisconnectPacket, version: ProtocolVersion): void {
  const { reasonCode, properties } = packet;
  if (version === 4) {
    if (reasonCode !== 0) throw new InvalidPacketError('reasonCode', 'does not exist in MQTT 3.1.1');
    writeProperties(writer, 'disconnect', properties, version);
    return;
  }
  checkReasonCode(reasonCode, 'disconnect', version);
  const isFollowed = hasProperties(properties);
  if (reasonCode !== 0 || isFollowed) writer.byte(reasonCode);
  if (isFollowed) writeProperties(writer, 'disconnect', properties, version);
}

export function readDisconnect(reader: Reader): DisconnectPacket {
  if (reader.version === 4 || reader.remaining === 0) return { type: 'disconnect', reasonCode: 0 };
  const reasonCode = readReasonCode(reader, 'disconnect');
  const properties = reader.remaining > 0 ? readProperties(reader, 'disconnect') : undefined;
  return properties === undefined ? { type: 'disconnect', reasonCode } : { type: 'disconnect', reasonCode, properties };
}
