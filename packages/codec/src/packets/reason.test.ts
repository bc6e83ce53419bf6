import { describe, expect, it } from 'vitest';
import { encode } from '../encode.ts';
import { bytes, decode, packetOf, refusal, string, toHex } from '../testing/bytes.test-helpers.ts';

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
