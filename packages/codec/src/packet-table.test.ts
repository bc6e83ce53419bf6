import { describe, expect, it } from 'vitest';
import { encode } from './encode.ts';
import type { Packet } from './packet.ts';
import { PACKETS } from './packet-table.ts';
import { bytes, decode, packetOf, refusal, string, toHex } from './testing/bytes.test-helpers.ts';

const CONNECT = { type: 'connect', protocolVersion: 5, clientId: '', cleanStart: false, keepAliveSeconds: 0 } as const;
const WILL = { topic: 'w', payload: bytes(), qos: 0, retain: false } as const;

/** The connect flags of a packet: the byte after protocol name and version. */
function connectFlags(packet: Packet): number {
  return encode(packet, packet.type === 'connect' ? packet.protocolVersion : 5)[9] as number;
}

describe('the table of packets', () => {
  it('has all fifteen by the numbers of the standard', () => {
    const types = ['connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback'];
    types.push('unsubscribe', 'unsuback', 'pingreq', 'pingresp', 'disconnect', 'auth');
    expect(Object.keys(PACKETS)).toEqual(types);
    expect(Object.values(PACKETS).map(({ number }) => number)).toEqual(types.map((_, index) => index + 1));
  });
});

describe('CONNECT', () => {
  it('begins with the protocol name MQTT and the version [MQTT-3.1.2-1] [MQTT-3.1.2-2] [MQTT3-3.1.2-1] [MQTT3-3.1.2-2]', () => {
    expect(toHex(encode(CONNECT, 5).subarray(2, 9))).toBe('00044d51545405');
    expect(toHex(encode({ ...CONNECT, protocolVersion: 4, cleanStart: true }, 4).subarray(2, 9))).toBe(
      '00044d51545404',
    );
  });

  it('never sets the reserved flag, whatever is in it [MQTT-3.1.2-3] [MQTT3-3.1.2-3]', () => {
    for (const will of [undefined, WILL, { ...WILL, qos: 2, retain: true } as const]) {
      for (const username of [undefined, '']) {
        for (const password of [undefined, bytes()]) {
          const packet = {
            ...CONNECT,
            ...(will && { will }),
            ...(username === '' && { username }),
            ...(password && { password }),
          };
          const flags = connectFlags(packet);
          expect(flags & 1).toBe(0);
          expect(flags & 0x80).toBe(username === undefined ? 0 : 0x80);
          expect(flags & 0x40).toBe(password === undefined ? 0 : 0x40);
          expect(decode(encode(packet, 5), 5)).toStrictEqual([packet]);
        }
      }
    }
  });

  it('has no will flags and fields without a will [MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT3-3.1.2-11] [MQTT3-3.1.2-13] [MQTT3-3.1.2-15]', () => {
    const stray = { ...CONNECT, will: undefined, willQos: 2, willRetain: true } as unknown as Packet;
    expect(connectFlags(stray) & 0x3c).toBe(0);
    expect(toHex(encode(stray, 5))).toBe(toHex(encode(CONNECT, 5)));
  });

  it('has the flags of its will [MQTT-3.1.2-9] [MQTT-3.1.2-12] [MQTT3-3.1.2-9] [MQTT3-3.1.2-14]', () => {
    const flags = ([0, 1, 2] as const).map((qos) => connectFlags({ ...CONNECT, will: { ...WILL, qos } }));
    expect(flags).toEqual([0x04, 0x0c, 0x14]);
    expect(connectFlags({ ...CONNECT, will: { ...WILL, retain: true } })).toBe(0x24);
  });

  it('has its fields in order: identifier, will, user name, password [MQTT-3.1.3-1] [MQTT3-3.1.3-1] [MQTT-3.1.3-3] [MQTT3-3.1.3-3]', () => {
    const packet = {
      ...CONNECT,
      clientId: 'c',
      will: { ...WILL, payload: bytes('aa') },
      username: 'u',
      password: bytes('bb'),
    };
    expect(toHex(encode(packet, 5).subarray(13))).toBe('000163 00 000177 0001aa 000175 0001bb'.replaceAll(' ', ''));
    const packet311 = { ...packet, protocolVersion: 4, cleanStart: true } as const;
    expect(toHex(encode(packet311, 4).subarray(12))).toBe('000163 000177 0001aa 000175 0001bb'.replaceAll(' ', ''));
  });

  it('has a user name and a password even when they are empty, and not otherwise [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT3-3.1.2-18] [MQTT3-3.1.2-19] [MQTT3-3.1.2-20] [MQTT3-3.1.2-21]', () => {
    expect(toHex(encode(CONNECT, 5).subarray(13))).toBe('0000');
    expect(toHex(encode({ ...CONNECT, username: '', password: bytes() }, 5).subarray(13))).toBe('000000000000');
    const packet311 = { ...CONNECT, protocolVersion: 4, cleanStart: true } as const;
    expect(toHex(encode(packet311, 4).subarray(12))).toBe('0000');
    expect(toHex(encode({ ...packet311, username: '', password: bytes() }, 4).subarray(12))).toBe('000000000000');
  });

  it('may have a password without a user name in 5.0 [SEC-3.1.2.9-a] and passes any bytes [MQTT-3.1.3-12] [MQTT3-3.1.3-11]', () => {
    const packet = { ...CONNECT, password: bytes('00 ff') };
    expect(connectFlags(packet)).toBe(0x40);
    expect(decode(encode(packet, 5), 5)).toStrictEqual([packet]);
  });

  it('has its Will Delay Interval in the properties of the will [SEC-3.1.3.2.2-a]', () => {
    const packet = { ...CONNECT, will: { ...WILL, properties: { willDelayInterval: 1 } } };
    expect(toHex(encode(packet, 5).subarray(12))).toBe('00 0000 05 1800000001 000177 0000'.replaceAll(' ', ''));
  });

  const body = (flags: number, version = 5) => [...string('MQTT'), version, flags, 0, 0, ...(version === 5 ? [0] : [])];

  it.each([
    ['the reserved flag', 0x03, '[MQTT-3.1.2-3] [MQTT3-3.1.2-3]'],
    ['a will at QoS 3', 0x1c, '[MQTT-3.1.2-12] [MQTT3-3.1.2-14]'],
    ['will QoS without a will', 0x0a, '[MQTT-3.1.2-11] [MQTT3-3.1.2-13]'],
    ['will retain without a will', 0x22, '[MQTT-3.1.2-13] [MQTT3-3.1.2-15]'],
  ])('with %s is malformed, 0x81 %s', (_, flags) => {
    for (const version of [4, 5] as const) {
      const rest = [...string('c'), ...(version === 5 ? [0] : []), ...string('w'), ...string('')];
      expect(refusal(packetOf(0x10, [...body(flags, version), ...rest]), version).reasonCode).toBe(0x81);
    }
  });

  it.each(['', 'a/#', '+'])(
    'with the will topic %j is a protocol error, 0x82 [MQTT-3.1.3-11] [MQTT3-3.1.3-10]',
    (topic) => {
      const rest = [...string('c'), 0, ...string(topic), ...string('')];
      expect(refusal(packetOf(0x10, [...body(0x06), ...rest]), 5).reasonCode).toBe(0x82);
    },
  );

  it('of 3.1.1 needs a name without a clean session [MQTT3-3.1.3-7] and a user name beside a password [MQTT3-3.1.2-22], 0x82', () => {
    expect(refusal(packetOf(0x10, [...body(0x00, 4), ...string('')]), 4).reasonCode).toBe(0x82);
    expect(refusal(packetOf(0x10, [...body(0x42, 4), ...string('c'), ...string('p')]), 4).reasonCode).toBe(0x82);
  });
});

