import { describe, expect, it } from 'vitest';
import { encode } from '../encode.ts';
import { bytes, decode, packetOf, refusal, string, toHex } from '../testing/bytes.test-helpers.ts';

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
