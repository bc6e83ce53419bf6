import { describe, expect, it } from 'vitest';
import { Decoder } from './decoder.ts';
import { encode, encodeInto, packetSize } from './encode.ts';
import { MalformedPacketError } from './errors.ts';
import { PACKETS } from './packet-table.ts';
import type { Packet, ProtocolVersion } from './packet.ts';
import { VERSIONS, bytes, decode, packetOf, toHex } from './testing/bytes.test-helpers.ts';
import type { Fixture } from './testing/fixture.test-helpers.ts';
import { FIXTURES } from './testing/fixtures.test-helpers.ts';
import { Writer } from './writer.ts';

const WRITTEN = FIXTURES.filter(({ decodeOnly }) => !decodeOnly);

/** Everywhere that a packet can be cut. */
function cuts({ bytes: { length } }: Fixture): number[] {
  return Array.from({ length: length - 1 }, (_, index) => index + 1);
}

describe('every packet [MQTT-2.2.1-2] [MQTT3-2.3.1-5] [MQTT-2.1.3-1] [MQTT3-2.2.2-1]', () => {
  it.each(FIXTURES)('$name is read', ({ version, packet, bytes: encoded }) => {
    expect(decode(encoded, version)).toStrictEqual([packet]);
  });

  it.each(WRITTEN)('$name is written', ({ version, packet, bytes: encoded }) => {
    expect(toHex(encode(packet, version))).toBe(toHex(encoded));
  });

  it.each(WRITTEN)('$name is measured without being kept', ({ version, packet, bytes: encoded }) => {
    expect(packetSize(packet, version)).toBe(encoded.length);
    expect(toHex(encode(packet, version))).toBe(toHex(encoded));
  });

  it.each(FIXTURES)('$name is read from two chunks, split anywhere [MQTT-6.0.0-2] [MQTT3-6.0.0-2]', (fixture) => {
    for (const cut of cuts(fixture)) {
      const decoder = new Decoder({ version: fixture.version });
      expect(decoder.push(fixture.bytes.subarray(0, cut)), `cut at ${cut}`).toEqual([]);
      expect(decoder.push(fixture.bytes.subarray(cut)), `cut at ${cut}`).toStrictEqual([fixture.packet]);
    }
  });

  it.each(FIXTURES)('$name is read byte by byte, between empty chunks', ({ version, packet, bytes: encoded }) => {
    const decoder = new Decoder({ version });
    const packets = [...encoded].flatMap((byte) => [...decoder.push(bytes()), ...decoder.push(bytes(byte))]);
    expect(packets).toStrictEqual([packet]);
  });

  it.each(WRITTEN)('$name is something else, or malformed, when its end is cut off', (fixture) => {
    const headerLength = fixture.bytes.findIndex((byte, index) => index > 0 && byte < 0x80) + 1;
    for (const cut of cuts(fixture).filter((length) => length >= headerLength)) {
      const shortened = packetOf(fixture.bytes[0] as number, [...fixture.bytes.subarray(headerLength, cut)]);
      expect(outcomeOf(shortened, fixture.version), `cut at ${cut}`).not.toStrictEqual([fixture.packet]);
    }
  });

  it.each(FIXTURES)(
    '$name with a byte too many is something else or malformed [SEC-2.3-a]',
    ({ version, packet, bytes: encoded }) => {
      const headerLength = encoded.findIndex((byte, index) => index > 0 && byte < 0x80) + 1;
      // One more zero makes a longer form of the same: success, or no properties.
      const hasForms = version === 5 && ['puback', 'pubrec', 'pubrel', 'pubcomp', 'disconnect'].includes(packet.type);
      for (const extra of hasForms ? [0x01, 0x80, 0xff] : [0x00, 0x01, 0x80, 0xff]) {
        const lengthened = packetOf(encoded[0] as number, [...encoded.subarray(headerLength), extra]);
        expect(outcomeOf(lengthened, version), `followed by ${extra}`).not.toStrictEqual([packet]);
      }
    },
  );
});

/** The packets in a chunk, or the reason code it is refused with. */
function outcomeOf(chunk: Uint8Array, version: ProtocolVersion): Packet[] | number {
  try {
    return decode(chunk, version);
  } catch (error) {
    if (error instanceof MalformedPacketError) return error.reasonCode;
    throw error;
  }
}

describe.each(VERSIONS)('packets of version %i in one chunk [MQTT-6.0.0-2]', (version) => {
  const neighbours = FIXTURES.filter((fixture) => fixture.version === version);

  it('are read whatever stands before and after them', () => {
    for (const first of neighbours) {
      for (const second of neighbours) {
        const chunk = bytes(first.bytes, second.bytes);
        expect(decode(chunk, version), `${first.name}, ${second.name}`).toStrictEqual([first.packet, second.packet]);
      }
    }
  });

  it('are read when chunks end anywhere but between packets', () => {
    const stream = bytes(...neighbours.map((fixture) => fixture.bytes));
    for (const size of [1, 2, 3, 5, 7, 64, 1021]) {
      const decoder = new Decoder({ version });
      const packets: Packet[] = [];
      for (let at = 0; at < stream.length; at += size) packets.push(...decoder.push(stream.subarray(at, at + size)));
      expect(packets, `chunks of ${size}`).toStrictEqual(neighbours.map((fixture) => fixture.packet));
    }
  });

  it('are written one behind the other', () => {
    const writer = new Writer(1);
    const written = neighbours.filter(({ decodeOnly }) => !decodeOnly);
    for (const { packet } of written) encodeInto(writer, packet, version);
    expect(toHex(writer.view())).toBe(toHex(bytes(...written.map((fixture) => fixture.bytes))));
  });

  it('are all there is of packets in it', () => {
    const types = PACKETS.map(({ type }) => type).filter((type) => version === 5 || type !== 'auth');
    expect(new Set(neighbours.map(({ packet }) => packet.type))).toEqual(new Set(types));
  });
});