describe('CONNACK', () => {
  it('with reserved acknowledge flags is malformed, 0x81 [MQTT-3.2.2-1] [SEC3-3.2.1-a]', () => {
    for (const flags of [0x02, 0x03, 0x80, 0xff]) {
      expect(refusal(packetOf(0x20, [flags, 0, 0]), 5).reasonCode).toBe(0x81);
      expect(refusal(packetOf(0x20, [flags, 0]), 4).reasonCode).toBe(0x81);
    }
  });

  it('of 3.1.1 is exactly two bytes [SEC3-3.2.1-a]', () => {
    for (const packet of ['20 00', '20 01 00', '20 03 00 00 00'])
      expect(refusal(bytes(packet), 4).reasonCode).toBe(0x81);
  });

  it('in the form of 3.1.1 is the refusal of our version and nothing else, 0x81 [MQTT-3.1.2-2]', () => {
    expect(decode(bytes('20 02 00 01'), 5)).toStrictEqual([
      { type: 'connack', sessionPresent: false, reasonCode: 0x84 },
    ]);
    for (const packet of ['20 02 00 00', '20 02 00 02', '20 02 00 05', '20 02 01 01', '20 02 00 84']) {
      expect(refusal(bytes(packet), 5).reasonCode, `in ${packet}`).toBe(0x81);
    }
    expect(decode(bytes('20 03 00 01 00'), 5)).toStrictEqual([
      { type: 'connack', sessionPresent: false, reasonCode: 1 },
    ]);
  });

  it('that refuses is read with Session Present set, which it should not be [MQTT-3.2.2-6] [MQTT3-3.2.2-4]', () => {
    expect(decode(bytes('20 03 01 87 00'), 5)).toStrictEqual([
      { type: 'connack', sessionPresent: true, reasonCode: 0x87 },
    ]);
    expect(decode(bytes('20 02 01 05'), 4)).toStrictEqual([{ type: 'connack', sessionPresent: true, reasonCode: 5 }]);
  });
});

