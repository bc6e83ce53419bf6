import type { PropertiesOf, ProtocolVersion, QoS, WillProperties } from '@mqtide/codec';
import type { Authentication } from './authentication.ts';
import type { MqttError } from './errors.ts';
import type { SessionStore } from './io/session-store.ts';
import type { WebSocketConstructor } from './io/websocket.ts';
import type { Logger } from './logger.ts';
import type { Payload } from './payload.ts';
import type { BrokerProfile } from './session/broker-profile.ts';
import type { ContextManager, Propagator } from './propagator.ts';
import type {
  OfflineQueuePolicy,
  ReconnectPolicy,
  SessionBehavior,
  SessionLossPolicy,
  TopicAliasPolicy,
} from './session/config.ts';

/** What a `url` or `credentials` function is told about the attempt it is asked for. */
export interface AttemptContext {
  /** 1 for the first attempt since `start()` or since the last success. */
  readonly attempt: number;
  /** Why the last attempt or connection ended. A server that has moved is named in its `packet`. */
  readonly lastError: MqttError | undefined;
  /** Aborted when the attempt is given up: `connectTimeoutMs` has passed, or `stop()` was called. */
  readonly signal: AbortSignal;
}

/** User name and password, section 3.1.3.5. In 3.1.1 a password needs a user name. */
export interface CredentialsOptions {
  readonly username?: string;
  /** Text is sent as UTF-8. */
  readonly password?: string | Uint8Array;
}

/** A message the server publishes for the client when the connection ends without `stop()`, section 3.1.2.5. */
export interface WillOptions {
  readonly topic: string;
  /** At most 65,535 bytes. @default '' */
  readonly payload?: Payload;
  /** @default 0 */
  readonly qos?: QoS;
  /** @default false */
  readonly retain?: boolean;
  /** MQTT 5 only; left out when 3.1.1 is spoken. */
  readonly properties?: WillProperties;
}

/** The session on the server, section 4.1. */
export interface SessionOptions {
  /**
   * `'clean'` begins a new session with every connection; `'rejoinPostSuccess'` begins one with the first and goes on
   * with it after a reconnection; `'rejoinAlways'` asks for an existing one from the start.
   * @default 'rejoinPostSuccess' in MQTT 5, and in 3.1.1 if `clientId` was given; otherwise 'clean'
   */
  readonly behavior?: SessionBehavior;
  /**
   * Seconds the server keeps the session after the connection is lost. 0xFFFFFFFF is for ever. MQTT 5 only, section
   * 3.1.2.11.2.
   * @default 300
   */
  readonly expirySeconds?: number;
  /**
   * What happens to unacknowledged publishes when the server has lost the session. `'republishQos1'` publishes QoS 1
   * again as new and rejects QoS 2 with `SESSION_LOST`; `'republish'` publishes both again; `'fail'` rejects both.
   * @default 'republishQos1'
   */
  readonly onLost?: SessionLossPolicy;
  /**
   * Where QoS 1 and 2 and the offline queue survive a reload or a crash of the page, such as `indexedDBStore()` of
   * `@mqtide/client/indexeddb`. Needs a `clientId`, and an `expirySeconds` that is long enough for the way back.
   * @default none: the session lives in memory
   */
  readonly store?: SessionStore;
}

