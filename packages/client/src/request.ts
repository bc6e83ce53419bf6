/*
 * Requests, section 4.10 of MQTT 5: a message with a response topic and correlation data, and the replies to it.
 *
 * All requests of a client share one subscription, made with the first of them. Its iterator tells when it ends, whatever
 * the reason, and with what error; so nothing else has to be watched for requests to settle.
 */
import { validateTopicName } from '@mqtide/codec';
import type { EnginePort } from './engine.ts';
import { MqttError } from './errors.ts';
import type { ClientState } from './events.ts';
import type { Message } from './message.ts';
import { onAbort } from './on-abort.ts';
import { type Payload, payloadBytes } from './payload.ts';
import type { PublishOptions, PublishResult } from './publish.ts';
import { checkTimeout, checkTopic } from './rules.ts';
import { versionOf } from './resolve-options.ts';
import type { SessionConfig } from './session/config.ts';
import { failure } from './session/failures.ts';
import type { SubscribeOptions } from './subscribe.ts';
import type { MessageHandler, Subscription } from './subscription.ts';

/** Options of `request`: those of the publish, without what a request cannot have. */
export interface RequestOptions extends Omit<PublishOptions, 'retain'> {
  /**
   * With QoS 1 and 2 the request waits for a connection. The reply is published with the same, and comes with 1 at most.
   * @default 1
   */
  readonly qos?: 0 | 1 | 2;
  /** Milliseconds from the call to the reply, waiting for a connection included. @default `ackTimeoutMs` of the client */
  readonly timeoutMs?: number;
  /**
   * Where replies go: a topic that nobody else subscribes to.
   * @default `replies` under the server's Response Information if it has given any, otherwise `replies/<clientId>`: await
   * `start()` before the first request where the server gives some
   */
  readonly responseTopic?: string;
}

/**
 * Answers a request with what it returns; with `undefined` there is no reply. One that fails does not reply either: what
 * the requester should know of a failure, and in what form, is a matter between the two.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing does not reply
export type RequestHandler = (request: Message) => Payload | void | Promise<Payload | void>;

/** Options of `requestMany`. */
export interface RequestManyOptions extends RequestOptions {
  /** How many replies are enough. @default Infinity: all that come before the time is up */
  readonly max?: number;
}

/** What requests stand on: the client. */
interface Requester {
  readonly state: ClientState;
  publish(topic: string, payload: Payload, options: PublishOptions): Promise<PublishResult>;
  subscribe(filter: string, options: SubscribeOptions, handler?: MessageHandler): Promise<Subscription>;
}

/** A request that waits for replies. */
interface Pending {
  /** Where its replies come from, as soon as it has been sent. */
  source?: Promise<Subscription>;
  onReply(message: Message): void;
  /** Nothing more will come. */
  end(error: unknown): void;
}

/** Of correlation data. */
const RANDOM_BYTES = 12;

const NO_MATCHING_SUBSCRIBERS = 0x10;

/** So many response topics stay subscribed, though nobody waits for a reply. */
const KEPT_TOPICS = 8;

export class Requests {
  readonly #client: Requester;
  readonly #engine: EnginePort;
  readonly #config: SessionConfig;
  /** By correlation data, as text. */
  readonly #pending = new Map<string, Pending>();
  /** By response topic, the oldest first; resolved when the server has confirmed. */
  readonly #subscriptions = new Map<string, Promise<Subscription>>();

  constructor(client: Requester, engine: EnginePort, config: SessionConfig) {
    this.#client = client;
    this.#engine = engine;
    this.#config = config;
  }

  /** See `Client.request`. */
  async one(topic: string, payload: Payload, options: RequestOptions): Promise<Message> {
    for await (const reply of this.many(topic, payload, { ...options, max: 1 })) return reply;
    throw new MqttError(failure('ACK_TIMEOUT', 'no reply'));
  }

