/*
 * What AWS IoT Core does in these places is written nowhere that we could read, or in two places differently. Each is a
 * switch, so that a client can be tried against every answer; the default is the most likely one.
 */

/** Every behaviour that is a choice of the emulator. Changed while it runs through the admin API. */
export interface Switches {
  /** How far `X-Amz-Date` may lie in the future, and how old it may be without `X-Amz-Expires`. @default 300 */
  signatureToleranceSeconds: number;
  /** Whether `X-Amz-Expires` is obeyed. @default true */
  enforceExpires: boolean;
  /** Whether a connection ends when the credentials that signed it expire. @default false */
  endWithCredentials: boolean;
  /** A CONNECT that is refused in 3.1.1: closed without a word, or answered with this return code. @default 'close' */
  refusedConnect311: 'close' | 4 | 5 | 7;
  /** The reason code for a CONNECT that the authorizer refuses, in 5.0. @default 0x87 */
  refusedByAuthorizer: number;
  /** A denied PUBLISH of QoS 0 in 5.0: DISCONNECT 0x87, or nothing. @default 'disconnect' */
  deniedQos0: 'disconnect' | 'ignore';
  /** A denied PUBLISH of QoS 1 in 5.0: PUBACK 0x87, or DISCONNECT 0x87. @default 'puback' */
  deniedQos1: 'puback' | 'disconnect';
  /** Reason code of the DISCONNECT for too many filters in a SUBSCRIBE. @default 0x97 */
  tooManyFilters: number;
  /** Reason code of the DISCONNECT for a payload or a packet that is too large. @default 0x97 */
  tooLarge: number;
  /** A SUBSCRIBE at QoS 2 in 5.0: DISCONNECT 0x9B, or granted at QoS 1 as the standard wants. @default 'disconnect' */
  subscribeQos2: 'disconnect' | 'grant';
  /** A second CONNECT of a client identifier within a second: CONNACK 0x97 and close, or nothing. @default 'refuse' */
  connectTooSoon: 'refuse' | 'accept';
  /** Reason code of the DISCONNECT at the end of a connection's lifetime. @default 0x87 */
  lifetimeEnd: number;
  /** What a policy's `topicfilter/` is compared with for `$share/name/filter`. @default 'whole' */
  shareResource: 'whole' | 'filter';
  /** Whether messages are delivered where a policy lacks `iot:Receive`. @default false */
  deliverWithoutReceive: boolean;
  /**
   * Whether a persistent session or a will needs an `Allow` that names it in `iot:ConnectAttributes`. AWS's examples show
   * an `Allow` without a condition that covers every attribute. @default false
   */
  connectAttributesNeeded: boolean;
  /** Whether a SUBSCRIBE with a wildcard for the format of a command closes the connection. @default true */
  wildcardFormatCloses: boolean;
  /** The version of a shadow after its first update. @default 1 */
  firstShadowVersion: number;
  /** An update with a version where there is no shadow: 409, as reported after a deletion, or no matter. @default 'conflict' */
  versionWhenAbsent: 'conflict' | 'ignore';
  /** Whether an object in a shadow stays when its last key is removed. @default true */
  keepEmptyObjects: boolean;
  /** Metadata of an array: a timestamp for each element, or one for all. @default 'elements' */
  arrayMetadata: 'elements' | 'one';
  /** `previous` in the first document event of a shadow: an empty state, or left out. @default 'empty' */
  previousOfFirst: 'empty' | 'absent';
  /** Whether an update that leaves an old difference in place sends the delta again. @default true */
  repeatDelta: boolean;
  /** Other keys than `desired` and `reported` in `state`: refused with 400, or passed over. @default 'refuse' */
  otherStateKeys: 'refuse' | 'ignore';
  /** Whether a job may go from QUEUED to SUCCEEDED or FAILED without IN_PROGRESS. @default true */
  queuedToTerminal: boolean;
  /** Whether `notify` is sent, too, when a job becomes IN_PROGRESS. @default false */
  notifyProgress: boolean;
  /** Whether `bin` in the result of a command must be base64. @default true */
  binIsBase64: boolean;
  /** `errorCode` for an ownership token that is unknown, used or expired. */
  ownershipError: string;
  /** Whether pages may read the `Date` header of Cognito's answers. @default true */
  exposeDate: boolean;
}

export const SWITCHES: Readonly<Switches> = {
  signatureToleranceSeconds: 300,
  enforceExpires: true,
  endWithCredentials: false,
  refusedConnect311: 'close',
  refusedByAuthorizer: 0x87,
  deniedQos0: 'disconnect',
  deniedQos1: 'puback',
  tooManyFilters: 0x97,
  tooLarge: 0x97,
  subscribeQos2: 'disconnect',
  connectTooSoon: 'refuse',
  lifetimeEnd: 0x87,
  shareResource: 'whole',
  deliverWithoutReceive: false,
  connectAttributesNeeded: false,
  wildcardFormatCloses: true,
  firstShadowVersion: 1,
  versionWhenAbsent: 'conflict',
  keepEmptyObjects: true,
  arrayMetadata: 'elements',
  previousOfFirst: 'empty',
  repeatDelta: true,
  otherStateKeys: 'refuse',
  queuedToTerminal: true,
  notifyProgress: false,
  binIsBase64: true,
  ownershipError: 'InvalidCertificateOwnershipToken',
  exposeDate: true,
};
