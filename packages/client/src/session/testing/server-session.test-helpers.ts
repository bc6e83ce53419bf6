/* The state that a model server keeps. */
import type { ProtocolVersion, QoS } from '@mqtide/codec';

/** A message to the client that is under way. */
export interface Outgoing {
  readonly name: string;
  readonly qos: QoS;
  readonly packetId: number;
  isReleased: boolean;
  /** Whether its PUBLISH went out on this connection, and counts against the client's Receive Maximum. */
  isOfThisConnection: boolean;
}

/** What outlives the connection. */
export interface ServerSession {
  /** QoS 2 identifiers of the client that wait for PUBREL. */
  lastPacketId: number;
  readonly incoming: Set<number>;
  /** QoS 2 messages of the client that arrived in this session. */
  readonly exactlyOnce: Set<string>;
  readonly outgoing: Map<number, Outgoing>;
  readonly subscriptions: Set<string>;
  readonly waiting: { readonly name: string; readonly qos: QoS }[];
}

/** What was agreed on. */
export interface ServerConnection {
  readonly version: ProtocolVersion;
  readonly receiveMaximum: number;
  expirySeconds: number;
}

export const newSession = (): ServerSession => ({
  lastPacketId: 0,
  incoming: new Set(),
  exactlyOnce: new Set(),
  outgoing: new Map(),
  subscriptions: new Set(),
  waiting: [],
});