/** Options of `createClient`. Only `url` is required. */
export interface ClientOptions {
  /**
   * Where to connect: `ws:` or `wss:`. A function is asked on every attempt, so that it can sign the URL anew or choose
   * another server; what it throws fails that attempt with `URL_FAILED`.
   */
  readonly url: string | URL | ((context: AttemptContext) => string | URL | Promise<string | URL>);
  /**
   * `5`, `4` (which is 3.1.1), or `'auto'`: 5, and 4 on a new connection if the server does not understand 5.
   * @default 5
   */
  readonly protocolVersion?: ProtocolVersion | 'auto';
  /**
   * Names the client and its session, section 3.1.3.1. Two clients with one identifier throw each other out.
   * @default a random identifier of 22 letters and digits
   */
  readonly clientId?: string;
  /** A function is asked on every attempt; what it throws fails that attempt with `CREDENTIALS_FAILED`. */
  readonly credentials?:
    | CredentialsOptions
    | ((context: AttemptContext) => CredentialsOptions | Promise<CredentialsOptions>);
  /**
   * Seconds, 0 to 65,535; 0 is off. A PINGREQ leaves after half of it without sending. The server may set another value,
   * see `NegotiatedSettings`. Section 3.1.2.10.
   * @default 60
   */
  readonly keepAliveSeconds?: number;
  /** Milliseconds for one attempt: URL, credentials, WebSocket and CONNACK. @default 15_000 */
  readonly connectTimeoutMs?: number;
  /** Milliseconds from a PINGREQ to any packet of the server. @default 10_000 */
  readonly pingTimeoutMs?: number;
  /** Milliseconds from the first transmission to the acknowledgement that ends an operation. @default 60_000 */
  readonly ackTimeoutMs?: number;
  readonly session?: SessionOptions;
  /**
   * The delay before an attempt lies between `minDelayMs` and a bound that doubles with every failure; `jitter` says
   * where. It starts anew after a connection that lasted `minConnectedTimeToResetMs`. `false`: no attempt but the first.
   * @default { minDelayMs: 1_000, maxDelayMs: 120_000, jitter: 'full', minConnectedTimeToResetMs: 30_000 }
   */
  readonly reconnect?: Partial<ReconnectPolicy> | false;
  /**
   * What may wait to be sent, connected or not. `behavior` says what waits for a connection:
   * `'failQos0PublishOnDisconnect'` everything but QoS 0, `'failNonQos1PublishOnDisconnect'` QoS 1 and 2 publishes only,
   * `'failAllOnDisconnect'` nothing. What exceeds `maxOperations` or `maxBytes` is refused with `QUEUE_FULL`, or with
   * `overflow: 'dropOldest'` or `'dropNewest'` those that have waited longest or shortest fail with it to make room. What
   * waits longer than `maxAgeMs`, or than its Message Expiry Interval, fails with `EXPIRED`. The three may be `Infinity`.
   * @default { behavior: 'failQos0PublishOnDisconnect', maxOperations: 10_000, maxBytes: 16_777_216, maxAgeMs: 300_000,
   * overflow: 'reject' }
   */
  readonly offlineQueue?: Partial<OfflineQueuePolicy>;
  /**
   * Numbers that stand for topics, up to the maximum of each side; MQTT 5 only, section 3.3.2.3.4. `outbound: 'lru'`
   * gives them to the topics that were published to last; with `'manual'` `properties.topicAlias` of a publish chooses,
   * and is left out where the server allows no such number. The client sends the topic whenever the server does not know
   * it. Inbound ones are resolved before a message is delivered.
   * @default { outbound: 'lru', outboundMaximum: 16, inboundMaximum: 16 }
   */
  readonly topicAliasing?: Partial<TopicAliasPolicy>;
  /**
   * What the client accepts, told to the server in CONNECT and enforced: QoS 1 and 2 messages at a time, and bytes of a
   * packet. In 3.1.1 only the second is enforced. Sections 3.1.2.11.3 and 3.1.2.11.4.
   * @default { receiveMaximum: 256, maximumPacketSize: 16_777_216 }
   */
  readonly limits?: { readonly receiveMaximum?: number; readonly maximumPacketSize?: number };
  /** Limits and pacing of the service that is connected to, such as `./aws` has for AWS IoT Core. @default none */
  readonly brokerProfile?: BrokerProfile;
  /**
   * Milliseconds that QoS 1 and 2 messages of a resumed session wait, unacknowledged, for a subscription that matches or
   * a listener to `messageReceived`. Then they are acknowledged, counted in `statistics()`, and a `warning` tells of them.
   * @default 30_000
   */
  readonly unroutedHoldMs?: number;
  readonly will?: WillOptions;
  /**
   * Enhanced authentication, MQTT 5 only: `scramSha256` of `@mqtide/client/scram`, or a mechanism of your own. It may come
   * with `credentials`. A failure is final, unless the mechanism `isRenewable`. With it `protocolVersion: 'auto'` is 5:
   * the client never connects without. Section 4.12.
   */
  readonly authentication?: Authentication;
  /** Further properties of CONNECT, such as `userProperties`, `requestResponseInformation`. MQTT 5 only. */
  readonly connectProperties?: Pick<
    PropertiesOf<'connect'>,
    'userProperties' | 'requestResponseInformation' | 'requestProblemInformation'
  >;
  /**
   * Puts the trace context into the user properties of what is published, and takes it out of what is received: a
   * `TextMapPropagator` of OpenTelemetry, or its `propagation`. MQTT 5 only.
   * @default none
   */
  readonly propagator?: Propagator;
  /** The context to inject, and the one that handlers run in: `context` of OpenTelemetry. @default none */
  readonly contextManager?: ContextManager;
  /** Told what happens to the connection, without a secret; `console` fits. @default none */
  readonly logger?: Logger;
  /**
   * Told what a listener or a message handler threw. The connection and the other handlers go on.
   * @default `reportError` where there is one, otherwise `console.error`
   */
  readonly onUnhandledError?: (error: unknown) => void;
  /**
   * `'auto'` listens to the life of the page (shown again, resumed, restored from the back/forward cache, offline, online):
   * then a connection is probed with a PINGREQ that has 5 seconds to be answered, and an attempt that waits is made
   * within a second. Nothing else is hurried, put off or ended by it. `'none'` does not listen.
   * @default 'auto'
   */
  readonly pageLifecycle?: 'auto' | 'none';
  /**
   * Where the server may send the client with "Use another server" (0x9C) and "Server moved" (0x9D): names of hosts, such
   * as `'b.example'`, `'b.example:8443'` for that port alone, or `'*.example'` for any name that ends so. The URL keeps
   * everything but host and port, and credentials go there too. A `url` function is asked all the same. Section 4.11.
   * @default nowhere: the client stops, unless `url` is a function, with an error that names the host
   */
  readonly redirect?: { readonly allow: readonly string[] };
  /** A WebSocket class for where there is none, such as that of the package `ws` in Node 20. */
  readonly webSocket?: WebSocketConstructor;
}
