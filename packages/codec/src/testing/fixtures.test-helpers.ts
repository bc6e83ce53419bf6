/*
 * Every kind of packet in both versions beside its bytes, written by hand from the standard. `decodeOnly` are bytes
 * that mean the packet but that we do not write: one of several forms.
 */
import type { Packet, ProtocolVersion } from '../packet.ts';
import { bytes, utf8 } from './bytes.test-helpers.ts';

export interface Fixture {
  readonly name: string;
  readonly version: ProtocolVersion;
  readonly packet: Packet;
  readonly bytes: Uint8Array;
  readonly decodeOnly?: boolean;
}

function fixture(version: ProtocolVersion, name: string, packet: Packet, ...hex: string[]): Fixture {
  return { name: `${name} ${version === 5 ? '(5.0)' : '(3.1.1)'}`, version, packet, bytes: bytes(...hex) };
}

function decodeOnly(version: ProtocolVersion, name: string, packet: Packet, ...hex: string[]): Fixture {
  return { ...fixture(version, name, packet, ...hex), decodeOnly: true };
}

const MQTT = '0004 4d515454';

const CONNECTS: readonly Fixture[] = [
  fixture(
    5,
    'CONNECT with nothing but what is needed',
    { type: 'connect', protocolVersion: 5, clientId: '', cleanStart: false, keepAliveSeconds: 0 },
    `10 0d ${MQTT} 05 00 0000 00 0000`,
  ),
  fixture(
    5,
    'CONNECT with everything',
    {
      type: 'connect',
      protocolVersion: 5,
      clientId: 'c1',
      cleanStart: true,
      keepAliveSeconds: 65_535,
      will: {
        topic: 'w',
        payload: bytes('00 ff'),
        qos: 2,
        retain: true,
        properties: {
          willDelayInterval: 0x01020304,
          payloadFormatIndicator: false,
          messageExpiryInterval: 0,
          contentType: '',
          responseTopic: 'r',
          correlationData: bytes('00'),
          userProperties: [['k', '']],
        },
      },
      username: 'u',
      password: bytes('00 ff'),
      properties: {
        sessionExpiryInterval: 0xffff_ffff,
        receiveMaximum: 1,
        maximumPacketSize: 0xffff_ffff,
        topicAliasMaximum: 258,
        requestResponseInformation: true,
        requestProblemInformation: false,
        userProperties: [
          ['a', 'b'],
          ['a', 'b'],
        ],
        authenticationMethod: 'm',
        authenticationData: bytes(''),
      },
    },
    `10 64 ${MQTT} 05 f6 ffff`,
    '29 11 ffffffff 21 0001 27 ffffffff 22 0102 19 01 17 00 26 0001 61 0001 62 26 0001 61 0001 62 15 0001 6d 16 0000',
    '0002 6331',
    '1d 18 01020304 01 00 02 00000000 03 0000 08 0001 72 09 0001 00 26 0001 6b 0000',
    '0001 77 0002 00ff 0001 75 0002 00ff',
  ),
  fixture(
    5,
    'CONNECT with a password and no user name',
    {
      type: 'connect',
      protocolVersion: 5,
      clientId: 'a',
      cleanStart: false,
      keepAliveSeconds: 60,
      password: bytes(''),
    },
    `10 10 ${MQTT} 05 40 003c 00 0001 61 0000`,
  ),
  fixture(
    4,
    'CONNECT with nothing but what is needed',
    { type: 'connect', protocolVersion: 4, clientId: '', cleanStart: true, keepAliveSeconds: 0 },
    `10 0c ${MQTT} 04 02 0000 0000`,
  ),
  fixture(
    4,
    'CONNECT with everything',
    {
      type: 'connect',
      protocolVersion: 4,
      clientId: 'c1',
      cleanStart: false,
      keepAliveSeconds: 258,
      will: { topic: 'w', payload: bytes(''), qos: 1, retain: false },
      username: '',
      password: bytes(''),
    },
    `10 17 ${MQTT} 04 cc 0102 0002 6331 0001 77 0000 0000 0000`,
  ),
];