describe('PUBLISH', () => {
  it('at QoS 0 has no identifier: a payload that looks like one is payload [MQTT-2.2.1-2] [MQTT3-2.3.1-5]', () => {
    expect(decode(bytes('30 06 0001 74 00 0001'), 5)).toMatchObject([{ payload: bytes('0001') }]);
    expect(decode(bytes('30 05 0001 74 0001'), 4)).toMatchObject([{ payload: bytes('0001') }]);
  });

  it.each(['36', '37', '3e'])(
    'beginning with %s, QoS 3, is malformed, 0x81 [MQTT-3.3.1-4] [MQTT3-3.3.1-4]',
    (first) => {
      for (const version of [4, 5] as const) expect(refusal(bytes(first), version).reasonCode).toBe(0x81);
    },
  );

  it.each(['38', '39'])(
    'beginning with %s, DUP at QoS 0, is malformed, 0x81 [MQTT-3.3.1-2] [MQTT3-3.3.1-2]',
    (first) => {
      for (const version of [4, 5] as const) expect(refusal(bytes(first), version).reasonCode).toBe(0x81);
    },
  );

  it('with identifier 0 is a protocol error, 0x82 [MQTT-2.2.1-4] [MQTT3-2.3.1-1]', () => {
    for (const first of [0x32, 0x34]) {
      expect(refusal(packetOf(first, [...string('t'), 0, 0, 0]), 5).reasonCode).toBe(0x82);
      expect(refusal(packetOf(first, [...string('t'), 0, 0]), 4).reasonCode).toBe(0x82);
    }
  });

  it('to a topic with a wildcard is a protocol error, 0x82 [MQTT-3.3.2-2] [MQTT3-3.3.2-2]', () => {
    for (const topic of ['a/#', '+', 'a+']) {
      expect(refusal(packetOf(0x30, [...string(topic), 0]), 5).reasonCode).toBe(0x82);
      expect(refusal(packetOf(0x30, [...string(topic), 3, 0x23, 0, 1]), 5).reasonCode).toBe(0x82);
      expect(refusal(packetOf(0x30, string(topic)), 4).reasonCode).toBe(0x82);
    }
  });

  it('without a topic is a protocol error, 0x82, unless it has an alias [SEC-3.3.2.1-a] [MQTT-4.7.3-1] [MQTT3-4.7.3-1]', () => {
    expect(refusal(packetOf(0x30, [...string(''), 0]), 5).reasonCode).toBe(0x82);
    expect(refusal(packetOf(0x30, string('')), 4).reasonCode).toBe(0x82);
    expect(decode(packetOf(0x30, [...string(''), 3, 0x23, 0, 1]), 5)).toMatchObject([
      { topic: '', properties: { topicAlias: 1 } },
    ]);
  });

  it('may have no payload [SEC-3.3.3-a] and a payload that is not the UTF-8 it says it is [SEC-3.3.2.3.2-b]', () => {
    expect(decode(bytes('30 04 0001 74 00'), 5)).toMatchObject([{ payload: bytes() }]);
    expect(decode(bytes('30 07 0001 74 02 0101 ff'), 5)).toMatchObject([{ payload: bytes('ff') }]);
  });

  it('sends a Message Expiry Interval of 0 [SEC-3.3.2.3.3-a]', () => {
    const packet: Packet = {
      type: 'publish',
      topic: 't',
      payload: bytes(),
      qos: 0,
      retain: false,
      duplicate: false,
      properties: { messageExpiryInterval: 0 },
    };
    expect(toHex(encode(packet, 5))).toBe('3009000174050200000000');
  });

  it('keeps user properties in order, with names that repeat [MQTT-3.3.2-17] [MQTT-3.3.2-18]', () => {
    const pairs = [
      ...string('b'),
      ...string('1'),
      0x26,
      ...string('a'),
      ...string('2'),
      0x26,
      ...string('b'),
      ...string('3'),
    ];
    const packet = packetOf(0x30, [...string('t'), pairs.length + 1, 0x26, ...pairs]);
    expect(decode(packet, 5)).toMatchObject([
      {
        properties: {
          userProperties: [
            ['b', '1'],
            ['a', '2'],
            ['b', '3'],
          ],
        },
      },
    ]);
    expect(encode(decode(packet, 5)[0] as Packet, 5)).toEqual(packet);
  });

  it('keeps every Subscription Identifier, equal ones too [MQTT-3.3.4-4]', () => {
    expect(decode(bytes('30 0a 0001 74 06 0b01 0b02 0b02'), 5)).toMatchObject([
      { properties: { subscriptionIdentifier: [1, 2, 2] } },
    ]);
  });
});

