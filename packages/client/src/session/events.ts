/*
 * The contract of the core. The session is told events and answers with actions; it owns no socket, timer, clock or
 * promise. Every event carries the time, and a random number if it may end a connection.
 */
import type {
  AckPacket,
  ConnackPacket,
  DisconnectPacket,
  Packet,
  ProtocolVersion,
  PropertiesOf,
  PublishPacket,
  QoS,
  SubackPacket,
  SubscriptionRequest,
  UnsubackPacket,
} from '@mqtide/codec';
import type { Failure } from './failure.ts';
import type { NegotiatedSettings } from './settings.ts';

/** A message that the application publishes. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties?: PropertiesOf<'publish'>;
  /** When it expires, if it does: the session derives it from Message Expiry Interval. */
  readonly expiresAt?: number;
}

/** A message for the application; `redelivered` when an earlier page was given it, and did not finish with it. */
export type DeliveredPacket = PublishPacket & { readonly redelivered?: true };

/** User name and password for one connection attempt. */
export interface Credentials {
  readonly username?: string;
  readonly password?: Uint8Array;
  /** What the mechanism of enhanced authentication says first. */
  readonly authenticationData?: Uint8Array;
}

/** What comes of a step of enhanced authentication. */
export type AuthenticationAnswer = { readonly data?: Uint8Array } | { readonly failure: Failure };

/** A step that the mechanism of enhanced authentication is asked for. */
export type AuthenticationStep = 'begin' | 'respond' | 'verify';

/** How to end: see `ClientStopOptions`. */
export interface StopRequest {
  readonly drainMs?: number;
  readonly reasonCode?: number;
  readonly sessionExpirySeconds?: number;
  readonly userProperties?: readonly (readonly [string, string])[];
}

/** `random` is from 0 (included) to 1 (excluded), and spreads the delay if the event ends the connection. */
export type SessionEvent = { readonly now: number; readonly random?: number } & (
  | { readonly type: 'start' }
  | ({ readonly type: 'stop' } & StopRequest)
  | { readonly type: 'opened'; readonly credentials: Credentials }
  | { readonly type: 'dialFailed'; readonly failure: Failure }
  | { readonly type: 'received'; readonly packet: Packet }
  /** Bytes that are no MQTT: `reasonCode` is what to close with; without one the socket is closed and nothing said. */
  | { readonly type: 'malformed'; readonly reasonCode?: number | undefined; readonly message: string }
  /** A `send` that the codec refused. */
  | {
      readonly type: 'unsendable';
      readonly packet: Packet;
      readonly op?: number | undefined;
      readonly message: string;
    }
  | { readonly type: 'closed'; readonly code: number; readonly reason: string }
  /** `op` names the operation in the `settle` that ends it. `timeoutMs` replaces the acknowledgement timeout. */
  | {
      readonly type: 'publish';
      readonly op: number;
      readonly message: OutgoingMessage;
      readonly timeoutMs?: number | undefined;
    }
  | {
      readonly type: 'subscribe';
      readonly op: number;
      readonly subscriptions: readonly SubscriptionRequest[];
      readonly properties?: PropertiesOf<'subscribe'> | undefined;
      readonly timeoutMs?: number | undefined;
    }
  | {
      readonly type: 'unsubscribe';
      readonly op: number;
      readonly filters: readonly string[];
      readonly properties?: PropertiesOf<'unsubscribe'>;
      readonly timeoutMs?: number | undefined;
    }
  /** The application gives up on an operation: it settles nothing any more. */
  | { readonly type: 'cancel'; readonly op: number }
  /** `timeoutMs` replaces the acknowledgement timeout. */
  | { readonly type: 'reauthenticate'; readonly op: number; readonly timeoutMs?: number | undefined }
  /** The answer to `authenticate`. */
  | ({ readonly type: 'authenticationStep' } & AuthenticationAnswer)
  /** Settled once nothing waits to be sent. */
  | { readonly type: 'awaitDrained'; readonly op: number }
  /** What waits in the socket: told on each tick and now and then while `isOpen` is false. */
  | { readonly type: 'socketLevel'; readonly bufferedBytes: number }
  /** The application is done with a delivered message of QoS 1 or 2; `unfinished`: but for its handlers' promises. */
  | {
      readonly type: 'acknowledge';
      readonly delivery: number;
      readonly reasonCode: number;
      readonly unfinished?: true;
    }
  /** The handlers of a message that was acknowledged before have finished. */
  | { readonly type: 'processed'; readonly delivery: number }
  /** The store is open: the answer to `openStore`. */
  | { readonly type: 'restored'; readonly records: readonly { readonly key: string; readonly value: unknown }[] }
  /** There is no store, or no more: with `SESSION_LOCKED` another page has the session. */
  | { readonly type: 'storeFailed'; readonly failure: Failure }
  /** The page may have slept, or its network has changed. */
  | { readonly type: 'hint'; readonly hint: 'awake' | 'offline' }
  /** Bytes are on their way, in either direction, that make no whole packet yet. */
  | { readonly type: 'heard' }
  /** A deadline may have passed. */
  | { readonly type: 'tick' }
);

