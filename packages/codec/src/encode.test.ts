import { describe, expect, it } from 'vitest';
import { encode, encodeInto, packetSize } from './encode.ts';
import { InvalidPacketError } from './errors.ts';
import type { Packet, ProtocolVersion, PublishPacket } from './packet.ts';
import { bytes, decode, refusedField, toHex, utf8 } from './testing/bytes.test-helpers.ts';
import { Writer } from './writer.ts';

const PUBLISH: PublishPacket = {
  type: 'publish',
  topic: 't',
  payload: utf8('x'),
  qos: 0,
  retain: false,
  duplicate: false,
};
const QOS1: PublishPacket = { ...PUBLISH, qos: 1, packetId: 1 };

/** A packet as one would write it without types. */
function loose(packet: object): Packet {
  return packet as Packet;
}

describe('encode', () => {
  it('sends exactly the view it is given', () => {
    const larger = bytes('00 01 02 03 04');
    const [packet] = decode(encode({ ...PUBLISH, payload: larger.subarray(1, 4) }, 5), 5) as [PublishPacket];
    expect(packet.payload).toStrictEqual(bytes('01 02 03'));
  });

  it('gives bytes that later packets do not change', () => {
    const first = encode(PUBLISH, 5);
    const before = toHex(first);
    const all = Array.from({ length: 5000 }, (_, index) => encode({ ...PUBLISH, topic: `t/${index}` }, 5));
    expect(toHex(first)).toBe(before);
    expect(all.map((encoded) => (decode(encoded, 5)[0] as PublishPacket).topic)).toEqual(
      all.map((_, index) => `t/${index}`),
    );
  });

  it('takes packets of any size', () => {
    for (const length of [0, 1, 100, 7000, 8192, 9000, 50_000]) {
      const packet = { ...PUBLISH, payload: new Uint8Array(length).fill(7) };
      expect(decode(encode(packet, 5), 5)).toEqual([packet]);
      expect(packetSize(packet, 5)).toBe(encode(packet, 5).length);
    }
  });

  it('goes on when a buffer that it gave was transferred away', () => {
    const { buffer } = encode(PUBLISH, 5);
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    expect(decode(encode(PUBLISH, 5), 5)).toEqual([PUBLISH]);
  });

  it('may be called by a getter of the packet it writes', () => {
    const properties = {
      get contentType() {
        return toHex(encode(PUBLISH, 5));
      },
    };
    expect(decode(encode({ ...PUBLISH, properties }, 5), 5)).toStrictEqual([
      { ...PUBLISH, properties: { contentType: '30050001740078' } },
    ]);
  });

  it('passes errors of the packet itself on', () => {
    const properties = {
      get contentType(): string {
        throw new RangeError('mine');
      },
    };
    expect(() => encode({ ...PUBLISH, properties }, 5)).toThrow(RangeError);
    expect(decode(encode(PUBLISH, 5), 5)).toEqual([PUBLISH]);
  });
});

describe('encodeInto', () => {
  it('leaves the writer as it was when a packet is refused, wherever that happens', () => {
    const writer = new Writer(8);
    encodeInto(writer, PUBLISH, 5);
    const before = toHex(writer.view());
    const bad: Packet[] = [
      loose({ ...PUBLISH, qos: 3 }),
      { ...PUBLISH, topic: 'a/#' },
      {
        ...PUBLISH,
        properties: {
          userProperties: [
            ['a'.repeat(100), 'b'],
            ['c', '\ud800'],
          ],
        },
      },
      loose({ ...PUBLISH, payload: 'text' }),
      { type: 'suback', packetId: 1, reasonCodes: [0, 3] },
      { type: 'auth', reasonCode: 0x18 },
      loose({ type: 'nothing' }),
    ];
    for (const packet of bad) {
      expect(() => encodeInto(writer, packet, 5)).toThrow(InvalidPacketError);
      expect(toHex(writer.view())).toBe(before);
    }
    encodeInto(writer, { type: 'pingreq' }, 5);
    expect(toHex(writer.view())).toBe(`${before}c000`);
  });

  it('tells the same path again after a refusal', () => {
    const writer = new Writer();
    const bad: Packet = { ...PUBLISH, properties: { userProperties: [['a', '\0']] } };
    for (let round = 0; round < 2; round++) {
      expect(refusedField(() => encodeInto(writer, bad, 5))).toBe('properties.userProperties[0]');
    }
  });
});