const CONNACKS: readonly Fixture[] = [
  fixture(5, 'CONNACK', { type: 'connack', sessionPresent: false, reasonCode: 0 }, '20 03 00 00 00'),
  fixture(
    5,
    'CONNACK with every property',
    {
      type: 'connack',
      sessionPresent: true,
      reasonCode: 0,
      properties: {
        sessionExpiryInterval: 0x80000000,
        receiveMaximum: 65_535,
        maximumQoS: 0,
        retainAvailable: false,
        maximumPacketSize: 1,
        assignedClientIdentifier: 'id',
        topicAliasMaximum: 0,
        reasonString: '',
        userProperties: [['\u{1f600}', '\ufeff']],
        wildcardSubscriptionAvailable: true,
        subscriptionIdentifierAvailable: false,
        sharedSubscriptionAvailable: true,
        serverKeepAlive: 0,
        responseInformation: 'ri',
        serverReference: 's',
        authenticationMethod: 'm',
        authenticationData: bytes('ff'),
      },
    },
    '20 45 01 00 42 11 80000000 21 ffff 24 00 25 00 27 00000001 12 0002 6964 22 0000 1f 0000',
    '26 0004 f09f9880 0003 efbbbf 28 01 29 00 2a 01 13 0000 1a 0002 7269 1c 0001 73 15 0001 6d 16 0001 ff',
  ),
  fixture(5, 'CONNACK that refuses', { type: 'connack', sessionPresent: false, reasonCode: 0x87 }, '20 03 00 87 00'),
  decodeOnly(
    5,
    'CONNACK with a code we do not know',
    { type: 'connack', sessionPresent: false, reasonCode: 0xff },
    '20 03 00 ff 00',
  ),
  decodeOnly(
    5,
    'CONNACK of a server that knows 3.1.1 only',
    { type: 'connack', sessionPresent: false, reasonCode: 0x84 },
    '20 02 00 01',
  ),
  decodeOnly(
    5,
    'CONNACK with its properties in reverse order [SEC-2.2.2.2-b]',
    {
      type: 'connack',
      sessionPresent: false,
      reasonCode: 0,
      properties: { receiveMaximum: 2, sessionExpiryInterval: 1 },
    },
    '20 0b 00 00 08 21 0002 11 00000001',
  ),
  fixture(4, 'CONNACK', { type: 'connack', sessionPresent: true, reasonCode: 0 }, '20 02 01 00'),
  fixture(4, 'CONNACK that refuses', { type: 'connack', sessionPresent: false, reasonCode: 5 }, '20 02 00 05'),
  decodeOnly(
    4,
    'CONNACK with a reserved code',
    { type: 'connack', sessionPresent: false, reasonCode: 6 },
    '20 02 00 06',
  ),
];

const LONG = new Uint8Array(300).fill(0x61);

const PUBLISHES: readonly Fixture[] = [
  fixture(
    5,
    'PUBLISH at QoS 0',
    { type: 'publish', topic: 't', payload: bytes('0001'), qos: 0, retain: false, duplicate: false },
    '30 06 0001 74 00 0001',
  ),
  fixture(
    5,
    'PUBLISH at QoS 1 with properties',
    {
      type: 'publish',
      topic: 'a/b',
      payload: utf8('é'),
      qos: 1,
      retain: false,
      duplicate: true,
      packetId: 0x1234,
      properties: {
        payloadFormatIndicator: true,
        messageExpiryInterval: 0xffff_fffe,
        topicAlias: 258,
        responseTopic: 'r',
        correlationData: bytes('00 ff'),
        userProperties: [
          ['b', '1'],
          ['a', '2'],
          ['b', '3'],
        ],
        contentType: '',
      },
    },
    '3a 35 0003 612f62 1234 2b 01 01 02 fffffffe 23 0102 08 0001 72 09 0002 00ff',
    '26 0001 62 0001 31 26 0001 61 0001 32 26 0001 62 0001 33 03 0000 c3a9',
  ),
  fixture(
    5,
    'PUBLISH at QoS 2 with the identifiers of its subscriptions',
    {
      type: 'publish',
      topic: 't',
      payload: bytes(''),
      qos: 2,
      retain: true,
      duplicate: false,
      packetId: 65_535,
      properties: { subscriptionIdentifier: [1, 128, 128, 268_435_455] },
    },
    '35 13 0001 74 ffff 0d 0b 01 0b 8001 0b 8001 0b ffffff7f',
  ),
  fixture(
    5,
    'PUBLISH with an alias for its topic',
    {
      type: 'publish',
      topic: '',
      payload: bytes(''),
      qos: 0,
      retain: true,
      duplicate: false,
      properties: { topicAlias: 1 },
    },
    '31 06 0000 03 23 0001',
  ),
  fixture(
    5,
    'PUBLISH with a length of two bytes',
    { type: 'publish', topic: 't', payload: LONG, qos: 0, retain: false, duplicate: false },
    `30 b002 0001 74 00 ${'61'.repeat(300)}`,
  ),
  fixture(
    4,
    'PUBLISH at QoS 0',
    { type: 'publish', topic: 't', payload: utf8('x'), qos: 0, retain: false, duplicate: false },
    '30 04 0001 74 78',
  ),
  fixture(
    4,
    'PUBLISH at QoS 1',
    { type: 'publish', topic: '\ufeffa', payload: bytes('00'), qos: 1, retain: true, duplicate: true, packetId: 258 },
    '3b 09 0004 efbbbf61 0102 00',
  ),
  fixture(
    4,
    'PUBLISH at QoS 2',
    { type: 'publish', topic: 't', payload: bytes(''), qos: 2, retain: false, duplicate: false, packetId: 1 },
    '34 05 0001 74 0001',
  ),
];

