import type { ConnackPacket, ProtocolVersion, QoS } from '@mqtide/codec';
import type { BrokerProfile } from './broker-profile.ts';
import { defined } from './defined.ts';

/** What client and server agreed on for this connection, section 3.2.2.3; in 3.1.1 what that version implies. */
export interface NegotiatedSettings {
  readonly protocolVersion: ProtocolVersion;
  /** The identifier in use: the server's, when it assigned one. */
  readonly clientId: string;
  /** Whether the server still had the session of an earlier connection. */
  readonly rejoinedSession: boolean;
  /** Seconds the session outlives the connection. In 3.1.1 0 or, without a clean session, 0xFFFFFFFF (never ends). */
  readonly sessionExpirySeconds: number;
  /** The interval in force: the server's, when it named one. 0 is off. */
  readonly keepAliveSeconds: number;
  /** QoS 1 and 2 messages the server lets us have unacknowledged at a time; in 3.1.1, where it cannot say, 20. */
  readonly receiveMaximum: number;
  readonly maximumQoS: QoS;
  readonly retainAvailable: boolean;
  /** Bytes of the largest packet the server accepts. */
  readonly maximumPacketSize: number;
  readonly topicAliasMaximum: number;
  readonly wildcardSubscriptionsAvailable: boolean;
  readonly subscriptionIdentifiersAvailable: boolean;
  readonly sharedSubscriptionsAvailable: boolean;
  readonly responseInformation?: string;
  readonly serverReference?: string;
}

/** What the CONNECT asked for, as far as the answer may leave it in force. */
export interface RequestedSettings {
  readonly protocolVersion: ProtocolVersion;
  readonly clientId: string;
  readonly sessionExpirySeconds: number;
  readonly keepAliveSeconds: number;
  readonly brokerProfile?: BrokerProfile;
}

/** 268,435,455 bytes of Remaining Length and five bytes of fixed header, section 2.1.4. */
export const LARGEST_PACKET = 268_435_460;

/**
 * 3.1.1 has no Receive Maximum. mosquitto takes 20 QoS 2 messages at a time unless it is configured otherwise, and
 * acknowledges what exceeds that without keeping it.
 */
const RECEIVE_MAXIMUM_311 = 20;

/** Reads a successful CONNACK; what it leaves out keeps the value that the standard gives it. */
export function negotiate(requested: RequestedSettings, connack: ConnackPacket): NegotiatedSettings {
  const said = connack.properties ?? {};
  const { protocolVersion, brokerProfile = {} } = requested;
  const receiveMaximum = brokerProfile.receiveMaximum ?? (protocolVersion === 5 ? 65_535 : RECEIVE_MAXIMUM_311);
  return {
    protocolVersion,
    clientId: said.assignedClientIdentifier ?? requested.clientId,
    rejoinedSession: connack.sessionPresent,
    sessionExpirySeconds: said.sessionExpiryInterval ?? requested.sessionExpirySeconds,
    keepAliveSeconds: said.serverKeepAlive ?? requested.keepAliveSeconds,
    receiveMaximum: Math.min(said.receiveMaximum ?? 65_535, receiveMaximum),
    maximumQoS: Math.min(said.maximumQoS ?? 2, brokerProfile.maximumQoS ?? 2) as QoS,
    retainAvailable: said.retainAvailable ?? true,
    maximumPacketSize: said.maximumPacketSize ?? LARGEST_PACKET,
    topicAliasMaximum: said.topicAliasMaximum ?? 0,
    wildcardSubscriptionsAvailable: said.wildcardSubscriptionAvailable ?? true,
    subscriptionIdentifiersAvailable: said.subscriptionIdentifierAvailable ?? protocolVersion === 5,
    // 3.1.1 does not know of them, but servers that have them offer them there too.
    sharedSubscriptionsAvailable: said.sharedSubscriptionAvailable ?? true,
    ...defined({ responseInformation: said.responseInformation, serverReference: said.serverReference }),
  };
}
