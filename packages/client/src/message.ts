import type { PropertiesOf, PublishPacket, QoS } from '@mqtide/codec';

/** A message that was received. Subscriptions that match the same message may be given the same object. */
export interface Message {
  readonly topic: string;
  /** Yours: the client never changes it later. If you do, other subscriptions that match the message see it. */
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
  /**
   * Says that you are done with the message: with `acknowledge: 'manual'` you have to, otherwise it happens by itself. Of
   * several subscriptions that match a message, all have to be done with it. Only the first call counts.
   */
  acknowledge(): void;
}

/** Of many messages: nobody may write into it. */
const NO_PROPERTIES: PropertiesOf<'publish'> = Object.freeze({});
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });

export class ReceivedMessage implements Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly duplicate: boolean;
  readonly redelivered: boolean;
  readonly properties: PropertiesOf<'publish'>;

  /** What handlers that were called have not finished: kept only if somebody has set it. */
  declare running?: PromiseLike<unknown>[];
  #onDone: ((reasonCode: number) => void) | undefined;

  /** `onDone` is called once, with the reason code to acknowledge with. */
  constructor(
    {
      topic,
      payload,
      qos,
      retain,
      duplicate,
      redelivered,
      properties,
    }: PublishPacket & { readonly redelivered?: true },
    onDone?: (reasonCode: number) => void,
  ) {
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.duplicate = duplicate;
    this.redelivered = redelivered === true;
    this.properties = properties ?? NO_PROPERTIES;
    this.#onDone = onDone;
  }

  text(): string {
    return decoder.decode(this.payload);
  }

  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T;
  }

  acknowledge(): void {
    this.done(0);
  }

  /** Whoever was given the message is done with it. */
  done(reasonCode: number): void {
    const onDone = this.#onDone;
    this.#onDone = undefined;
    onDone?.(reasonCode);
  }
}