const ACKS: readonly Fixture[] = (
  [
    ['puback', 0x40, 0x10],
    ['pubrec', 0x50, 0x97],
    ['pubrel', 0x62, 0x92],
    ['pubcomp', 0x70, 0x92],
  ] as const
).flatMap(([type, first, code]) => {
  const name = type.toUpperCase();
  const [head, reason] = [first, code].map((value) => value.toString(16));
  return [
    fixture(5, name, { type, packetId: 0x1234, reasonCode: 0 }, `${head} 02 1234`),
    fixture(5, `${name} with a code`, { type, packetId: 0xffff, reasonCode: code }, `${head} 03 ffff ${reason}`),
    fixture(
      5,
      `${name} with properties`,
      { type, packetId: 1, reasonCode: 0, properties: { reasonString: 'no', userProperties: [['', '']] } },
      `${head} 0e 0001 00 0a 1f 0002 6e6f 26 0000 0000`,
    ),
    decodeOnly(5, `${name} of three bytes`, { type, packetId: 1, reasonCode: 0 }, `${head} 03 0001 00`),
    decodeOnly(5, `${name} of four bytes`, { type, packetId: 1, reasonCode: code }, `${head} 04 0001 ${reason} 00`),
    fixture(4, name, { type, packetId: 0x1234, reasonCode: 0 }, `${head} 02 1234`),
  ];
});

