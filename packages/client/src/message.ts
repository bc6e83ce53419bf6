import type { PropertiesOf, PublishPacket, QoS } from '@mqtide/codec';

/** A message that was received. */
export interface Message {
  readonly topic: string;
  /** Yours: it never changes later, and you may change it. */
  readonly payload: Uint8Array;
  readonly qos: QoS;
  /** With 3.1.1, and with 5.0 unless asked otherwise: sent because of a new subscription, not just now. */
  readonly retain: boolean;
  /** DUP: the server has sent this packet before. It says nothing about whether you have seen the message. */
  readonly duplicate: boolean;
  /** The message was delivered before the page was reloaded, and its handler may not have finished. */
  readonly redelivered: boolean;
  /** MQTT 5 properties, section 3.3.2.3; empty in 3.1.1. */
  readonly properties: PropertiesOf<'publish'>;
  /** The payload as UTF-8 text; ill-formed bytes become U+FFFD. */
  text(): string;
  /** The payload parsed as JSON. Throws a `SyntaxError` when it is not JSON. */
  json<T = unknown>(): T;
  /** Says that you are done with the message. Does nothing when it is acknowledged by itself, as by default. */
  acknowledge(): void;
}

const NO_PROPERTIES: PropertiesOf<'publish'> = {};
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });

export class ReceivedMessage implements Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly duplicate: boolean;
  readonly redelivered: boolean = false;
  readonly properties: PropertiesOf<'publish'>;

  constructor({ topic, payload, qos, retain, duplicate, properties }: PublishPacket) {
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.duplicate = duplicate;
    this.properties = properties ?? NO_PROPERTIES;
  }

  text(): string {
    return decoder.decode(this.payload);
  }

  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T;
  }

  acknowledge(): void {}
}
