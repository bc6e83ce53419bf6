import { describe, expect, it } from 'vitest';
import { encode, encodeInto, packetSize } from './encode.ts';
import { InvalidPacketError } from './errors.ts';
import type { Packet, PublishPacket } from './packet.ts';
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