describe('PUBACK, PUBREC, PUBREL and PUBCOMP', () => {
  const HEADS = { puback: 0x40, pubrec: 0x50, pubrel: 0x62, pubcomp: 0x70 } as const;
  const RULES = {
    puback: '[SEC-3.4.2.1-a]',
    pubrec: '[SEC-3.5.2.1-a]',
    pubrel: '[SEC-3.6.2.1-a] [MQTT-3.6.1-1] [MQTT3-3.6.1-1]',
    pubcomp: '[SEC-3.7.2.1-a]',
  };

  it.each(Object.entries(RULES) as [keyof typeof HEADS, string][])(
    '%s has forms of 2, 3, 4 and more bytes %s',
    (type) => {
      const first = HEADS[type];
      const packet = { type, packetId: 0x1234, reasonCode: 0 };
      for (const body of [[], [0], [0, 0]])
        expect(decode(packetOf(first, [0x12, 0x34, ...body]), 5)).toStrictEqual([packet]);
      const long = packetOf(first, [0x12, 0x34, 0, 4, 0x1f, ...string('x')]);
      expect(decode(long, 5)).toStrictEqual([{ ...packet, properties: { reasonString: 'x' } }]);
      expect(toHex(encode({ type, packetId: 0x1234, reasonCode: 0 }, 5))).toBe(`${first.toString(16)}021234`);
    },
  );

  it.each(Object.entries(HEADS) as [keyof typeof HEADS, number][])(
    '%s of 3.1.1 is exactly two bytes, 0x81 [SEC3-3.4.1-a]',
    (_, first) => {
      for (const body of [[], [0], [0, 1, 0], [0, 1, 0, 0]])
        expect(refusal(packetOf(first, body), 4).reasonCode).toBe(0x81);
    },
  );

  it.each(Object.entries(HEADS) as [keyof typeof HEADS, number][])(
    '%s with identifier 0 is a protocol error, 0x82 [MQTT-2.2.1-4] [MQTT-2.2.1-5] [MQTT3-2.3.1-6]',
    (_, first) => {
      for (const version of [4, 5] as const) expect(refusal(packetOf(first, [0, 0]), version).reasonCode).toBe(0x82);
    },
  );
});

