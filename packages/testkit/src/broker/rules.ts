/*
 * What a client must do and a broker can see. One row per rule: the ids it has in 5.0 and in 3.1.1 (absent: it does
 * not exist there and is not checked), what the client did when it broke it, and the reason code with which a broker
 * ends the connection. Rows without a code are remembered and nothing else happens.
 */
/** A row of the table. */
export interface Rule {
  readonly 5?: string;
  readonly 4?: string;
  readonly broken: string;
  readonly closeWith?: number;
}

/** The names of the rules. */
export type RuleName =
  | 'malformed'
  | 'textFrame'
  | 'serverPacket'
  | 'connectFirst'
  | 'connectOnce'
  | 'onlyAuthBeforeConnack'
  | 'authMethod'
  | 'authUninvited'
  | 'nothingAfterDisconnect'
  | 'closeAfterDisconnect'
  | 'sessionExpiryRaised'
  | 'packetIdInUse'
  | 'duplicateMissing'
  | 'contentChanged'
  | 'resentOnSameConnection'
  | 'resentWithoutSession'
  | 'resendOrder'
  | 'publishAfterPubrec'
  | 'publishAfterPubrel'
  | 'pubrelBeforePubrec'
  | 'pubrelTwice'
  | 'pubrelOrder'
  | 'pubackOrder'
  | 'pubrecOrder'
  | 'ackForNothing'
  | 'ackOfOtherKind'
  | 'receiveMaximum'
  | 'maximumQoS'
  | 'retainUnavailable'
  | 'maximumPacketSize'
  | 'topicAliasTooLarge'
  | 'topicAliasUnknown'
  | 'identifierInPublish'
  | 'wildcardUnavailable'
  | 'identifierUnavailable'
  | 'sharedUnavailable'
  | 'noLocalShared';

