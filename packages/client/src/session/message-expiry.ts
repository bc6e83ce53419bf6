/*
 * Message Expiry Interval, section 3.3.2.3.3: the time a message waits here is no longer the server's to wait. What has
 * expired before its first transmission fails and is not sent; afterwards the server may have it, and it is sent again
 * whatever its age [MQTT-4.3.3-7].
 */
import type { PropertiesOf, PublishPacket } from '@mqtide/codec';
import type { OutgoingMessage } from './events.ts';

/** The message with the moment at which it expires, if it says that it does. */
export function withExpiry(message: OutgoingMessage, now: number): OutgoingMessage {
  const seconds = message.properties?.messageExpiryInterval;
  return seconds === undefined ? message : { ...message, expiresAt: now + seconds * 1_000 };
}

/** The PUBLISH of a message as it is to be sent now: with what is left of the interval. */
export function publishPacket(
  message: OutgoingMessage,
  now: number,
  packetId: number | undefined,
  duplicate: boolean,
): PublishPacket {
  const { topic, payload, qos, retain } = message;
  const properties = propertiesNow(message, now);
  return { type: 'publish', topic, payload, qos, retain, duplicate, packetId, properties } as PublishPacket;
}

function propertiesNow({ properties, expiresAt }: OutgoingMessage, now: number): PropertiesOf<'publish'> | undefined {
  const seconds = properties?.messageExpiryInterval;
  if (expiresAt === undefined || seconds === undefined) return properties;
  // Only who asked for 0 seconds says so.
  const left = Math.max(Math.min(1, seconds), Math.ceil((expiresAt - now) / 1_000));
  return left === seconds ? properties : { ...properties, messageExpiryInterval: left };
}
