/* What the server announced in its CONNACK that it does not accept, checked before anything is sent. Section 3.2.2.3. */
import { type Packet, packetSize } from '@mqtide/codec';
import type { OutgoingMessage } from './events.ts';
import type { Failure } from './failure.ts';
import { failure } from './failures.ts';
import type { SubscribeOperation } from './operation.ts';
import { LARGEST_PACKET, type NegotiatedSettings } from './settings.ts';

const unsupported = (what: string): Failure => failure('UNSUPPORTED_BY_SERVER', what);

/** Why this message may not be sent on this connection, if so. */
export function refusal(message: OutgoingMessage, settings: NegotiatedSettings): Failure | undefined {
  const { qos, retain, properties } = message;
  if (properties !== undefined && settings.protocolVersion === 4) return unsupported('properties, in MQTT 3.1.1');
  if (qos > settings.maximumQoS) return unsupported(`QoS ${qos}`); // [MQTT-3.2.2-11]
  if (retain && !settings.retainAvailable) return unsupported('retained messages'); // [MQTT-3.2.2-14]
  if (settings.maximumPacketSize === LARGEST_PACKET) return undefined;
  const packet = { ...message, type: 'publish', duplicate: false } as const;
  return oversize(qos === 0 ? packet : { ...packet, packetId: 1 }, settings);
}

/** Why this SUBSCRIBE may not be sent on this connection, if so. */
export function subscribeRefusal(operation: SubscribeOperation, settings: NegotiatedSettings): Failure | undefined {
  const { subscriptions, properties } = operation;
  for (const { filter } of subscriptions) {
    if (!settings.wildcardSubscriptionsAvailable && /[+#]/.test(filter)) return unsupported(`wildcards, '${filter}'`);
    if (!settings.sharedSubscriptionsAvailable && filter.startsWith('$share/'))
      return unsupported(`shared subscriptions, '${filter}'`);
  }
  if (settings.maximumPacketSize === LARGEST_PACKET) return undefined;
  return oversize({ type: 'subscribe', packetId: 1, subscriptions, ...(properties && { properties }) }, settings);
}

/** No packet may be larger than the server accepts [MQTT-3.2.2-15]. */
function oversize(packet: Packet, { maximumPacketSize, protocolVersion }: NegotiatedSettings): Failure | undefined {
  const size = packetSize(packet, protocolVersion);
  return size > maximumPacketSize ? failure('PACKET_TOO_LARGE', `${size} of ${maximumPacketSize} bytes`) : undefined;
}
