/* What the server announced in its CONNACK that it does not accept, checked before anything is sent. Section 3.2.2.3. */
import { packetSize } from '@mqtide/codec';
import type { PropertiesOf, SubscriptionRequest } from '@mqtide/codec';
import type { OutgoingMessage } from './events.ts';
import type { Failure } from './failure.ts';
import { tooLarge, unsupported } from './failures.ts';
import { LARGEST_PACKET, type NegotiatedSettings } from './settings.ts';

/** Why this message may not be sent on this connection, if so. */
export function refusal(message: OutgoingMessage, settings: NegotiatedSettings): Failure | undefined {
  if (message.properties !== undefined && settings.protocolVersion === 4)
    return unsupported('The connection speaks MQTT 3.1.1, which has no message properties.');
  // [MQTT-3.2.2-11]
  if (message.qos > settings.maximumQoS)
    return unsupported(`The server accepts at most QoS ${settings.maximumQoS}.`, 'Publish with a lower `qos`.');
  // [MQTT-3.2.2-14]
  if (message.retain && !settings.retainAvailable) return unsupported('The server keeps no retained messages.');
  // [MQTT-3.2.2-15]
  if (settings.maximumPacketSize < LARGEST_PACKET) {
    const packetId = message.qos === 0 ? {} : { packetId: 1 };
    const size = packetSize({ ...message, type: 'publish', duplicate: false, ...packetId }, settings.protocolVersion);
    if (size > settings.maximumPacketSize) return tooLarge(size, settings.maximumPacketSize);
  }
  return undefined;
}

/** Why this SUBSCRIBE may not be sent on this connection, if so. */
export function subscribeRefusal(
  subscriptions: readonly SubscriptionRequest[],
  properties: PropertiesOf<'subscribe'> | undefined,
  settings: NegotiatedSettings,
): Failure | undefined {
  const { protocolVersion, wildcardSubscriptionsAvailable, sharedSubscriptionsAvailable, maximumPacketSize } = settings;
  for (const { filter } of subscriptions) {
    if (!wildcardSubscriptionsAvailable && /[+#]/.test(filter))
      return unsupported(`The server has no wildcard subscriptions: '${filter}'.`);
    if (protocolVersion === 5 && !sharedSubscriptionsAvailable && filter.startsWith('$share/'))
      return unsupported(`The server has no shared subscriptions: '${filter}'.`);
  }
  if (maximumPacketSize < LARGEST_PACKET) {
    const size = packetSize(
      { type: 'subscribe', packetId: 1, subscriptions, ...(properties && { properties }) },
      protocolVersion,
    );
    if (size > maximumPacketSize) return tooLarge(size, maximumPacketSize);
  }
  return undefined;
}
