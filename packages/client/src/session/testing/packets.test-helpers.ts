/* Packets as the tests write them: what is not said has the value that matters least. */
import type {
  AckPacket,
  AckType,
  ConnackPacket,
  PropertiesOf,
  PublishPacket,
  QoS,
  SubackPacket,
  SubscribePacket,
  SubscriptionRequest,
  UnsubackPacket,
  UnsubscribePacket,
} from '@mqtide/codec';
import type { OutgoingMessage } from '../events.ts';

const NOTHING = new Uint8Array();

/** A message for the topic `t`, QoS 1. */
export function message(overrides: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return { topic: 't', payload: NOTHING, qos: 1, retain: false, ...overrides };
}

/** The PUBLISH of `message(overrides)`; without an identifier it is of QoS 0. */
export function publish(
  packetId?: number,
  overrides: Partial<Omit<PublishPacket, 'type' | 'packetId'>> = {},
): PublishPacket {
  const qos: QoS = packetId === undefined ? 0 : 1;
  const packet = { type: 'publish', topic: 't', payload: NOTHING, qos, retain: false, duplicate: false } as const;
  return packetId === undefined ? { ...packet, ...overrides } : { ...packet, packetId, ...overrides };
}

/** A PUBLISH of QoS 2. */
export function publish2(
  packetId: number,
  overrides: Partial<Omit<PublishPacket, 'type' | 'packetId'>> = {},
): PublishPacket {
  return publish(packetId, { qos: 2, ...overrides });
}

const acknowledgement =
  <Type extends AckType>(type: Type) =>
  (packetId: number, reasonCode = 0, properties?: PropertiesOf<'puback'>): AckPacket<Type> => ({
    type,
    packetId,
    reasonCode,
    ...(properties && { properties }),
  });

export const puback: (
  packetId: number,
  reasonCode?: number,
  properties?: PropertiesOf<'puback'>,
) => AckPacket<'puback'> = acknowledgement('puback');
export const pubrec: (
  packetId: number,
  reasonCode?: number,
  properties?: PropertiesOf<'puback'>,
) => AckPacket<'pubrec'> = acknowledgement('pubrec');
export const pubrel: (
  packetId: number,
  reasonCode?: number,
  properties?: PropertiesOf<'puback'>,
) => AckPacket<'pubrel'> = acknowledgement('pubrel');
export const pubcomp: (
  packetId: number,
  reasonCode?: number,
  properties?: PropertiesOf<'puback'>,
) => AckPacket<'pubcomp'> = acknowledgement('pubcomp');

/** A CONNACK that accepts. */
export function connack(
  properties?: PropertiesOf<'connack'>,
  overrides: Partial<Omit<ConnackPacket, 'type' | 'properties'>> = {},
): ConnackPacket {
  return { type: 'connack', sessionPresent: false, reasonCode: 0, ...overrides, ...(properties && { properties }) };
}

/** A CONNACK that accepts and goes on with the session. */
export function resumed(properties?: PropertiesOf<'connack'>): ConnackPacket {
  return connack(properties, { sessionPresent: true });
}

/** A CONNACK that refuses. */
export function refused(reasonCode: number): ConnackPacket {
  return connack(undefined, { reasonCode });
}

/** Requests of QoS 1, but for those that say another. */
export function requests(...filters: (string | SubscriptionRequest)[]): SubscriptionRequest[] {
  return filters.map((filter) => (typeof filter === 'string' ? { filter, qos: 1 } : filter));
}

export function subscribe(packetId: number, ...filters: (string | SubscriptionRequest)[]): SubscribePacket {
  return { type: 'subscribe', packetId, subscriptions: requests(...filters) };
}

export function suback(packetId: number, ...reasonCodes: number[]): SubackPacket {
  return { type: 'suback', packetId, reasonCodes };
}

export function unsubscribe(packetId: number, ...filters: string[]): UnsubscribePacket {
  return { type: 'unsubscribe', packetId, filters };
}

export function unsuback(packetId: number, ...reasonCodes: number[]): UnsubackPacket {
  return { type: 'unsuback', packetId, reasonCodes };
}

export function disconnect(reasonCode = 0, properties?: PropertiesOf<'disconnect'>) {
  return { type: 'disconnect', reasonCode, ...(properties && { properties }) } as const;
}

export const pingreq = { type: 'pingreq' } as const;
export const pingresp = { type: 'pingresp' } as const;
