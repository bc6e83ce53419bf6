import { checkBytes, checkFlag, checkInteger } from '../check.ts';
import { NOT_ALLOWED, refuse, reject } from '../errors.ts';
import type { Mutable, Packet, PublishPacket, QoS } from '../packet.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { topicNameProblem, wildcardProblem } from '../topic.ts';
import { textOf } from '../utf8.ts';
import { writeProperties } from '../write-properties.ts';
import type { Writer } from '../writer.ts';

/*
 * The packet that there is most of is no sequence of fields: it is read into one literal and written without a detour.
 */

/** DUP, QoS and RETAIN in the fixed header, section 3.3.1. */
export function publishFlags(packet: Packet): number {
  const { duplicate, qos, retain } = packet as PublishPacket;
  checkInteger(qos, 0, 2, 'qos');
  if (duplicate && qos === 0) refuse(NOT_ALLOWED, 'duplicate'); // [MQTT-3.3.1-2]
  return (checkFlag(duplicate, 'duplicate') << 3) | (qos << 1) | checkFlag(retain, 'retain');
}

/** The payload is what follows everything else, without a length, section 3.3.3. */
export function publishPayload(packet: Packet): Uint8Array {
  return checkBytes((packet as PublishPacket).payload, 'payload');
}

/** Section 3.3.2: topic name, packet identifier, properties. */
export function writePublish(writer: Writer, packet: Packet): void {
  const { topic, qos, packetId, properties } = packet as PublishPacket;
  writer.string(topic, 'topic');
  refuse(topicProblem(packet as PublishPacket), 'topic');
  if (qos > 0) writer.uint16(checkInteger(packetId, 1, 0xffff, 'packetId'));
  else if (packetId !== undefined) refuse(NOT_ALLOWED, 'packetId'); // [MQTT-2.2.1-2]
  writeProperties(writer, 'publish', properties);
  checkFormat(packet as PublishPacket);
}

/** A payload that says it is UTF-8 has to be, section 3.3.2.3.2. */
export function checkFormat({ payload, properties }: Pick<PublishPacket, 'payload' | 'properties'>): void {
  if (properties?.payloadFormatIndicator && textOf(payload) === undefined) refuse('is not UTF-8', 'payload');
}

export function readPublish(reader: Reader, flags: number): PublishPacket {
  const qos = ((flags >> 1) & 3) as QoS;
  const packet: Mutable<PublishPacket> = {
    type: 'publish',
    topic: reader.string(),
    payload: NO_BYTES,
    qos,
    retain: (flags & 1) === 1,
    duplicate: flags > 7,
  };
  if (qos > 0) packet.packetId = reader.uint16();
  if (packet.packetId === 0) reject('is 0', 'packetId'); // [MQTT-2.2.1-4]
  readProperties(reader, 'publish', packet);
  reject(topicProblem(packet), 'topic');
  packet.payload = reader.rest();
  return packet;
}

/** A topic name [MQTT-3.3.2-2], which only an alias may stand in for. */
function topicProblem({ topic, properties }: PublishPacket): string | undefined {
  return properties?.topicAlias === undefined ? topicNameProblem(topic) : wildcardProblem(topic);
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array();
