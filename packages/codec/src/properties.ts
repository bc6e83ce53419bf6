/*
 * TABLE 1: the properties of MQTT 5.0, section 2.2.2.2. One row each; the types, the writer, the reader and the
 * validation are derived from the row, so adding a property is adding a row.
 */
import { CLIENT, SERVER } from './sender.ts';

/** A packet, or the will inside CONNECT, that can carry properties. */
export type PropertyHost =
  | 'connect'
  | 'will'
  | 'connack'
  | 'publish'
  | 'puback'
  | 'pubrec'
  | 'pubrel'
  | 'pubcomp'
  | 'subscribe'
  | 'suback'
  | 'unsubscribe'
  | 'unsuback'
  | 'disconnect'
  | 'auth';

/** How each kind of property looks in the API. */
export interface PropertyValues {
  /** A byte that is 0 or 1. */
  flag: boolean;
  u8: number;
  u16: number;
  u32: number;
  varint: number;
  string: string;
  /** A string that follows the rules of topic names. */
  topic: string;
  binary: Uint8Array;
  pair: readonly [name: string, value: string];
}

/** A row of the table of properties. */
export interface PropertySpec {
  readonly id: number;
  readonly type: keyof PropertyValues;
  readonly in: readonly PropertyHost[];
  /** Hosts in which it may stand more than once; there the value is an array. */
  readonly many?: readonly PropertyHost[];
  readonly min?: number;
  readonly max?: number;
  /** Reason code for a number out of range, where it is not 0x82. */
  readonly outOfRange?: number;
  /** Packets in which only one side may send it: bits of senders. */
  readonly from?: { readonly [Host in PropertyHost]?: number };
}

const MESSAGE = ['publish', 'will'] as const satisfies readonly PropertyHost[];
const HANDSHAKE = ['connect', 'connack'] as const satisfies readonly PropertyHost[];
const AUTHENTICATION = ['connect', 'connack', 'auth'] as const satisfies readonly PropertyHost[];
const REASONED = [
  'connack',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'suback',
  'unsuback',
  'disconnect',
  'auth',
] as const satisfies readonly PropertyHost[];
const EVERYWHERE = [
  ...REASONED,
  'connect',
  'will',
  'publish',
  'subscribe',
  'unsubscribe',
] as const satisfies readonly PropertyHost[];

/** Every property, by its name in this package. */
export const PROPERTIES = {
  /** Whether the payload is UTF-8 text. */
  payloadFormatIndicator: { id: 0x01, type: 'flag', in: MESSAGE },
  /** Seconds until the server should drop the message if it is undelivered. */
  messageExpiryInterval: { id: 0x02, type: 'u32', in: MESSAGE },
  contentType: { id: 0x03, type: 'string', in: MESSAGE },
  /** The topic name for a response; its presence makes the message a request. */
  responseTopic: { id: 0x08, type: 'topic', in: MESSAGE },
  correlationData: { id: 0x09, type: 'binary', in: MESSAGE },
  /** In SUBSCRIBE the identifier asked for; in a PUBLISH from the server those of all matching subscriptions. */
  subscriptionIdentifier: {
    id: 0x0b,
    type: 'varint',
    in: ['publish', 'subscribe'],
    many: ['publish'],
    min: 1,
    from: { publish: SERVER },
  },
  /** Seconds the session outlives the connection; 0xFFFFFFFF never expires. */
  sessionExpiryInterval: {
    id: 0x11,
    type: 'u32',
    in: ['connect', 'connack', 'disconnect'],
    from: { disconnect: CLIENT },
  },
  assignedClientIdentifier: { id: 0x12, type: 'string', in: ['connack'] },
  /** Seconds; replaces the keep alive that the client asked for, even when 0 or larger. */
  serverKeepAlive: { id: 0x13, type: 'u16', in: ['connack'] },
  authenticationMethod: { id: 0x15, type: 'string', in: AUTHENTICATION },
  authenticationData: { id: 0x16, type: 'binary', in: AUTHENTICATION },
  requestProblemInformation: { id: 0x17, type: 'flag', in: ['connect'] },
  /** Seconds between the loss of the connection and the will. */
  willDelayInterval: { id: 0x18, type: 'u32', in: ['will'] },
  requestResponseInformation: { id: 0x19, type: 'flag', in: ['connect'] },
  responseInformation: { id: 0x1a, type: 'string', in: ['connack'] },
  serverReference: { id: 0x1c, type: 'string', in: ['connack', 'disconnect'], from: { disconnect: SERVER } },
  reasonString: { id: 0x1f, type: 'string', in: REASONED },
  receiveMaximum: { id: 0x21, type: 'u16', in: HANDSHAKE, min: 1 },
  topicAliasMaximum: { id: 0x22, type: 'u16', in: HANDSHAKE },
  topicAlias: { id: 0x23, type: 'u16', in: ['publish'], min: 1, outOfRange: 0x94 },
  /** 0 or 1; absent means 2. */
  maximumQoS: { id: 0x24, type: 'u8', in: ['connack'], max: 1 },
  retainAvailable: { id: 0x25, type: 'flag', in: ['connack'] },
  /** Name and value; the order matters and a name may stand more than once. */
  userProperties: { id: 0x26, type: 'pair', in: EVERYWHERE, many: EVERYWHERE },
  /** Bytes of a whole packet, fixed header included. */
  maximumPacketSize: { id: 0x27, type: 'u32', in: HANDSHAKE, min: 1 },
  wildcardSubscriptionAvailable: { id: 0x28, type: 'flag', in: ['connack'] },
  subscriptionIdentifierAvailable: { id: 0x29, type: 'flag', in: ['connack'] },
  sharedSubscriptionAvailable: { id: 0x2a, type: 'flag', in: ['connack'] },
} as const satisfies Record<string, PropertySpec>;

type Table = typeof PROPERTIES;

/** The name of a property in this package. */
export type PropertyName = keyof Table;

type ValueIn<Name extends PropertyName, Host extends PropertyHost> = Table[Name] extends {
  readonly many: readonly (infer Many)[];
}
  ? Host extends Many
    ? readonly PropertyValues[Table[Name]['type']][]
    : PropertyValues[Table[Name]['type']]
  : PropertyValues[Table[Name]['type']];

/** The properties that a packet may carry, derived from the table. */
export type PropertiesOf<Host extends PropertyHost> = {
  readonly [Name in PropertyName as Host extends Table[Name]['in'][number] ? Name : never]?: ValueIn<Name, Host>;
};

/** The properties of a will, section 3.1.3.2. */
export type WillProperties = PropertiesOf<'will'>;
