import { describe, expect, it } from 'vitest';
import { Decoder } from './decoder.ts';
import { encode } from './encode.ts';
import { MalformedPacketError } from './errors.ts';
import type { Packet, PublishPacket } from './packet.ts';
import { VERSIONS, bytes, decode, packetOf, refusal, string, utf8, varint } from './testing/bytes.test-helpers.ts';

const PING = bytes('d0 00');

function publish(payload: Uint8Array): PublishPacket {
  return { type: 'publish', topic: 't', payload, qos: 0, retain: false, duplicate: false };
}

describe('the fixed header', () => {
  it.each([
    [0, 'd0 00'],
    [127, '30 7f'],
    [128, '30 8001'],
    [16_383, '30 ff7f'],
    [16_384, '30 808001'],
    [2_097_151, '30 ffff7f'],
    [2_097_152, '30 80808001'],
  ])('announces %i bytes [MQTT-1.5.5-1] [SEC-2.1.4-a] [SEC3-2.2.3-a]', (length, header) => {
    for (const version of VERSIONS) {
      const body =
        length === 0
          ? bytes()
          : bytes(string('t'), version === 5 ? [0] : [], new Uint8Array(length - (version === 5 ? 4 : 3)));
      expect(decode(bytes(header, body), version)).toHaveLength(1);
    }
  });

  it('is malformed at the fourth byte that says there is a fifth, without waiting for it [SEC-1.5.5-a] [SEC3-2.2.3-a]', () => {
    for (const version of VERSIONS) {
      const decoder = new Decoder({ version });
      expect(decoder.push(bytes('30 ffffff'))).toEqual([]);
      expect(() => decoder.push(bytes('ff'))).toThrow(expect.objectContaining({ reasonCode: 0x81 }) as Error);
      expect(refusal(bytes('30 ffffffff01'), version).reasonCode).toBe(0x81);
    }
  });

  it('is malformed when its length is longer than needed in 5.0 [MQTT-1.5.5-1], and tolerated in 3.1.1 [SEC3-2.2.3-a]', () => {
    for (const padded of ['d0 8000', 'd0 808000', 'd0 80808000']) {
      expect(refusal(bytes(padded), 5).reasonCode).toBe(0x81);
      expect(decode(bytes(padded), 4)).toEqual([{ type: 'pingresp' }]);
    }
  });

  it('is refused at its first byte when that is wrong, before the rest has come', () => {
    for (const first of ['00', '36', '60', '38'])
      expect(refusal(bytes(first), 5).reasonCode, `first byte ${first}`).toBe(0x81);
  });
});

describe('the maximum packet size [MQTT-3.1.2-24] [SEC-2.1.4-a]', () => {
  it('counts the whole packet, its header included', () => {
    const packet = packetOf(0x30, [...string('t'), 0, ...new Uint8Array(58)]);
    expect(packet).toHaveLength(64);
    expect(decode(packet, { version: 5, maximumPacketSize: 64 })).toHaveLength(1);
    expect(refusal(packet, { version: 5, maximumPacketSize: 63 }).reasonCode).toBe(0x95);
  });

  it('refuses from the header alone', () => {
    expect(refusal(bytes('30 ffffff7f'), { version: 5, maximumPacketSize: 1_000_000 }).reasonCode).toBe(0x95);
  });

  it('is the largest that the format has when none is given', () => {
    expect(decode(bytes('30 ffffff7f'), 5)).toEqual([]);
  });
});

