/* What the server announced in its CONNACK that it does not accept, checked before anything is sent. Section 3.2.2.3. */
import {
  type Packet,
  type ProtocolVersion,
  type PublishPacket,
  type SubscribePacket,
  type UnsubscribePacket,
  packetSize,
} from '@mqtide/codec';
import type { OutgoingMessage } from './events.ts';
import type { Failure } from './failure.ts';
import { failure } from './failures.ts';
import { LARGEST_PACKET, type NegotiatedSettings } from './settings.ts';

/** Of the property, with what it may add to the lengths in the packet. */
const ALIAS_BYTES = 5;

const unsupported = (what: string): Failure => failure('UNSUPPORTED_BY_SERVER', what);

/** Why this message may not be sent on this connection, if so. */
export function refusal(message: OutgoingMessage, settings: NegotiatedSettings): Failure | undefined {
  const { qos, retain, properties } = message;
  if (properties !== undefined && settings.protocolVersion === 4) return unsupported('properties, in MQTT 3.1.1');
  if (qos > settings.maximumQoS) return unsupported(`QoS ${qos}`); // [MQTT-3.2.2-11]
  if (retain && !settings.retainAvailable) return unsupported('retained messages'); // [MQTT-3.2.2-14]
  if (settings.maximumPacketSize === LARGEST_PACKET) return undefined;
  return oversize(asPacket(message), settings);
}

/** Bytes of the PUBLISH, at the most: with a topic alias. */
export function publishBytes(message: OutgoingMessage): number {
  return wireBytes(asPacket(message), 5) + ALIAS_BYTES;
}

function asPacket(message: OutgoingMessage): PublishPacket {
  const packet = { ...message, type: 'publish', duplicate: false } as const;
  return message.qos === 0 ? packet : { ...packet, packetId: 1 };
}

/** Why this request may not be sent on this connection, if so. */
export function requestRefusal(
  packet: SubscribePacket | UnsubscribePacket,
  settings: NegotiatedSettings,
): Failure | undefined {
  for (const { filter, noLocal } of packet.type === 'subscribe' ? packet.subscriptions : []) {
    // Without it the application would get what it publishes itself, which it asked not to.
    if (noLocal === true && settings.protocolVersion === 4) return unsupported(`noLocal in MQTT 3.1.1, '${filter}'`);
    if (!settings.wildcardSubscriptionsAvailable && /[+#]/.test(filter)) return unsupported(`wildcards, '${filter}'`);
    if (!settings.sharedSubscriptionsAvailable && filter.startsWith('$share/'))
      return unsupported(`shared subscriptions, '${filter}'`);
  }
  return settings.maximumPacketSize === LARGEST_PACKET ? undefined : oversize(packet, settings);
}

/** Bytes of a packet; none for what cannot be sent, of which `unsendable` will tell what is wrong with it. */
export function wireBytes(packet: Packet, version: ProtocolVersion): number {
  try {
    return packetSize(packet, version);
  } catch {
    return 0;
  }
}

/** No packet may be larger than the server accepts [MQTT-3.2.2-15]. */
export function oversize(
  packet: Packet,
  { maximumPacketSize, protocolVersion }: NegotiatedSettings,
): Failure | undefined {
  const size = wireBytes(packet, protocolVersion);
  return size > maximumPacketSize ? failure('PACKET_TOO_LARGE', `${size} of ${maximumPacketSize} bytes`) : undefined;
}