const SUBSCRIPTIONS: readonly Fixture[] = [
  fixture(
    5,
    'SUBSCRIBE',
    {
      type: 'subscribe',
      packetId: 10,
      subscriptions: [{ filter: 'a/b', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
    },
    '82 09 000a 00 0003 612f62 01',
  ),
  fixture(
    5,
    'SUBSCRIBE with options and properties',
    {
      type: 'subscribe',
      packetId: 1,
      subscriptions: [
        { filter: '#', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 },
        { filter: '$share/g//t', qos: 0, noLocal: false, retainAsPublished: true, retainHandling: 1 },
      ],
      properties: { subscriptionIdentifier: 16_384, userProperties: [['k', 'v']] },
    },
    '82 20 0001 0b 0b 808001 26 0001 6b 0001 76 0001 23 2e 000b 2473686172652f672f2f74 18',
  ),
  fixture(
    4,
    'SUBSCRIBE',
    {
      type: 'subscribe',
      packetId: 10,
      subscriptions: [
        { filter: 'a/b', qos: 1 },
        { filter: '$share/x', qos: 2 },
      ],
    },
    '82 13 000a 0003 612f62 01 0008 2473686172652f78 02',
  ),
  fixture(5, 'SUBACK', { type: 'suback', packetId: 1, reasonCodes: [0, 1, 2, 0x80, 0xa2] }, '90 08 0001 00 00010280a2'),
  fixture(
    5,
    'SUBACK with properties',
    { type: 'suback', packetId: 2, reasonCodes: [0x87], properties: { reasonString: 'x' } },
    '90 08 0002 04 1f 0001 78 87',
  ),
  fixture(4, 'SUBACK', { type: 'suback', packetId: 1, reasonCodes: [0, 1, 2, 0x80] }, '90 06 0001 00010280'),
  fixture(5, 'UNSUBSCRIBE', { type: 'unsubscribe', packetId: 10, filters: ['a/b'] }, 'a2 08 000a 00 0003 612f62'),
  fixture(
    5,
    'UNSUBSCRIBE with properties',
    { type: 'unsubscribe', packetId: 1, filters: ['+', 'A/é/+'], properties: { userProperties: [['k', 'v']] } },
    'a2 15 0001 07 26 0001 6b 0001 76 0001 2b 0006 412fc3a92f2b',
  ),
  fixture(
    4,
    'UNSUBSCRIBE',
    { type: 'unsubscribe', packetId: 10, filters: ['a/b', '#'] },
    'a2 0a 000a 0003 612f62 0001 23',
  ),
  fixture(5, 'UNSUBACK', { type: 'unsuback', packetId: 1, reasonCodes: [0, 0x11, 0x8f] }, 'b0 06 0001 00 00118f'),
  fixture(
    5,
    'UNSUBACK with properties',
    { type: 'unsuback', packetId: 2, reasonCodes: [0], properties: { reasonString: '' } },
    'b0 07 0002 03 1f 0000 00',
  ),
  fixture(4, 'UNSUBACK', { type: 'unsuback', packetId: 1, reasonCodes: [] }, 'b0 02 0001'),
];

const OTHERS: readonly Fixture[] = [
  fixture(5, 'PINGREQ', { type: 'pingreq' }, 'c0 00'),
  fixture(4, 'PINGREQ', { type: 'pingreq' }, 'c0 00'),
  fixture(5, 'PINGRESP', { type: 'pingresp' }, 'd0 00'),
  fixture(4, 'PINGRESP', { type: 'pingresp' }, 'd0 00'),
  fixture(5, 'DISCONNECT', { type: 'disconnect', reasonCode: 0 }, 'e0 00'),
  fixture(5, 'DISCONNECT with a code', { type: 'disconnect', reasonCode: 0x04 }, 'e0 01 04'),
  fixture(
    5,
    'DISCONNECT with properties of a client',
    { type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } },
    'e0 07 00 05 11 00000000',
  ),
  fixture(
    5,
    'DISCONNECT with properties of a server',
    {
      type: 'disconnect',
      reasonCode: 0x9d,
      properties: { reasonString: 'r', userProperties: [['a', 'b']], serverReference: 's' },
    },
    'e0 11 9d 0f 1f 0001 72 26 0001 61 0001 62 1c 0001 73',
  ),
  decodeOnly(5, 'DISCONNECT of two bytes', { type: 'disconnect', reasonCode: 0x8b }, 'e0 02 8b 00'),
  decodeOnly(5, 'DISCONNECT with a code we do not know', { type: 'disconnect', reasonCode: 0xff }, 'e0 01 ff'),
  decodeOnly(5, 'DISCONNECT for a bad authentication method', { type: 'disconnect', reasonCode: 0x8c }, 'e0 01 8c'),
  fixture(4, 'DISCONNECT', { type: 'disconnect', reasonCode: 0 }, 'e0 00'),
  fixture(
    5,
    'AUTH',
    {
      type: 'auth',
      reasonCode: 0x18,
      properties: {
        authenticationMethod: 'm',
        authenticationData: bytes('0102'),
        reasonString: 'r',
        userProperties: [['', 'v']],
      },
    },
    'f0 15 18 13 15 0001 6d 16 0002 0102 1f 0001 72 26 0000 0001 76',
  ),
  fixture(
    5,
    'AUTH that ends in success',
    { type: 'auth', reasonCode: 0, properties: { authenticationMethod: '' } },
    'f0 05 00 03 15 0000',
  ),
];

export const FIXTURES: readonly Fixture[] = [
  ...CONNECTS,
  ...CONNACKS,
  ...PUBLISHES,
  ...ACKS,
  ...SUBSCRIPTIONS,
  ...OTHERS,
];
