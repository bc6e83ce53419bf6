/** The quotas of AWS IoT Core, per connection where nothing else is said. `Infinity` switches one off. */
export interface Limits {
  payloadBytes: number;
  /** Maximum Packet Size in CONNACK. */
  packetBytes: number;
  topicBytes: number;
  /** Slashes in a topic, without those of `$aws/rules/<rule>/` and `$share/<name>/`. */
  topicSlashes: number;
  shareNameBytes: number;
  clientIdBytes: number;
  filtersPerSubscribe: number;
  subscriptions: number;
  /** Received and delivered ones together. Received ones beyond it are discarded, deliveries of QoS 1 wait. */
  publishesPerSecond: number;
  /** How many at once, after some rest. A second is not the same for who sends and who receives; AWS does not say. */
  publishBurst: number;
  /** More than this delays what comes after it. */
  bytesPerSecond: number;
  /** Receive Maximum: unacknowledged publishes of QoS 1, each way. */
  receiveMaximum: number;
  topicAliasMaximum: number;
  keepAliveMinimumSeconds: number;
  keepAliveMaximumSeconds: number;
  /** How often one client identifier may connect: once per second, less what the network may have shifted. */
  connectIntervalMs: number;
  sessionExpirySeconds: number;
  /** The session expiry of a persistent session of 3.1.1, which cannot say one. */
  sessionExpirySeconds311: number;
  messageExpirySeconds: number;
  /** How fast a resumed session gets what was stored for it. */
  storedMessagesPerSecond: number;
  /** Lifetime of a connection that a signature opened. */
  connectionLifetimeSeconds: number;
  /** How long the function behind an authorizer may take. */
  authorizerSeconds: number;
  shadowBytes: number;
  shadowDepth: number;
  shadowRequestsPerSecond: number;
  shadowRequestsInFlight: number;
  clientTokenBytes: number;
  /** Details of a job's status: how many, and the longest name or value. */
  statusDetails: number;
  statusDetailLength: number;
  /** How long a minute of a job's step timer is: shorter for tests. */
  stepMinuteMs: number;
  /** Lifetime of the credentials that Cognito issues. */
  credentialsLifetimeSeconds: number;
  ownershipTokenSeconds: number;
  commandTimeoutSeconds: number;
}

export const LIMITS: Readonly<Limits> = {
  payloadBytes: 131_072,
  packetBytes: 149_504,
  topicBytes: 256,
  topicSlashes: 7,
  shareNameBytes: 128,
  clientIdBytes: 128,
  filtersPerSubscribe: 8,
  subscriptions: 50,
  publishesPerSecond: 100,
  publishBurst: 200,
  bytesPerSecond: 524_288,
  receiveMaximum: 100,
  topicAliasMaximum: 8,
  keepAliveMinimumSeconds: 30,
  keepAliveMaximumSeconds: 1200,
  connectIntervalMs: 900,
  sessionExpirySeconds: 604_800,
  sessionExpirySeconds311: 3600,
  messageExpirySeconds: 604_800,
  storedMessagesPerSecond: 10,
  connectionLifetimeSeconds: 86_400,
  authorizerSeconds: 5,
  shadowBytes: 8192,
  shadowDepth: 8,
  shadowRequestsPerSecond: 20,
  shadowRequestsInFlight: 10,
  clientTokenBytes: 64,
  statusDetails: 10,
  statusDetailLength: 128,
  stepMinuteMs: 60_000,
  credentialsLifetimeSeconds: 3600,
  ownershipTokenSeconds: 3600,
  commandTimeoutSeconds: 10,
};