describe('SUBSCRIBE', () => {
  const subscribe = (...entries: readonly number[][]) => packetOf(0x82, [0, 1, 0, ...entries.flat()]);

  it('has each option at its bits, and no reserved ones [MQTT-3.8.3-3] [MQTT-3.8.3-5] [MQTT-3.8.1-1] [MQTT3-3.8.1-1]', () => {
    for (const qos of [0, 1, 2] as const) {
      for (const retainHandling of [0, 1, 2] as const) {
        for (const flags of [0, 1, 2, 3]) {
          const options = { qos, noLocal: (flags & 1) !== 0, retainAsPublished: (flags & 2) !== 0, retainHandling };
          const packet = { type: 'subscribe', packetId: 1, subscriptions: [{ filter: 'f', ...options }] } as const;
          const encoded = encode(packet, 5);
          expect(encoded[0]).toBe(0x82);
          expect(encoded.at(-1)).toBe(qos | (flags << 2) | (retainHandling << 4));
          expect(decode(encoded, 5)).toStrictEqual([packet]);
        }
      }
    }
  });

  it('has options that default to the lowest', () => {
    const packet = { type: 'subscribe', packetId: 10, subscriptions: [{ filter: 'a/b', qos: 1 }] } as const;
    expect(toHex(encode(packet, 5))).toBe('8209000a000003612f6201');
    expect(toHex(encode(packet, 4))).toBe('8208000a0003612f6201');
  });

  it('without a filter is a protocol error, 0x82 [MQTT-3.8.3-2] [MQTT3-3.8.3-3]', () => {
    expect(refusal(subscribe(), 5).reasonCode).toBe(0x82);
    expect(refusal(bytes('82 02 0001'), 4).reasonCode).toBe(0x82);
  });

  it.each([0x40, 0x80, 0xc1])('with reserved options %i is malformed, 0x81 [MQTT-3.8.3-5]', (options) => {
    expect(refusal(subscribe(string('f'), [options]), 5).reasonCode).toBe(0x81);
  });

  it.each([0x03, 0x30])(
    'with options %i, QoS or Retain Handling 3, is a protocol error, 0x82 [SEC-3.8.3.1-a]',
    (options) => {
      expect(refusal(subscribe(string('f'), [options]), 5).reasonCode).toBe(0x82);
    },
  );

  it.each([0x03, 0x04, 0x08, 0x10])('of 3.1.1 with options %i is malformed, 0x81 [MQTT3-3-8.3-4]', (options) => {
    expect(refusal(packetOf(0x82, [0, 1, ...string('f'), options]), 4).reasonCode).toBe(0x81);
  });

  it('with No Local for a shared subscription is a protocol error, 0x82 [MQTT-3.8.3-4]', () => {
    expect(refusal(subscribe(string('$share/g/t'), [0x04]), 5).reasonCode).toBe(0x82);
  });

  it.each(['', 'a#', '+a', '$share//t', '$share/+/t', '$share/g'])(
    'to %j is a protocol error, 0x82 [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.8.2-1] [MQTT-4.8.2-2]',
    (filter) => {
      expect(refusal(subscribe(string(filter), [0]), 5).reasonCode).toBe(0x82);
    },
  );
});