/** The table. */
export const RULES: Readonly<Record<RuleName, Rule>> = {
  malformed: {
    5: 'SEC-4.13.1-a',
    4: 'MQTT3-4.8.0-1',
    broken: 'sent bytes that are no packet of a client',
    closeWith: 0x81,
  },
  textFrame: { 5: 'MQTT-6.0.0-1', 4: 'MQTT3-6.0.0-1', broken: 'sent a text frame', closeWith: 0x81 },
  serverPacket: {
    5: 'SEC-4.13.1-a',
    4: 'MQTT3-4.8.0-1',
    broken: 'sent a packet that only a server sends',
    closeWith: 0x82,
  },
  connectFirst: { 5: 'MQTT-3.1.0-1', 4: 'MQTT3-3.1.0-1', broken: 'did not begin with CONNECT', closeWith: 0x82 },
  connectOnce: { 5: 'MQTT-3.1.0-2', 4: 'MQTT3-3.1.0-2', broken: 'sent a second CONNECT', closeWith: 0x82 },
  onlyAuthBeforeConnack: {
    5: 'MQTT-3.1.2-30',
    broken: 'sent something other than AUTH or DISCONNECT while it was being authenticated',
    closeWith: 0x82,
  },
  authMethod: { 5: 'MQTT-4.12.0-5', broken: 'sent an AUTH with another authentication method', closeWith: 0x82 },
  authUninvited: { 5: 'MQTT-4.12.0-7', broken: 'sent an AUTH that nothing called for', closeWith: 0x82 },
  nothingAfterDisconnect: { 5: 'MQTT-3.14.4-1', 4: 'MQTT3-3.14.4-2', broken: 'sent something after DISCONNECT' },
  closeAfterDisconnect: {
    5: 'MQTT-3.14.4-2',
    4: 'MQTT3-3.14.4-1',
    broken: 'did not close the connection after DISCONNECT',
  },
  sessionExpiryRaised: {
    5: 'SEC-3.14.2.2.2-a',
    broken: 'raised the session expiry interval from 0 in DISCONNECT',
    closeWith: 0x82,
  },
  packetIdInUse: { 5: 'MQTT-2.2.1-3', 4: 'MQTT3-2.3.1-2', broken: 'used a packet identifier that was in use' },
  duplicateMissing: { 5: 'MQTT-3.3.1-1', 4: 'MQTT3-3.3.1-1', broken: 'sent a PUBLISH again without DUP' },
  contentChanged: { 5: 'MQTT-4.4.0-1', 4: 'MQTT3-4.4.0-1', broken: 'sent a PUBLISH again with another content' },
  resentOnSameConnection: {
    5: 'MQTT-4.4.0-1',
    broken: 'sent a PUBLISH again on a connection on which it, or a later one with its identifier, was sent',
  },
  resentWithoutSession: {
    5: 'MQTT-4.4.0-1',
    4: 'MQTT3-3.1.2-6',
    broken: 'sent something again although no session was resumed',
  },
  resendOrder: { 5: 'MQTT-4.6.0-1', 4: 'MQTT3-4.6.0-1', broken: 'sent PUBLISH packets again in another order' },
  publishAfterPubrec: {
    5: 'MQTT-4.4.0-1',
    4: 'MQTT3-4.3.3-1',
    broken: 'sent a PUBLISH again after it was given the PUBREC',
  },
  publishAfterPubrel: { 5: 'MQTT-4.3.3-6', 4: 'MQTT3-4.3.3-1', broken: 'sent a PUBLISH again after its PUBREL' },
  pubrelBeforePubrec: { 5: 'MQTT-4.3.3-4', 4: 'MQTT3-4.3.3-1', broken: 'sent a PUBREL before the PUBREC' },
  pubrelTwice: { 5: 'MQTT-4.4.0-1', broken: 'sent a PUBREL again on the same connection' },
  pubrelOrder: {
    5: 'MQTT-4.6.0-4',
    4: 'MQTT3-4.6.0-4',
    broken: 'sent PUBREL packets in another order than the PUBREC packets',
  },
  pubackOrder: {
    5: 'MQTT-4.6.0-2',
    4: 'MQTT3-4.6.0-2',
    broken: 'sent PUBACK packets in another order than the PUBLISH packets',
  },
  pubrecOrder: {
    5: 'MQTT-4.6.0-3',
    4: 'MQTT3-4.6.0-3',
    broken: 'sent PUBREC packets in another order than the PUBLISH packets',
  },
  ackForNothing: {
    5: 'MQTT-2.2.1-5',
    4: 'MQTT3-2.3.1-6',
    broken: 'acknowledged something that was not sent on this connection, or was acknowledged already',
  },
  ackOfOtherKind: {
    5: 'MQTT-3.3.4-1',
    4: 'MQTT3-3.3.4-1',
    broken: 'acknowledged with a packet that does not belong to the QoS',
    closeWith: 0x82,
  },
  receiveMaximum: { 5: 'MQTT-3.3.4-7', broken: 'exceeded the receive maximum', closeWith: 0x93 },
  maximumQoS: { 5: 'MQTT-3.2.2-11', broken: 'published above the maximum QoS', closeWith: 0x9b },
  retainUnavailable: {
    5: 'MQTT-3.2.2-14',
    broken: 'published a retained message where retain is not available',
    closeWith: 0x9a,
  },
  maximumPacketSize: { 5: 'MQTT-3.2.2-15', broken: 'sent a packet above the maximum packet size', closeWith: 0x95 },
  topicAliasTooLarge: { 5: 'MQTT-3.3.2-9', broken: 'used a topic alias above the maximum', closeWith: 0x94 },
  topicAliasUnknown: { 5: 'SEC-3.3.4-a', broken: 'used a topic alias that has no topic', closeWith: 0x82 },
  identifierInPublish: { 5: 'MQTT-3.3.4-6', broken: 'sent a PUBLISH with a subscription identifier', closeWith: 0x82 },
  wildcardUnavailable: {
    5: 'SEC-3.2.2.3.11-a',
    broken: 'subscribed with a wildcard where that is not available',
    closeWith: 0xa2,
  },
  identifierUnavailable: {
    5: 'SEC-3.2.2.3.12-a',
    broken: 'sent a subscription identifier where that is not available',
    closeWith: 0xa1,
  },
  sharedUnavailable: {
    5: 'SEC-3.2.2.3.13-a',
    broken: 'asked for a shared subscription where that is not available',
    closeWith: 0x9e,
  },
  noLocalShared: { 5: 'MQTT-3.8.3-4', broken: 'combined No Local with a shared subscription', closeWith: 0x82 },
};