it('packets are at most 268,435,455 bytes after their header [SEC-1.5.5-a]', () => {
  // As much as is looked at before anything is copied.
  const payload = (length: number) => ({ length, BYTES_PER_ELEMENT: 1 }) as Uint8Array;
  const packet = { ...PUBLISH, payload: payload(268_435_455 - 4) };
  expect(packetSize(packet, 5)).toBe(268_435_460);
  const larger = { ...packet, payload: payload(268_435_452) };
  expect(refusedField(() => packetSize(larger, 5))).toBe('payload');
  expect(refusedField(() => encode(larger, 5))).toBe('payload');
});

describe('InvalidPacketError', () => {
  it('says what is wrong with which field', () => {
    const error = new InvalidPacketError('subscriptions[2].filter', 'is empty');
    expect(error).toMatchObject({
      name: 'InvalidPacketError',
      field: 'subscriptions[2].filter',
      problem: 'is empty',
      message: 'subscriptions[2].filter is empty',
    });
    expect(error).toBeInstanceOf(Error);
  });

  const CONNECT = { type: 'connect', protocolVersion: 5, clientId: '', cleanStart: true, keepAliveSeconds: 0 } as const;
  const WILL = { topic: 'w', payload: bytes(), qos: 0, retain: false } as const;
  const SUBSCRIBE = { type: 'subscribe', packetId: 1 } as const;
  const both: readonly ProtocolVersion[] = [4, 5];

  type Case = readonly [field: string, packet: object, versions: readonly ProtocolVersion[], ids?: string];

  const cases: readonly Case[] = [
    ['type', { type: 'constructor' }, both],
    ['type', {}, both],
    ['type', { type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'm' } }, [4], '[SEC3-2.2.1-a]'],

    ['topic', { ...PUBLISH, topic: '' }, both, '[MQTT-4.7.3-1] [MQTT3-4.7.3-1] [SEC-3.3.2.1-a]'],
    ['topic', { ...PUBLISH, topic: 'a/+' }, both, '[MQTT-3.3.2-2] [MQTT3-3.3.2-2] [MQTT-4.7.0-1]'],
    ['topic', { ...PUBLISH, topic: 'a/#' }, both, '[MQTT-3.3.2-2] [MQTT3-3.3.2-2] [MQTT3-4.7.1-1]'],
    ['topic', { ...PUBLISH, topic: 'a\ud800' }, both, '[MQTT-1.5.4-1] [MQTT3-1.5.3-1]'],
    ['topic', { ...PUBLISH, topic: 't\0' }, both, '[MQTT-1.5.4-2] [MQTT3-1.5.3-2] [MQTT-4.7.3-2] [MQTT3-4.7.3-2]'],
    ['topic', { ...PUBLISH, topic: 'a/+', properties: { topicAlias: 1 } }, [5], '[MQTT-3.3.2-2]'],
    ['topic', { ...PUBLISH, topic: undefined }, both],
    ['qos', { ...PUBLISH, qos: 3 }, both, '[MQTT-3.3.1-4] [MQTT3-3.3.1-4]'],
    ['qos', { ...PUBLISH, qos: '1' }, both],
    ['duplicate', { ...PUBLISH, duplicate: true }, both, '[MQTT-3.3.1-2] [MQTT3-3.3.1-2]'],
    ['retain', { ...PUBLISH, retain: 1 }, both],
    ['packetId', { ...PUBLISH, packetId: 1 }, both, '[MQTT-2.2.1-2] [MQTT3-2.3.1-5]'],
    ['packetId', { ...QOS1, packetId: undefined }, both, '[MQTT-2.2.1-3] [MQTT3-2.3.1-1]'],
    ['packetId', { ...QOS1, packetId: 0 }, both, '[MQTT-2.2.1-3] [MQTT3-2.3.1-1]'],
    ['packetId', { ...QOS1, packetId: 65_536 }, both],
    ['packetId', { ...QOS1, packetId: 1.5 }, both],
    ['payload', { ...PUBLISH, payload: 'text' }, both],
    ['payload', { ...PUBLISH, payload: undefined }, both],
    ['payload', { ...PUBLISH, payload: new ArrayBuffer(1) }, both],
    ['payload', { ...PUBLISH, payload: new Uint16Array(1) }, both],
    [
      'payload',
      { ...PUBLISH, payload: bytes('ff'), properties: { payloadFormatIndicator: true } },
      [5],
      '[SEC-3.3.2.3.2-a]',
    ],

    ['properties.topicAlias', { ...PUBLISH, properties: { topicAlias: 0 } }, [5], '[MQTT-3.3.2-8]'],
    ['properties.topicAlias', { ...PUBLISH, properties: { topicAlias: 65_536 } }, [5], '[SEC-1.5.2-a]'],
    [
      'properties.messageExpiryInterval',
      { ...PUBLISH, properties: { messageExpiryInterval: -1 } },
      [5],
      '[SEC-1.5.3-a]',
    ],
    [
      'properties.messageExpiryInterval',
      { ...PUBLISH, properties: { messageExpiryInterval: 2 ** 32 } },
      [5],
      '[SEC-1.5.3-a]',
    ],
    ['properties.messageExpiryInterval', { ...PUBLISH, properties: { messageExpiryInterval: Number.NaN } }, [5]],
    ['properties.payloadFormatIndicator', { ...PUBLISH, properties: { payloadFormatIndicator: 1 } }, [5]],
    ['properties.contentType', { ...PUBLISH, properties: { contentType: '\udc00' } }, [5], '[MQTT-3.3.2-19]'],
    ['properties.contentType', { ...PUBLISH, properties: { contentType: 7 } }, [5]],
    ['properties.responseTopic', { ...PUBLISH, properties: { responseTopic: 'a/#' } }, [5], '[MQTT-3.3.2-14]'],
    ['properties.responseTopic', { ...PUBLISH, properties: { responseTopic: '' } }, [5], '[MQTT-3.3.2-14]'],
    ['properties.responseTopic', { ...PUBLISH, properties: { responseTopic: '\ud800' } }, [5], '[MQTT-3.3.2-13]'],
    [
      'properties.correlationData',
      { ...PUBLISH, properties: { correlationData: new Uint8Array(65_536) } },
      [5],
      '[SEC-1.5.6-a]',
    ],
    ['properties.userProperties', { ...PUBLISH, properties: { userProperties: { a: 'b' } } }, [5]],
    ['properties.userProperties[1]', { ...PUBLISH, properties: { userProperties: [['a', 'b'], ['a']] } }, [5]],
    [
      'properties.userProperties[0]',
      { ...PUBLISH, properties: { userProperties: [['\ud800', 'b']] } },
      [5],
      '[MQTT-1.5.7-1]',
    ],
    [
      'properties.userProperties[0]',
      { ...PUBLISH, properties: { userProperties: [['b', '\ud800']] } },
      [5],
      '[MQTT-1.5.7-1]',
    ],
    ['properties.subscriptionIdentifier', { ...PUBLISH, properties: { subscriptionIdentifier: 1 } }, [5]],
    ['properties.subscriptionIdentifier[1]', { ...PUBLISH, properties: { subscriptionIdentifier: [1, 0] } }, [5]],
    ['properties.willDelayInterval', { ...PUBLISH, properties: { willDelayInterval: 1 } }, [5], '[SEC-2.2.2.2-a]'],
    ['properties.toString', { ...PUBLISH, properties: { toString: 'x' } }, [5]],
    ['properties.nonsense', { ...PUBLISH, properties: { nonsense: 0 } }, [5]],
    ['properties.contentType', { ...PUBLISH, properties: { contentType: 'x' } }, [4]],
    [
      'properties.reasonString',
      { type: 'puback', packetId: 1, reasonCode: 0, properties: { reasonString: '' } },
      [4],
      '[SEC3-3.4.1-a]',
    ],

    ['protocolVersion', { ...CONNECT, protocolVersion: 3 }, both, '[MQTT-3.1.2-2]'],
    ['cleanStart', { ...CONNECT, cleanStart: undefined }, [5]],
    ['clientId', { ...CONNECT, clientId: 'a\ud800' }, [5], '[MQTT-3.1.3-4]'],
    ['clientId', { ...CONNECT, protocolVersion: 4, clientId: 'a\0' }, [4], '[MQTT3-3.1.3-4]'],
    ['clientId', { ...CONNECT, protocolVersion: 4, cleanStart: false }, [4], '[MQTT3-3.1.3-7]'],
    ['keepAliveSeconds', { ...CONNECT, keepAliveSeconds: 65_536 }, [5], '[SEC-3.1.2.10-c] [SEC-1.5.2-a]'],
    ['keepAliveSeconds', { ...CONNECT, keepAliveSeconds: -1 }, [5], '[SEC-3.1.2.10-c]'],
    ['keepAliveSeconds', { ...CONNECT, keepAliveSeconds: 1.5 }, [5], '[SEC-3.1.2.10-c]'],
    ['username', { ...CONNECT, username: '\ud800' }, [5], '[MQTT-3.1.3-12]'],
    ['username', { ...CONNECT, protocolVersion: 4, username: '\0' }, [4], '[MQTT3-3.1.3-11]'],
    ['password', { ...CONNECT, password: 'secret' }, [5]],
    ['password', { ...CONNECT, password: new Uint8Array(65_536) }, [5], '[SEC-1.5.6-a]'],
    ['password', { ...CONNECT, protocolVersion: 4, password: bytes() }, [4], '[MQTT3-3.1.2-22]'],
    ['will.qos', { ...CONNECT, will: { ...WILL, qos: 3 } }, [5], '[MQTT-3.1.2-12]'],
    ['will.qos', { ...CONNECT, protocolVersion: 4, will: { ...WILL, qos: 3 } }, [4], '[MQTT3-3.1.2-14]'],
    ['will.retain', { ...CONNECT, will: { ...WILL, retain: undefined } }, [5]],
    ['will.topic', { ...CONNECT, will: { ...WILL, topic: '' } }, [5], '[MQTT-3.1.3-11]'],
    ['will.topic', { ...CONNECT, will: { ...WILL, topic: 'a/#' } }, [5], '[MQTT-3.1.3-11]'],
    ['will.topic', { ...CONNECT, protocolVersion: 4, will: { ...WILL, topic: '\0' } }, [4], '[MQTT3-3.1.3-10]'],
    ['will.payload', { ...CONNECT, will: { ...WILL, payload: new Uint8Array(65_536) } }, [5], '[SEC-1.5.6-a]'],
    [
      'will.payload',
      { ...CONNECT, will: { ...WILL, payload: bytes('ff'), properties: { payloadFormatIndicator: true } } },
      [5],
      '[SEC-3.1.3.2.3-a]',
    ],
    [
      'will.properties.willDelayInterval',
      { ...CONNECT, will: { ...WILL, properties: { willDelayInterval: 0.5 } } },
      [5],
    ],
    [
      'will.properties.topicAlias',
      { ...CONNECT, will: { ...WILL, properties: { topicAlias: 1 } } },
      [5],
      '[SEC-2.2.2.2-a]',
    ],
    ['properties.willDelayInterval', { ...CONNECT, properties: { willDelayInterval: 1 } }, [5], '[SEC-3.1.3.2.2-a]'],
    ['properties.receiveMaximum', { ...CONNECT, properties: { receiveMaximum: 0 } }, [5], '[SEC-3.1.2.11.3-a]'],
    ['properties.receiveMaximum', { ...CONNECT, properties: { receiveMaximum: 65_536 } }, [5], '[SEC-3.1.2.11.3-a]'],
    ['properties.maximumPacketSize', { ...CONNECT, properties: { maximumPacketSize: 0 } }, [5], '[SEC-3.1.2.11.4-a]'],
    [
      'properties.sessionExpiryInterval',
      { ...CONNECT, properties: { sessionExpiryInterval: 4_294_967_296 } },
      [5],
      '[SEC-3.1.2.11.2-a]',
    ],
    [
      'properties.authenticationMethod',
      { ...CONNECT, properties: { authenticationData: bytes() } },
      [5],
      '[SEC-3.1.2.11.10-a]',
    ],

    ['sessionPresent', { type: 'connack', sessionPresent: true, reasonCode: 0x87 }, [5], '[MQTT-3.2.2-6]'],
    ['sessionPresent', { type: 'connack', sessionPresent: true, reasonCode: 5 }, [4], '[MQTT3-3.2.2-4]'],
    ['reasonCode', { type: 'connack', sessionPresent: false, reasonCode: 0x8b }, [5], '[MQTT-3.2.2-8]'],
    ['reasonCode', { type: 'connack', sessionPresent: false, reasonCode: 6 }, [4], '[SEC3-3.2.2.3-a]'],
    [
      'properties.maximumQoS',
      { type: 'connack', sessionPresent: false, reasonCode: 0, properties: { maximumQoS: 2 } },
      [5],
      '[SEC-3.2.2.3.4-a]',
    ],

    ['packetId', { type: 'puback', packetId: 0, reasonCode: 0 }, both],
    ['reasonCode', { type: 'puback', packetId: 1, reasonCode: 0x92 }, [5], '[MQTT-3.4.2-1]'],
    ['reasonCode', { type: 'pubrel', packetId: 1, reasonCode: 0x80 }, [5], '[MQTT-3.6.2-1]'],
    ['reasonCode', { type: 'pubrec', packetId: 1, reasonCode: 0x10 }, [4], '[SEC3-3.4.1-a]'],
    ['reasonCode', { type: 'puback', packetId: 1 }, both],

    ['subscriptions', { ...SUBSCRIBE, subscriptions: [] }, both, '[MQTT-3.8.3-2] [MQTT3-3.8.3-3]'],
    ['subscriptions', { ...SUBSCRIBE }, both, '[MQTT-3.8.3-2] [MQTT3-3.8.3-3]'],
    [
      'subscriptions[1].filter',
      {
        ...SUBSCRIBE,
        subscriptions: [
          { filter: 'a', qos: 0 },
          { filter: 'a#', qos: 0 },
        ],
      },
      both,
      '[MQTT-4.7.1-1]',
    ],
    [
      'subscriptions[0].filter',
      { ...SUBSCRIBE, subscriptions: [{ filter: '\ud800', qos: 0 }] },
      both,
      '[MQTT-3.8.3-1] [MQTT3-3.8.3-1]',
    ],
    ['subscriptions[0].filter', { ...SUBSCRIBE, subscriptions: [{ filter: '', qos: 0 }] }, both, '[MQTT-4.7.3-1]'],
    [
      'subscriptions[0].filter',
      { ...SUBSCRIBE, subscriptions: [{ filter: '$share//t', qos: 0 }] },
      [5],
      '[MQTT-4.8.2-1]',
    ],
    [
      'subscriptions[0].filter',
      { ...SUBSCRIBE, subscriptions: [{ filter: '$share/+/t', qos: 0 }] },
      [5],
      '[MQTT-4.8.2-2]',
    ],
    [
      'subscriptions[0].qos',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 3 }] },
      both,
      '[SEC-3.8.3.1-a] [MQTT3-3-8.3-4]',
    ],
    [
      'subscriptions[0].retainHandling',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0, retainHandling: 3 }] },
      [5],
      '[SEC-3.8.3.1-a]',
    ],
    [
      'subscriptions[0].noLocal',
      { ...SUBSCRIBE, subscriptions: [{ filter: '$share/g/t', qos: 0, noLocal: true }] },
      [5],
      '[MQTT-3.8.3-4]',
    ],
    ['subscriptions[0].noLocal', { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0, noLocal: 1 }] }, [5]],
    [
      'subscriptions[0].options',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0, noLocal: true }] },
      [4],
      '[MQTT3-3-8.3-4]',
    ],
    [
      'subscriptions[0].options',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0, retainHandling: 1 }] },
      [4],
      '[MQTT3-3-8.3-4]',
    ],
    [
      'properties.subscriptionIdentifier',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0 }], properties: { subscriptionIdentifier: 0 } },
      [5],
      '[SEC-3.8.2.1.2-a]',
    ],
    [
      'properties.subscriptionIdentifier',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0 }], properties: { subscriptionIdentifier: 268_435_456 } },
      [5],
      '[SEC-3.8.2.1.2-a]',
    ],
    [
      'properties.subscriptionIdentifier',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0 }], properties: { subscriptionIdentifier: [1] } },
      [5],
      '[SEC-3.8.2.1.2-a]',
    ],
    ['filters', { type: 'unsubscribe', packetId: 1, filters: [] }, both, '[MQTT-3.10.3-2] [MQTT3-3.10.3-2]'],
    [
      'filters[1]',
      { type: 'unsubscribe', packetId: 1, filters: ['a', '\0'] },
      both,
      '[MQTT-3.10.3-1] [MQTT3-3.10.3-1]',
    ],
    ['reasonCodes', { type: 'suback', packetId: 1, reasonCodes: [] }, both],
    ['reasonCodes[2]', { type: 'suback', packetId: 1, reasonCodes: [0, 1, 3] }, both, '[MQTT-3.9.3-2] [MQTT3-3.9.3-2]'],
    ['reasonCodes[0]', { type: 'suback', packetId: 1, reasonCodes: [0x87] }, [4], '[MQTT3-3.9.3-2]'],
    ['reasonCodes', { type: 'unsuback', packetId: 1, reasonCodes: [] }, [5]],
    ['reasonCodes[0]', { type: 'unsuback', packetId: 1, reasonCodes: [0] }, [4], '[SEC3-3.11.1-a]'],

    ['reasonCode', { type: 'disconnect', reasonCode: 0x01 }, [5], '[MQTT-3.14.2-1]'],
    ['reasonCode', { type: 'disconnect', reasonCode: 0x8c }, [5], '[MQTT-3.14.2-1]'],
    ['reasonCode', { type: 'disconnect', reasonCode: 0x04 }, [4], '[SEC3-3.12.1-a]'],
    [
      'reasonCode',
      { type: 'auth', reasonCode: 0x87, properties: { authenticationMethod: 'm' } },
      [5],
      '[MQTT-3.15.2-1]',
    ],
    ['properties.authenticationMethod', { type: 'auth', reasonCode: 0x18 }, [5], '[SEC-3.15-a]'],
    ['properties.authenticationMethod', { type: 'auth', reasonCode: 0 }, [5], '[SEC-3.15-a]'],
  ];

  it.each(cases.map(([field, packet, versions, ids = '']) => ({ field, packet, versions, ids })))(
    'names $field of $packet in $versions $ids',
    ({ field, packet, versions }) => {
      for (const version of versions) {
        expect(refusedField(() => encode(loose(packet), version))).toBe(field);
        expect(refusedField(() => packetSize(loose(packet), version))).toBe(field);
      }
    },
  );
});