/** How an operation ended. A success of QoS 0 has no packet. */
export type Outcome =
  | { readonly ok: true; readonly packet?: AckPacket | SubackPacket | UnsubackPacket }
  | { readonly ok: false; readonly failure: Failure };

/** Where the client stands between `idle` and `stopped`. */
export type ConnectionStatus = 'idle' | 'connecting' | 'connected' | 'waiting' | 'stopping' | 'stopped' | 'failed';

/** What happened to the connection. */
export type LifecycleEvent =
  | { readonly type: 'connectionSuccess'; readonly connack: ConnackPacket; readonly settings: NegotiatedSettings }
  | {
      readonly type: 'connectionFailure';
      readonly failure: Failure;
      readonly connack?: ConnackPacket;
      readonly willRetryInMs?: number;
    }
  | {
      readonly type: 'disconnection';
      readonly failure: Failure;
      readonly disconnect?: DisconnectPacket;
      readonly willRetryInMs?: number;
    }
  /** An attempt that waits is made earlier than was said. */
  | { readonly type: 'retryingSooner'; readonly willRetryInMs: number }
  | { readonly type: 'stopped' };

/** What to do, in order. */
export type Action =
  /** Resolve URL and credentials, open a socket; the last connection is no longer listened to. */
  | {
      readonly do: 'dial';
      readonly attempt: number;
      readonly version: ProtocolVersion;
      readonly lastFailure?: Failure | undefined;
      /** Instead of the host of the URL, maybe with a port. */
      readonly host?: string | undefined;
    }
  /** Close the connection, or give up the dialling; what was sent before still goes out. */
  | { readonly do: 'hangUp' }
  /** With `op`: that operation succeeds when the packet has been handed to the socket. */
  | { readonly do: 'send'; readonly packet: Packet; readonly op?: number | undefined }
  /** Open the store of the session: `restored` or `storeFailed` follows. */
  | { readonly do: 'openStore' }
  /** A barrier: nothing behind it is done before the record is durable. Without a value the record is removed. */
  | { readonly do: 'store'; readonly key: string; readonly value?: unknown }
  /** Nothing behind it is done before another page can have the session. */
  | { readonly do: 'closeStore' }
  /** What an earlier page left behind goes on: messages being published, and received ones that are delivered again. */
  | { readonly do: 'restored'; readonly publishes: number; readonly messages: number }
  /** The session goes on in memory. */
  | { readonly do: 'storeFailed'; readonly failure: Failure }
  /** Give the message to the application; with QoS 1 and 2 an `acknowledge` with this `delivery` is awaited. */
  | { readonly do: 'deliver'; readonly delivery: number; readonly packet: DeliveredPacket }
  /** Ask the mechanism of enhanced authentication; an `authenticationStep` is awaited. */
  | { readonly do: 'authenticate'; readonly step: AuthenticationStep; readonly data?: Uint8Array | undefined }
  | { readonly do: 'settle'; readonly op: number; readonly outcome: Outcome }
  /** The server refused a filter when it was subscribed again after the session was lost. */
  | { readonly do: 'unsubscribed'; readonly filter: string; readonly failure: Failure }
  /** `attempt` is the one that goes on or comes next; 0 when there is none. */
  | {
      readonly do: 'status';
      readonly status: ConnectionStatus;
      readonly attempt: number;
      readonly event?: LifecycleEvent | undefined;
    };
