import { describe, expect, it } from 'vitest';
import { encode } from '../encode.ts';
import type { Packet } from '../packet.ts';
import { bytes, decode, packetOf, refusal, string, toHex } from '../testing/bytes.test-helpers.ts';

const CONNECT = { type: 'connect', protocolVersion: 5, clientId: '', cleanStart: false, keepAliveSeconds: 0 } as const;
const WILL = { topic: 'w', payload: bytes(), qos: 0, retain: false } as const;

/** The connect flags of a packet: the byte after protocol name and version. */
function connectFlags(packet: Packet): number {
  return encode(packet, packet.type === 'connect' ? packet.protocolVersion : 5)[9] as number;
}

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
