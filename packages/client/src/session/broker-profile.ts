import type { QoS } from '@mqtide/codec';

/** Topics and filters to which the limits of a `BrokerProfile` apply in another way. */
export interface TopicExemption {
  /** How they begin, with a slash at the end; the level `+` stands for any one level: `'$aws/rules/+/'`. */
  readonly prefix: string;
  /**
   * - `'prefix'`: the prefix does not count, what follows it does.
   * - `'levels'`: any number of levels.
   * - `'all'`: neither bytes nor levels are limited.
   */
  readonly exempt: 'prefix' | 'levels' | 'all';
}

/**
 * Limits that a service publishes and no CONNACK tells, checked before anything is sent: what exceeds them fails with
 * `LIMIT_EXCEEDED`, a QoS above the maximum with `UNSUPPORTED_BY_SERVER`. Rates delay and fail nothing. What is left out
 * is not limited.
 */
export interface BrokerProfile {
  /** The service, for errors. */
  readonly name?: string;
  /** Applies to publishes, subscriptions and the will. */
  readonly maximumQoS?: QoS;
  /** Bytes in UTF-8 of a topic or filter; a `$share/{ShareName}/` does not count. */
  readonly maximumTopicBytes?: number;
  /** Levels of a topic or filter: one more than it has slashes; a `$share/{ShareName}/` does not count. */
  readonly maximumTopicLevels?: number;
  /** Exceptions to these two. The first that fits is taken. */
  readonly exemptTopics?: readonly TopicExemption[];
  readonly maximumPayloadBytes?: number;
  readonly maximumClientIdBytes?: number;
  /** How a client identifier may not begin. */
  readonly reservedClientIdPrefix?: string;
  /** Seconds. `keepAliveSeconds` is moved into this range; 0, which is off, becomes the maximum if there is one. */
  readonly keepAliveSeconds?: { readonly minimum?: number; readonly maximum?: number };
  /** QoS 1 and 2 messages unacknowledged at a time, where CONNACK does not say less. */
  readonly receiveMaximum?: number;
  /** Filters of one SUBSCRIBE or UNSUBSCRIBE. More leave in several packets, which end as one operation. */
  readonly filtersPerSubscribe?: number;
  /** Publishes in any second, a tenth of them at once and the rest evenly. What is sent again counts too. */
  readonly publishesPerSecond?: number;
  /** Whether received publishes use up `publishesPerSecond` too. @default false */
  readonly countsReceived?: boolean;
  /** Bytes of publishes in any second, in the same way. A larger one leaves when nothing has left for a second. */
  readonly bytesPerSecond?: number;
  /**
   * Whether the service ends the connection when a publish or a subscription is not allowed, and acknowledges nothing:
   * a message of QoS 1 or 2 that seems to end every connection then fails with `PUBLISH_REFUSED` at once, and a
   * subscription with `SUBSCRIBE_REFUSED`. @default false
   */
  readonly hangsUpOnDeniedPublish?: boolean;
  /** CONNECT packets of one client identifier. A reconnection, or a `start()`, waits if it would be too early. */
  readonly connectsPerSecond?: number;
}