describe('a chunk', () => {
  it('gives nothing when it is empty [MQTT-6.0.0-2]', () => {
    expect(decode(bytes(), 5)).toEqual([]);
  });

  it('may be used again at once: nothing that came out of it changes', () => {
    const chunk = bytes(
      encode(publish(utf8('first')), 5),
      encode({ ...publish(utf8('x')), properties: { correlationData: utf8('id') } }, 5),
    );
    const packets = decode(chunk, 5) as PublishPacket[];
    chunk.fill(0xee);
    expect(packets.map(({ payload }) => payload)).toEqual([utf8('first'), utf8('x')]);
    expect(packets[1]?.properties?.correlationData).toEqual(utf8('id'));
  });

  it('gives payloads and binary properties buffers of their own, whatever the pieces', () => {
    const encoded = encode({ ...publish(utf8('payload')), properties: { correlationData: utf8('id') } }, 5);
    for (const size of [encoded.length, 5]) {
      const decoder = new Decoder({ version: 5 });
      const packets: Packet[] = [];
      for (let at = 0; at < encoded.length; at += size) packets.push(...decoder.push(encoded.subarray(at, at + size)));
      const [packet] = packets as [PublishPacket];
      for (const owned of [packet.payload, packet.properties?.correlationData as Uint8Array]) {
        expect(owned.buffer.byteLength).toBe(owned.byteLength);
        expect(owned.constructor).toBe(Uint8Array);
      }
    }
  });

  it('gives the bytes of each packet, whatever the pieces', () => {
    const decoder = new Decoder({ version: 5 });
    const packets = [encode(publish(utf8('abc')), 5), PING, encode(publish(utf8('d')), 5)];
    const copies: Uint8Array[] = [];
    for (const byte of bytes(...packets)) decoder.push(Uint8Array.of(byte), copies);
    expect(copies).toEqual(packets);
    expect(() => decoder.push(bytes(PING, '00'), copies)).toThrow(MalformedPacketError);
    expect(copies).toHaveLength(4);
  });

  it('may be a view of something larger', () => {
    const larger = bytes('ff ff', encode(publish(utf8('x')), 5), 'ff');
    expect(decode(larger.subarray(2, -1), 5)).toStrictEqual([publish(utf8('x'))]);
  });

  it('gives payloads of different lengths in one chunk their own bytes', () => {
    const payloads = ['', 'a', 'bb', 'ccc', 'dddd'].map(utf8);
    const chunk = bytes(...payloads.map((payload) => encode(publish(payload), 5)));
    expect((decode(chunk, 5) as PublishPacket[]).map(({ payload }) => payload)).toStrictEqual(payloads);
  });
});

describe('a packet in many chunks', () => {
  it('of 16 MiB in pieces of 1 KiB is put together without copying it again and again', () => {
    const payload = new Uint8Array(16 * 1024 * 1024).map((_, index) => index * 31);
    const encoded = encode(publish(payload), 5);
    const decoder = new Decoder({ version: 5 });
    const packets: Packet[] = [];
    for (let at = 0; at < encoded.length; at += 1024) packets.push(...decoder.push(encoded.subarray(at, at + 1024)));
    const [packet] = packets as [PublishPacket];
    expect(packets).toHaveLength(1);
    expect(packet.payload.length).toBe(payload.length);
    expect(packet.payload.every((byte, index) => byte === payload[index])).toBe(true);
  });

  it('does not take what follows it', () => {
    const decoder = new Decoder({ version: 5 });
    const encoded = encode(publish(new Uint8Array(300)), 5);
    expect(decoder.push(encoded.subarray(0, 200))).toEqual([]);
    const packets = decoder.push(bytes(encoded.subarray(200), PING, encoded.subarray(0, 1)));
    expect(packets.map(({ type }) => type)).toEqual(['publish', 'pingresp']);
    expect(decoder.push(encoded.subarray(1))).toHaveLength(1);
  });
});

