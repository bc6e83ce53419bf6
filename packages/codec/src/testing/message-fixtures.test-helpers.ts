import { bytes, utf8 } from './bytes.test-helpers.ts';
import { type Fixture, decodeOnly, fixture } from './fixture.test-helpers.ts';

const LONG = new Uint8Array(300).fill(0x61);

export const PUBLISHES: readonly Fixture[] = [
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

export const ACKS: readonly Fixture[] = (
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

export const SUBSCRIPTIONS: readonly Fixture[] = [
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
