/**
 * The limits of AWS IoT Core, for the option `brokerProfile`. They are AWS's published quotas for one connection; change
 * one, or switch it off, with `{ ...iotCoreProfile, publishesPerSecond: 50 }`.
 */
export const iotCoreProfile = {
  name: 'AWS IoT Core',
  maximumQoS: 1,
  maximumTopicBytes: 256,
  maximumTopicLevels: 8,
  exemptTopics: [
    // Basic Ingest: the rule's name is no part of the topic.
    { prefix: '$aws/rules/+/', exempt: 'prefix' },
    // Answers to commands have nine levels: AWS's own topics do not keep to the limit.
    { prefix: '$aws/', exempt: 'levels' },
  ],
  maximumPayloadBytes: 131_072,
  maximumClientIdBytes: 128,
  reservedClientIdPrefix: '$',
  keepAliveSeconds: { minimum: 30, maximum: 1_200 },
  receiveMaximum: 100,
  filtersPerSubscribe: 8,
  publishesPerSecond: 100,
  countsReceived: true,
  bytesPerSecond: 524_288,
  connectsPerSecond: 1,
  hangsUpOnDeniedPublish: true,
} as const;
