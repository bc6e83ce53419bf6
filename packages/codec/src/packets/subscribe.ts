import { checkFilled, checkFlag, checkInteger, checkPacketId } from '../check.ts';
import { InvalidPacketError, malformed, protocolError } from '../errors.ts';
import type { ProtocolVersion, QoS, SubackPacket, SubscribePacket, SubscriptionRequest } from '../packet.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { isSharedFilter, topicFilterProblem } from '../topic.ts';
import { writeProperties } from '../write-properties.ts';
import type { Writer } from '../writer.ts';
import { readPacketId } from './acks.ts';
import { readReasonCodes, writeReasonCodes } from './reason.ts';

const NO_LOCAL = 0x04;
const RETAIN_AS_PUBLISHED = 0x08;
const RETAIN_HANDLING_SHIFT = 4;

/** A topic filter as SUBSCRIBE and UNSUBSCRIBE have it, checked. */
export function writeFilter(writer: Writer, filter: string, version: ProtocolVersion, field: string): void {
  writer.string(filter, field);
  const problem = topicFilterProblem(filter, version);
  if (problem !== undefined) throw new InvalidPacketError(field, problem);
}

/** A topic filter as SUBSCRIBE and UNSUBSCRIBE have it. Throws 0x82 when it is none. */
export function readFilter(reader: Reader): string {
  const filter = reader.string();
  const problem = topicFilterProblem(filter, reader.version);
  if (problem !== undefined) throw protocolError(`topic filter ${problem}`);
  return filter;
}

/** Section 3.8.2 and 3.8.3. */
export function writeSubscribe(writer: Writer, packet: SubscribePacket, version: ProtocolVersion): void {
  writer.uint16(checkPacketId(packet.packetId));
  writeProperties(writer, 'subscribe', packet.properties, version);
  checkFilled(packet.subscriptions, 'subscriptions'); // [MQTT-3.8.3-2]
  for (const [index, subscription] of packet.subscriptions.entries()) {
    const field = `subscriptions[${index}]`;
    writeFilter(writer, subscription.filter, version, `${field}.filter`);
    writer.byte(subscriptionOptions(subscription, version, field));
  }
}

function subscriptionOptions(subscription: SubscriptionRequest, version: ProtocolVersion, field: string): number {
  const { filter, qos, noLocal = false, retainAsPublished = false, retainHandling = 0 } = subscription;
  const options =
    checkInteger(qos, 0, 2, `${field}.qos`) |
    (checkFlag(noLocal, `${field}.noLocal`) * NO_LOCAL) |
    (checkFlag(retainAsPublished, `${field}.retainAsPublished`) * RETAIN_AS_PUBLISHED) |
    (checkInteger(retainHandling, 0, 2, `${field}.retainHandling`) << RETAIN_HANDLING_SHIFT);
  if (version === 4 && options !== qos)
    throw new InvalidPacketError(field, 'has options that MQTT 3.1.1 does not have');
  if (version === 5 && noLocal && isSharedFilter(filter)) {
    throw new InvalidPacketError(`${field}.noLocal`, 'must be false for a shared subscription'); // [MQTT-3.8.3-4]
  }
  return options;
}

export function readSubscribe(reader: Reader): SubscribePacket {
  const packetId = readPacketId(reader);
  const properties = readProperties(reader, 'subscribe');
  if (reader.remaining === 0) throw protocolError('no topic filter'); // [MQTT-3.8.3-2]
  const subscriptions: SubscriptionRequest[] = [];
  while (reader.remaining > 0) subscriptions.push(readSubscription(reader));
  return properties === undefined
    ? { type: 'subscribe', packetId, subscriptions }
    : { type: 'subscribe', packetId, subscriptions, properties };
}

function readSubscription(reader: Reader): SubscriptionRequest {
  const filter = readFilter(reader);
  const options = reader.byte();
  if (options > (reader.version === 5 ? 0x3f : 0x03)) throw malformed('reserved subscription options are set');
  const qos = options & 3;
  const retainHandling = options >> RETAIN_HANDLING_SHIFT;
  if (qos === 3 || retainHandling === 3) throw protocolError('QoS or retain handling is 3');
  if (reader.version === 4) return { filter, qos: qos as QoS };
  const noLocal = (options & NO_LOCAL) !== 0;
  if (noLocal && isSharedFilter(filter)) throw protocolError('No Local for a shared subscription'); // [MQTT-3.8.3-4]
  return {
    filter,
    qos: qos as QoS,
    noLocal,
    retainAsPublished: (options & RETAIN_AS_PUBLISHED) !== 0,
    retainHandling: retainHandling as 0 | 1 | 2,
  };
}

/** Section 3.9.2 and 3.9.3. */
export function writeSuback(writer: Writer, packet: SubackPacket, version: ProtocolVersion): void {
  writer.uint16(checkPacketId(packet.packetId));
  writeProperties(writer, 'suback', packet.properties, version);
  checkFilled(packet.reasonCodes, 'reasonCodes');
  writeReasonCodes(writer, packet.reasonCodes, 'suback', version);
}

export function readSuback(reader: Reader): SubackPacket {
  const packetId = readPacketId(reader);
  const properties = readProperties(reader, 'suback');
  const reasonCodes = readReasonCodes(reader, 'suback');
  return properties === undefined
    ? { type: 'suback', packetId, reasonCodes }
    : { type: 'suback', packetId, reasonCodes, properties };
}