describe('UNSUBSCRIBE', () => {
  it('begins with A2 and has the filters byte for byte [MQTT-3.10.1-1] [MQTT3-3.10.1-1] [MQTT-3.10.4-1] [MQTT3-3.10.4-1] [MQTT3-3.10.3-1]', () => {
    const packet = { type: 'unsubscribe', packetId: 10, filters: ['a/b', '$share/g/e\u0301'] } as const;
    expect(toHex(encode(packet, 5))).toBe('a216000a 00 0003612f62 000c2473686172652f672f65cc81'.replaceAll(' ', ''));
    expect(toHex(encode(packet, 4))).toBe('a215000a 0003612f62 000c2473686172652f672f65cc81'.replaceAll(' ', ''));
  });

  it('without a filter is a protocol error, 0x82 [MQTT-3.10.3-2] [MQTT3-3.10.3-2]', () => {
    expect(refusal(bytes('a2 03 0001 00'), 5).reasonCode).toBe(0x82);
    expect(refusal(bytes('a2 02 0001'), 4).reasonCode).toBe(0x82);
  });
});

describe('SUBACK and UNSUBACK', () => {
  it('have their codes in order [MQTT-3.9.3-1] [MQTT-3.11.3-1] [MQTT3-3.9.3-1]', () => {
    expect(decode(bytes('90 05 0001 00 8701'), 5)).toMatchObject([{ reasonCodes: [0x87, 1] }]);
    expect(decode(bytes('b0 05 0001 00 0087'), 5)).toMatchObject([{ reasonCodes: [0, 0x87] }]);
    expect(decode(bytes('90 04 0001 8001'), 4)).toMatchObject([{ reasonCodes: [0x80, 1] }]);
  });

  it('without codes are refused, 0x82 [SEC-2.3-a]', () => {
    for (const packet of ['90 03 0001 00', 'b0 03 0001 00']) expect(refusal(bytes(packet), 5).reasonCode).toBe(0x82);
    expect(refusal(bytes('90 02 0001'), 4).reasonCode).toBe(0x82);
  });

  it('of 3.1.1 have none in UNSUBACK [SEC3-3.11.1-a]', () => {
    expect(decode(bytes('b0 02 0001'), 4)).toStrictEqual([{ type: 'unsuback', packetId: 1, reasonCodes: [] }]);
    expect(refusal(bytes('b0 03 0001 00'), 4).reasonCode).toBeGreaterThan(0x80);
  });
});

describe('PINGREQ, PINGRESP and DISCONNECT', () => {
  it('of 3.1.1 have nothing after their header, 0x81 [SEC3-3.12.1-a] [MQTT3-3.14.1-1]', () => {
    for (const type of ['pingreq', 'pingresp'] as const) expect(encode({ type }, 4)).toHaveLength(2);
    expect(toHex(encode({ type: 'disconnect', reasonCode: 0 }, 4))).toBe('e000');
    for (const packet of ['c0 01 00', 'd0 01 00', 'e0 01 00']) expect(refusal(bytes(packet), 4).reasonCode).toBe(0x81);
    for (const packet of ['c0 01 00', 'd0 01 00']) expect(refusal(bytes(packet), 5).reasonCode).toBe(0x81);
  });

  it('DISCONNECT has forms of 0, 1, 2 and more bytes [SEC-3.14.2.1-a] [MQTT-3.14.1-1]', () => {
    for (const packet of ['e0 00', 'e0 01 00', 'e0 02 00 00']) {
      expect(decode(bytes(packet), 5)).toStrictEqual([{ type: 'disconnect', reasonCode: 0 }]);
    }
    for (const packet of ['e0 01 8b', 'e0 02 8b 00']) {
      expect(decode(bytes(packet), 5)).toStrictEqual([{ type: 'disconnect', reasonCode: 0x8b }]);
    }
    expect(toHex(encode({ type: 'disconnect', reasonCode: 0 }, 5))).toBe('e000');
    expect(refusal(bytes('e1 00'), 5).reasonCode).toBe(0x81);
  });

  it('AUTH with flags is malformed, 0x81 [MQTT-3.15.1-1]', () => {
    expect(refusal(bytes('f1'), 5).reasonCode).toBe(0x81);
    expect(encode({ type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'm' } }, 5)[0]).toBe(0xf0);
  });
});
