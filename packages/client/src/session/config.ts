import type { PropertiesOf, ProtocolVersion, Will } from '@mqtide/codec';
import type { BrokerProfile } from './broker-profile.ts';

/** What the client does with the session of an earlier connection. */
export type SessionBehavior = 'clean' | 'rejoinPostSuccess' | 'rejoinAlways';

/** What happens to unacknowledged publishes when the server lost the session. */
export type SessionLossPolicy = 'republishQos1' | 'republish' | 'fail';

export interface ReconnectPolicy {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly jitter: 'full' | 'decorrelated' | 'none';
  readonly minConnectedTimeToResetMs: number;
}

export type OfflineBehavior = 'failNonQos1PublishOnDisconnect' | 'failQos0PublishOnDisconnect' | 'failAllOnDisconnect';

export interface OfflineQueuePolicy {
  readonly behavior: OfflineBehavior;
  readonly maxOperations: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly overflow: 'reject' | 'dropOldest' | 'dropNewest';
}

/** How topic aliases are used, section 3.3.2.3.4. */
export interface TopicAliasPolicy {
  readonly outbound: 'lru' | 'manual' | 'none';
  readonly outboundMaximum: number;
  readonly inboundMaximum: number;
}

/** The options of a session, complete: `options.ts` fills in the defaults and documents them. */
export interface SessionConfig {
  readonly protocolVersion: ProtocolVersion | 'auto';
  readonly clientId: string;
  readonly keepAliveSeconds: number;
  readonly connectTimeoutMs: number;
  readonly pingTimeoutMs: number;
  readonly ackTimeoutMs: number;
  readonly session: {
    /** Absent: the default of the protocol version in use. */
    readonly behavior?: SessionBehavior | undefined;
    readonly expirySeconds: number;
    readonly onLost: SessionLossPolicy;
  };
  /** Whether the application chose the client identifier, and so may meet its own session again. */
  readonly clientIdGiven: boolean;
  /** Whether there is a store: the session begins with opening it. */
  readonly isDurable: boolean;
  readonly reconnect: ReconnectPolicy | false;
  readonly offlineQueue: OfflineQueuePolicy;
  readonly topicAliasing: TopicAliasPolicy;
  readonly limits: { readonly receiveMaximum: number; readonly maximumPacketSize: number };
  /** Limits of the service: empty when it has told none. */
  readonly brokerProfile: BrokerProfile;
  readonly will?: Will;
  /** The Authentication Method; MQTT 5 only. */
  readonly authenticationMethod?: string;
  readonly connectProperties?: PropertiesOf<'connect'>;
  /** Hosts that the server may send the client to. */
  readonly redirect?: readonly string[];
  /** Whether the next attempt may come with other credentials, because a function provides them. */
  readonly credentialsChange: boolean;
  /** Whether the next attempt may go to another server, because a function provides the URL. */
  readonly urlChanges: boolean;
}