describe('what is there but says nothing', () => {
  it('is sent where it is a value: empty strings, 0, false, no bytes', () => {
    const packet: Packet = {
      type: 'connect',
      protocolVersion: 5,
      clientId: '',
      cleanStart: false,
      keepAliveSeconds: 0,
      will: {
        topic: 'w',
        payload: bytes(),
        qos: 0,
        retain: false,
        properties: { contentType: '', messageExpiryInterval: 0 },
      },
      username: '',
      password: bytes(),
      properties: {
        sessionExpiryInterval: 0,
        authenticationMethod: '',
        authenticationData: bytes(),
        userProperties: [['', '']],
      },
    };
    expect(decode(encode(packet, 5), 5)).toStrictEqual([packet]);
  });

  it('is left out where it is undefined or an empty list', () => {
    const packet = loose({
      ...PUBLISH,
      packetId: undefined,
      properties: { contentType: undefined, userProperties: [] },
    });
    expect(decode(encode(packet, 5), 5)).toStrictEqual([PUBLISH]);
    expect(
      toHex(encode(loose({ type: 'puback', packetId: 1, reasonCode: 0, properties: { reasonString: undefined } }), 5)),
    ).toBe('40020001');
    expect(toHex(encode({ type: 'disconnect', reasonCode: 0, properties: {} }, 4))).toBe('e000');
  });
});