  /** See `Client.requestMany`. */
  async *many(topic: string, payload: Payload, options: RequestManyOptions): AsyncGenerator<Message, void, void> {
    const { max = Number.POSITIVE_INFINITY, responseTopic = this.#defaultTopic, signal } = options;
    const { timeoutMs = this.#config.ackTimeoutMs, qos = 1 } = options;
    checkTimeout(timeoutMs);
    checkTopic('response topic', responseTopic, validateTopicName);
    signal?.throwIfAborted();
    // Now: the caller may change its bytes while the subscription is made.
    const bytes = payloadBytes(payload);
    const correlationData = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
    const key = String(correlationData);
    const controller = new AbortController();
    const replies: Message[] = [];
    let ended: { readonly error: unknown } | undefined;
    let wake = (): void => {};
    /** Without an error when the time is up. */
    const end = (error?: unknown): void => {
      ended ??= { error };
      this.#pending.delete(key);
      cancelTimer();
      release?.();
      // What was not sent is not sent any more.
      controller.abort();
      wake();
    };
    const cancelTimer = this.#engine.remind(this.#engine.now + timeoutMs, () => end());
    const release = signal && onAbort(signal, end);
    const properties = { ...options.properties, responseTopic, correlationData };
    const pending: Pending = {
      onReply(message) {
        replies.push(message);
        wake();
      },
      end,
    };
    this.#pending.set(key, pending);
    const send = async (): Promise<void> => {
      this.#check();
      pending.source = this.#listen(responseTopic);
      await pending.source;
      const result = await this.#client.publish(topic, bytes, { qos, properties, signal: controller.signal });
      if ('reasonCode' in result && result.reasonCode === NO_MATCHING_SUBSCRIBERS)
        throw new MqttError(
          failure('PUBLISH_REFUSED', 'nobody answers to this topic', { reasonCode: result.reasonCode }),
        );
    };
    send().catch(end);
    try {
      for (let left = max; left > 0; left--) {
        while (replies.length === 0) {
          if (ended?.error !== undefined) throw ended.error;
          if (ended !== undefined) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        yield replies.shift() as Message;
      }
    } finally {
      end();
    }
  }

  /** See `Client.respond`. */
  async respond(filter: string, handler: RequestHandler, options: SubscribeOptions): Promise<Subscription> {
    this.#check();
    return this.#client.subscribe(filter, { qos: 1, ...options }, async (request) => {
      const payload = await handler(request);
      const { responseTopic, correlationData } = request.properties;
      if (payload === undefined || responseTopic === undefined) return;
      const properties = correlationData && { properties: { correlationData } };
      await this.#client.publish(responseTopic, payload, { qos: request.qos, ...properties });
    });
  }

  /** 3.1.1 has no response topics. With `'auto'` that is not known before the first connection. */
  #check(): void {
    if (versionOf(this.#engine, this.#config) === 4)
      throw new MqttError(failure('UNSUPPORTED_BY_SERVER', 'requests, in MQTT 3.1.1'));
  }

  get #defaultTopic(): string {
    const { responseInformation, clientId = this.#config.clientId } = this.#client.state.settings ?? {};
    if (responseInformation !== undefined) return `${responseInformation.replace(/\/$/, '')}/replies`;
    // A client identifier may have what a topic may not.
    return `replies/${clientId.replaceAll(/[+#]/g, '_')}`;
  }

  /** What is subscribed to ends: requests from now on have subscriptions of their own. */
  leave(): void {
    this.#subscriptions.clear();
  }

  #listen(responseTopic: string): Promise<Subscription> {
    const known = this.#subscriptions.get(responseTopic);
    if (known !== undefined) return known;
    for (const [topic, source] of this.#subscriptions)
      if (this.#subscriptions.size >= KEPT_TOPICS && this.#waitingFor(source).length === 0) {
        this.#subscriptions.delete(topic);
        source.then((subscription) => subscription.unsubscribe()).catch(() => {});
      }
    const made = this.#client.subscribe(responseTopic, { qos: 1, buffer: Number.POSITIVE_INFINITY });
    this.#subscriptions.set(responseTopic, made);
    void this.#read(responseTopic, made);
    return made;
  }

  /** Hands out replies until the subscription ends: with `stop()`, or with an error. */
  async #read(responseTopic: string, source: Promise<Subscription>): Promise<void> {
    let error: unknown = new MqttError(failure('STOPPED'));
    try {
      for await (const message of await source) {
        // Late replies, and those to somebody else, are nobody's.
        this.#pending.get(String(message.properties.correlationData))?.onReply(message);
      }
    } catch (cause) {
      error = cause;
    }
    if (this.#subscriptions.get(responseTopic) === source) this.#subscriptions.delete(responseTopic);
    for (const pending of this.#waitingFor(source)) pending.end(error);
  }

  #waitingFor(source: Promise<Subscription>): Pending[] {
    return [...this.#pending.values()].filter((pending) => pending.source === source);
  }
}
