/*
 * How packets are read that only a client sends, so that a client need not carry it.
 */
import { MalformedPacketError, malformed, reject } from '../errors.ts';
import type { PacketType, QoS, SubscriptionRequest } from '../packet.ts';
import { PACKETS, type PacketSpec, readerOf } from '../packet-table.ts';
import type { Reader } from '../reader.ts';
import { isSharedFilter, topicFilterProblem } from '../topic.ts';
import {
  CLEAN_START,
  connectFields,
  PASSWORD,
  PROTOCOL_AND_FLAGS,
  PROTOCOL_NAME,
  USERNAME,
  WILL,
  WILL_QOS,
  WILL_RETAIN,
} from './connect.ts';
import { type Field, type Fields, list, PACKET_ID, PROPERTIES, unread } from './field.ts';
import { LARGEST_311, NO_LOCAL, RETAIN_AS_PUBLISHED, RETAIN_HANDLING } from './subscribe.ts';

/** The largest options byte that sets no reserved bit of 5.0. */
const LARGEST = 0x3f;

/** Every packet, in the order of the numbers from 1, with those of a client. */
export const ALL_PACKETS: readonly PacketSpec[] = /* @__PURE__ */ packets();

function packets(): PacketSpec[] {
  const fields: { readonly [Type in PacketType]?: readonly Field[] } = {
    connect: connectFields({ ...PROTOCOL_AND_FLAGS, read: readProtocolAndFlags }),
    subscribe: [PACKET_ID, PROPERTIES, list('subscriptions', readSubscription, unread)],
    unsubscribe: [PACKET_ID, PROPERTIES, list('filters', readFilter, unread)],
  };
  return PACKETS.map((spec) => {
    const own = fields[spec.type];
    return own === undefined ? spec : { ...spec, read: readerOf(spec.type, own) };
  });
}

/** What the flags announce is in the packet from here on, to be filled in. */
function readProtocolAndFlags(reader: Reader, packet: Fields): void {
  const name = reader.string();
  const version = reader.byte();
  if (name !== PROTOCOL_NAME || (version !== 4 && version !== 5)) {
    throw new MalformedPacketError(0x84, `protocol is ${name} ${version}`);
  }
  reader.version = version;
  packet['protocolVersion'] = version;
  const flags = reader.byte();
  const has = (bit: number) => ((flags >> bit) & 1) === 1;
  const will = { qos: (flags >> WILL_QOS) & 3, retain: has(WILL_RETAIN) };
  // [MQTT-3.1.2-3], [MQTT-3.1.2-12], [MQTT-3.1.2-11], [MQTT-3.1.2-13]
  if (has(0) || will.qos > 2 || (!has(WILL) && (will.qos > 0 || will.retain))) throw malformed(`flags are ${flags}`);
  packet['cleanStart'] = has(CLEAN_START);
  if (has(WILL)) packet['will'] = will;
  if (has(USERNAME)) packet['username'] = '';
  if (has(PASSWORD)) packet['password'] = '';
}

function readFilter(reader: Reader): string {
  const filter = reader.string();
  reject(topicFilterProblem(filter, reader.version), 'filter');
  return filter;
}

function readSubscription(reader: Reader): SubscriptionRequest {
  const filter = readFilter(reader);
  const options = reader.byte();
  const qos = (options & 3) as QoS;
  const noLocal = ((options >> NO_LOCAL) & 1) === 1;
  const retainAsPublished = ((options >> RETAIN_AS_PUBLISHED) & 1) === 1;
  const retainHandling = (options >> RETAIN_HANDLING) as 0 | 1 | 2;
  if (options > (reader.version === 5 ? LARGEST : LARGEST_311)) throw malformed(`options are ${options}`);
  // Section 3.8.3.1, [MQTT-3.8.3-4]
  if (qos > 2 || retainHandling > 2 || (noLocal && isSharedFilter(filter))) reject(`are ${options}`, 'options');
  return reader.version === 4 ? { filter, qos } : { filter, qos, noLocal, retainAsPublished, retainHandling };
}
