import type { ProtocolVersion, PropertiesOf, PublishPacket, QoS, Will } from '@mqtide/codec';

type PublishProperties = PropertiesOf<'publish'>;

/** The properties that travel with a message from its publisher to its receivers unchanged. */
type ForwardedProperties = Omit<PublishProperties, 'topicAlias' | 'subscriptionIdentifier' | 'messageExpiryInterval'>;

/** A message on its way through the broker. */
export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: ForwardedProperties;
  /** When it expires; undefined when it does not. */
  readonly expiresAt?: number;
  /** The client identifier of the publisher; absent for a message of the broker. */
  readonly publisher?: string;
}

/** What a test publishes in the name of the broker. */
export interface MessageInput {
  readonly topic: string;
  /** A string is sent as UTF-8. */
  readonly payload?: Uint8Array | string;
  /** @default 0 */
  readonly qos?: QoS;
  /** @default false */
  readonly retain?: boolean;
  /** 5.0 only. */
  readonly properties?: Omit<PublishProperties, 'topicAlias' | 'subscriptionIdentifier'>;
}

interface Origin {
  readonly now: number;
  readonly publisher?: string;
}

function forwarded({
  payloadFormatIndicator,
  contentType,
  responseTopic,
  correlationData,
  userProperties,
}: PublishProperties): ForwardedProperties {
  return {
    ...(payloadFormatIndicator !== undefined && { payloadFormatIndicator }),
    ...(contentType !== undefined && { contentType }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData }),
    ...(userProperties !== undefined && { userProperties }),
  };
}

function build(
  { topic, payload, qos, retain }: Pick<BrokerMessage, 'topic' | 'payload' | 'qos' | 'retain'>,
  properties: PublishProperties | undefined,
  { now, publisher }: Origin,
): BrokerMessage {
  const expiry = properties?.messageExpiryInterval;
  return {
    topic,
    payload,
    qos,
    retain,
    properties: properties === undefined ? {} : forwarded(properties),
    ...(expiry !== undefined && { expiresAt: now + expiry * 1_000 }),
    ...(publisher !== undefined && { publisher }),
  };
}

/** The message in a PUBLISH; `topic` is what its alias stands for, if it has one. */
export function messageOfPublish(packet: PublishPacket, topic: string, origin: Origin): BrokerMessage {
  return build({ ...packet, topic }, packet.properties, origin);
}

/** The message of a will; its expiry begins when it is published. */
export function messageOfWill(will: Will, origin: Origin): BrokerMessage {
  return build(will, will.properties, origin);
}

/** The message that a test publishes. */
export function messageOfInput(input: MessageInput, origin: Origin): BrokerMessage {
  const { topic, payload = '', qos = 0, retain = false, properties } = input;
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  return build({ topic, payload: bytes, qos, retain }, properties, origin);
}

/** Whether a message may no longer be given to a receiver. */
export function isExpired(message: BrokerMessage, now: number): boolean {
  return message.expiresAt !== undefined && message.expiresAt <= now;
}

/** The properties with which a message leaves for a receiver; undefined in 3.1.1 and when there are none. */
export function propertiesFor(
  message: BrokerMessage,
  identifiers: readonly number[],
  now: number,
  version: ProtocolVersion,
): PublishProperties | undefined {
  if (version === 4) return undefined;
  const properties: PublishProperties = {
    ...message.properties,
    // The time that is left [MQTT-3.3.2-6].
    ...(message.expiresAt !== undefined && { messageExpiryInterval: Math.ceil((message.expiresAt - now) / 1_000) }),
    ...(identifiers.length > 0 && { subscriptionIdentifier: identifiers }),
  };
  return Object.keys(properties).length === 0 ? undefined : properties;
}

/** Whether a PUBLISH carries the same content as a message, so that it can be that message sent again. */
export function hasSameContent(message: BrokerMessage, packet: PublishPacket): boolean {
  if (message.topic !== packet.topic || message.qos !== packet.qos || message.retain !== packet.retain) return false;
  if (message.payload.length !== packet.payload.length) return false;
  return message.payload.every((byte, index) => byte === packet.payload[index]);
}
