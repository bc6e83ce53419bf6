import { describe, expect, it } from 'vitest';
import { encode } from '../encode.ts';
import type { Packet } from '../packet.ts';
import { bytes, decode, packetOf, refusal, string, toHex } from '../testing/bytes.test-helpers.ts';

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
