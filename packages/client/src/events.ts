import type { ConnackPacket, DisconnectPacket, Packet } from '@mqtide/codec';
import type { MqttError } from './errors.ts';
import type { Message } from './message.ts';
import type { ConnectionStatus } from './session/events.ts';
import type { NegotiatedSettings } from './session/settings.ts';
import type { Warning } from './warning.ts';

/** What `client.on` can listen to. */
export interface ClientEvents {
  /** A socket is about to be opened. `url` is origin and path: never the query, which may be signed. */
  attemptingConnect: { readonly attempt: number; readonly url: string };
  /** The server accepted the connection. */
  connectionSuccess: { readonly connack: ConnackPacket; readonly settings: NegotiatedSettings };
  /** An attempt failed. Without `willRetryInMs` there is no other one. */
  connectionFailure: { readonly error: MqttError; readonly connack?: ConnackPacket; readonly willRetryInMs?: number };
  /** A connection ended without `stop()`. Without `willRetryInMs` there is no new attempt. */
  disconnection: { readonly error: MqttError; readonly disconnect?: DisconnectPacket; readonly willRetryInMs?: number };
  /**
   * The store holds what an earlier page left: `publishes` of QoS 1 and 2 go on, and their failures go to
   * `onUnhandledError`, since nobody awaits them; received `messages` of QoS 2 are delivered again.
   */
  sessionRestored: { readonly publishes: number; readonly messages: number };
  /** The store cannot be used, with `STORE_FAILED`: until the next `start()` the session lives in memory. */
  storeFailure: { readonly error: MqttError };
  /** `stop()` is done. */
  stopped: Record<never, never>;
  /**
   * A packet went over the wire: as it was decoded, and its bytes. Password, authentication data and what follows a `?`
   * in a user name are asterisks in both. Costs nothing while nobody listens.
   */
  packet: { readonly direction: 'sent' | 'received'; readonly packet: Packet; readonly bytes: Uint8Array };
  /** Every message, besides the subscriptions it matches. */
  messageReceived: { readonly message: Message };
  /** Nothing failed, but something needs attention. */
  warning: Warning;
}

/** Where the client stands. */
export interface ClientState {
  readonly status: ConnectionStatus;
  /** The attempt that is going on or comes next; 0 when there is none. */
  readonly attempt: number;
  /** When this status began, in milliseconds since the epoch. */
  readonly since: number;
  /** When the next attempt begins, in milliseconds since the epoch; while `waiting`. */
  readonly nextAttemptAt?: number;
  /** Why the last attempt or connection ended; while `waiting`, `connecting` again, or `failed`. */
  readonly error?: MqttError;
  /** What was agreed on; while `connected`. */
  readonly settings?: NegotiatedSettings;
}
