import { checkFlag, checkInteger, checkPacketId } from '../check.ts';
import { InvalidPacketError, protocolError } from '../errors.ts';
import type { ProtocolVersion, PublishPacket, QoS } from '../packet.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { hasWildcard } from '../topic.ts';
import { isUtf8 } from '../utf8.ts';
import { writeProperties } from '../write-properties.ts';
import { isBytes, type Writer } from '../writer.ts';

/** DUP, QoS and RETAIN in the fixed header, section 3.3.1. */
export function publishFlags({ duplicate, qos, retain }: PublishPacket): number {
  checkInteger(qos, 0, 2, 'qos');
  const flags = (checkFlag(duplicate, 'duplicate') << 3) | (qos << 1) | checkFlag(retain, 'retain');
  if (duplicate && qos === 0) throw new InvalidPacketError('duplicate', 'must be false with QoS 0'); // [MQTT-3.3.1-2]
  return flags;
}

/** The payload is what follows everything else, without a length, section 3.3.3. */
export function publishPayload({ payload }: PublishPacket): Uint8Array {
  if (!isBytes(payload)) throw new InvalidPacketError('payload', 'must be a Uint8Array');
  return payload;
}

/** Section 3.3.2: topic name, packet identifier, properties. */
export function writePublish(writer: Writer, packet: PublishPacket, version: ProtocolVersion): void {
  const { topic, qos, packetId, properties } = packet;
  writer.string(topic, 'topic');
  if (hasWildcard(topic)) throw new InvalidPacketError('topic', 'contains a wildcard'); // [MQTT-3.3.2-2]
  if (topic === '' && (version === 4 || properties?.topicAlias === undefined)) {
    throw new InvalidPacketError('topic', version === 4 ? 'is empty' : 'is empty without a topic alias');
  }
  if (qos > 0) writer.uint16(checkPacketId(packetId));
  else if (packetId !== undefined) throw new InvalidPacketError('packetId', 'must be absent with QoS 0'); // [MQTT-2.2.1-2]
  writeProperties(writer, 'publish', properties, version);
  if (properties?.payloadFormatIndicator === true && !isUtf8(packet.payload)) {
    throw new InvalidPacketError('payload', 'is not UTF-8, which payloadFormatIndicator says it is');
  }
}

export function readPublish(reader: Reader, flags: number): PublishPacket {
  const qos = ((flags >> 1) & 3) as QoS;
  const topic = reader.string();
  if (hasWildcard(topic)) throw protocolError('topic contains a wildcard'); // [MQTT-3.3.2-2]
  const packetId = qos > 0 ? reader.uint16() : undefined;
  if (packetId === 0) throw protocolError('packet identifier is 0'); // [MQTT-2.2.1-4]
  const properties = readProperties(reader, 'publish');
  if (topic === '' && properties?.topicAlias === undefined) throw protocolError('topic is empty');
  const payload = reader.rest();
  const retain = (flags & 1) === 1;
  const duplicate = (flags & 8) === 8;
  if (packetId === undefined) {
    return properties === undefined
      ? { type: 'publish', topic, payload, qos, retain, duplicate }
      : { type: 'publish', topic, payload, qos, retain, duplicate, properties };
  }
  return properties === undefined
    ? { type: 'publish', topic, payload, qos, retain, duplicate, packetId }
    : { type: 'publish', topic, payload, qos, retain, duplicate, packetId, properties };
}
