import type { Packet } from '@mqtide/codec';

/** What went wrong, as a string to switch on. Documented with each error in `docs/errors.md`. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'INVALID_STATE'
  | 'URL_FAILED'
  | 'CREDENTIALS_FAILED'
  | 'SOCKET_OPEN_FAILED'
  | 'SOCKET_CLOSED'
  | 'SUBPROTOCOL_REFUSED'
  | 'CONNECT_TIMEOUT'
  | 'CONNACK_REFUSED'
  | 'SERVER_DISCONNECTED'
  | 'SESSION_TAKEN_OVER'
  | 'SESSION_LOST'
  | 'SESSION_LOCKED'
  | 'KEEPALIVE_TIMEOUT'
  | 'ACK_TIMEOUT'
  | 'MALFORMED_PACKET'
  | 'PROTOCOL_ERROR'
  | 'PACKET_TOO_LARGE'
  | 'UNSUPPORTED_BY_SERVER'
  | 'LIMIT_EXCEEDED'
  | 'PUBLISH_REFUSED'
  | 'SUBSCRIBE_REFUSED'
  | 'UNSUBSCRIBE_REFUSED'
  | 'QUEUE_FULL'
  | 'OFFLINE'
  | 'EXPIRED'
  | 'AUTHENTICATION_FAILED'
  | 'STORE_FAILED'
  | 'STOPPED'
  | 'WORKER_FAILED';

/** An error as data: the session decides on it, the client makes an `MqttError` of it. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  /** The reason code of the packet, where one says why. */
  readonly reasonCode?: number;
  /** The packet that refused or ended something. */
  readonly packet?: Packet;
  /** Whether the same call, or the next connection attempt, may succeed without a change by the caller. */
  readonly retryable: boolean;
  /** What to try. */
  readonly hint?: string;
  readonly cause?: unknown;
}
