import type { Packet, ProtocolVersion } from '@mqtide/codec';
import type { Cloud } from '../cloud/cloud.ts';

/** Why a connection ended, in the words of the lifecycle events. */
export type DisconnectReason =
  | 'AUTH_ERROR'
  | 'CLIENT_INITIATED_DISCONNECT'
  | 'CLIENT_ERROR'
  | 'CONNECTION_LOST'
  | 'DUPLICATE_CLIENTID'
  | 'FORBIDDEN_ACCESS'
  | 'MQTT_KEEP_ALIVE_TIMEOUT'
  | 'SERVER_ERROR'
  | 'SERVER_INITIATED_DISCONNECT'
  | 'API_INITIATED_DISCONNECT'
  | 'THROTTLED'
  | 'WEBSOCKET_TTL_EXPIRATION'
  | 'CUSTOMAUTH_TTL_EXPIRATION';

/** What happens to a client that sends too much: a publish goes, or what comes next waits. */
export type Throttling = 'discarded' | 'delayed';

/** What the parts of a connection may do with it. */
export interface ClientLink {
  readonly cloud: Cloud;
  /** What the client speaks. The broker is spoken to in 5.0 always. */
  readonly version: ProtocolVersion;
  readonly connectionId: string;
  /** Sends to the client. */
  send(packet: Packet): void;
  /** Sends to the broker. */
  forward(packet: Packet): void;
  /** Ends the connection, in 5.0 with a DISCONNECT. */
  end(reasonCode: number, reason: DisconnectReason): void;
  /** The client has sent too much. */
  throttled(how: Throttling): void;
  /** Whether the policies allow it. @param resource such as `topic/a` */
  may(action: string, resource: string): boolean;
}