describe('after an error', () => {
  it('tells the complete packets that came before it in the chunk', () => {
    const error = refusal(bytes(PING, 'd0 00 d0 01 00', PING), 5);
    expect(error.reasonCode).toBe(0x81);
    expect(error.packetsBefore).toEqual([{ type: 'pingresp' }, { type: 'pingresp' }]);
  });

  it('tells also a packet that was completed by the chunk', () => {
    const decoder = new Decoder({ version: 5 });
    decoder.push(bytes('d0'));
    expect(() => decoder.push(bytes('00 00'))).toThrow(
      expect.objectContaining({ packetsBefore: [{ type: 'pingresp' }] }) as Error,
    );
  });

  it('every later push throws the same', () => {
    const decoder = new Decoder({ version: 5 });
    const errors = [bytes('00'), PING, bytes()].map((chunk) => {
      try {
        return decoder.push(chunk);
      } catch (error) {
        return error;
      }
    });
    expect(errors[0]).toBeInstanceOf(MalformedPacketError);
    expect(errors[1]).toBe(errors[0]);
    expect(errors[2]).toBe(errors[0]);
  });

  it('names the packet', () => {
    expect(refusal(bytes('30 03 0000 00'), 5).message).toBe('PUBLISH: topic is empty');
    expect(refusal(bytes('00'), 5).message).toBe('PACKET: begins with 0x0');
  });
});

describe('the version', () => {
  const connect = (version: 4 | 5): Packet => ({
    type: 'connect',
    protocolVersion: version,
    clientId: 'a',
    cleanStart: true,
    keepAliveSeconds: 0,
  });

  it('is that of the CONNECT, from the next packet on', () => {
    for (const version of VERSIONS) {
      const decoder = new Decoder({ version: version === 4 ? 5 : 4, sender: 'client' });
      const chunk = bytes(encode(connect(version), version), encode(publish(utf8('x')), version));
      expect(decoder.push(chunk)).toStrictEqual([connect(version), publish(utf8('x'))]);
      expect(decoder.version).toBe(version);
    }
  });

  it('is refused with 0x84 when it is neither 4 nor 5, or the protocol is not MQTT', () => {
    for (const protocol of ['0004 4d515454 03', '0004 4d515454 06', '0006 4d5149736470 03', '0004 6d717474 05']) {
      const body = [...bytes(protocol, '02 0000 00 0000')];
      expect(refusal(packetOf(0x10, body), 5).reasonCode, `protocol ${protocol}`).toBe(0x84);
    }
  });
});

describe('from one side', () => {
  it.each(['10', '82', 'a2', 'c0'])('a server does not send what begins with %s, 0x82 [SEC-2.1.2-a]', (first) => {
    expect(refusal(bytes(first), { version: 5, sender: 'server' }).reasonCode).toBe(0x82);
    expect(refusal(bytes(first), { version: 4, sender: 'server' }).reasonCode).toBe(0x82);
  });

  it.each(['20', '90', 'b0', 'd0'])('a client does not send what begins with %s, 0x82 [SEC-2.1.2-a]', (first) => {
    expect(refusal(bytes(first), { version: 5, sender: 'client' }).reasonCode).toBe(0x82);
  });

  it('a server sends no Session Expiry Interval in DISCONNECT, 0x82 [MQTT-3.14.2-2]', () => {
    expect(refusal(bytes('e0 07 98 05 11 00000001'), { version: 5, sender: 'server' }).reasonCode).toBe(0x82);
  });

  it('a client sends no Subscription Identifier in PUBLISH, 0x82 [MQTT-3.3.4-6]', () => {
    expect(refusal(bytes('30 06 0001 74 02 0b01'), { version: 5, sender: 'client' }).reasonCode).toBe(0x82);
  });
});

it('lengths are big-endian and unsigned [SEC-1.5.2-a] [SEC-1.5.3-a] [SEC-1.5.6-a]', () => {
  expect(decode(bytes('20 09 00 00 06 21 0102 22 ffff'), 5)).toStrictEqual([
    {
      type: 'connack',
      sessionPresent: false,
      reasonCode: 0,
      properties: { receiveMaximum: 258, topicAliasMaximum: 65_535 },
    },
  ]);
  expect(decode(bytes('20 08 00 00 05 11 ffffffff'), 5)).toStrictEqual([
    { type: 'connack', sessionPresent: false, reasonCode: 0, properties: { sessionExpiryInterval: 4_294_967_295 } },
  ]);
  expect(varint(16_384)).toEqual([0x80, 0x80, 0x01]);
});
