/*
 * Bytes that somebody broke. Whatever comes in, a decoder gives packets or one MalformedPacketError, never anything
 * else, and what it gives can be written again and read as the same.
 */
import { expect, it } from 'vitest';
import { Decoder } from './decoder.ts';
import { encode } from './encode.ts';
import { InvalidPacketError, MalformedPacketError } from './errors.ts';
import type { Packet, ProtocolVersion } from './packet.ts';
import { bytes, decode, toHex } from './testing/bytes.test-helpers.ts';
import { FIXTURES } from './testing/fixtures.test-helpers.ts';
import { Random } from './testing/random.test-helpers.ts';

const SEED = 20_261_107;
const ROUNDS = 24_000;

/** Bytes worth putting in: ends of ranges, and what begins a length or a character of several bytes. */
const TELLING = [0x00, 0x01, 0x02, 0x03, 0x7f, 0x80, 0x81, 0xc3, 0xed, 0xf0, 0xfe, 0xff];

const STREAMS = { 4: streams(4), 5: streams(5) };

function streams(version: ProtocolVersion): Uint8Array[] {
  return FIXTURES.filter((fixture) => fixture.version === version).map((fixture) => fixture.bytes);
}

type Mutation = (stream: Uint8Array, random: Random) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  (stream, random) => replaced(stream, random, random.below(256)),
  (stream, random) => replaced(stream, random, random.pick(TELLING)),
  (stream, random) =>
    replaced(stream, random, (stream[random.below(stream.length)] as number) ^ (1 << random.below(8))),
  (stream, random) => spliced(stream, random.below(stream.length), 1, []),
  (stream, random) => spliced(stream, random.below(stream.length), 0, [random.pick(TELLING)]),
  (stream, random) => spliced(stream, random.below(stream.length), random.below(8), []),
  (stream, random) => {
    const start = random.below(stream.length);
    return spliced(stream, random.below(stream.length), 0, [...stream.subarray(start, start + random.below(8))]);
  },
];

function replaced(stream: Uint8Array, random: Random, byte: number): Uint8Array {
  return spliced(stream, random.below(stream.length), 1, [byte]);
}

function spliced(stream: Uint8Array, start: number, length: number, instead: readonly number[]): Uint8Array {
  return bytes(stream.subarray(0, start), instead, stream.subarray(start + length));
}

/** Feeds a stream in pieces; gives the packets, and the error if there was one. */
function read(stream: Uint8Array, version: ProtocolVersion, random: Random): [Packet[], MalformedPacketError?] {
  const decoder = new Decoder({ version, ...(random.below(2) === 0 && { maximumPacketSize: 1000 }) });
  const packets: Packet[] = [];
  try {
    for (let at = 0; at < stream.length; ) {
      const size = 1 + random.below(random.pick([1, 8, 400]));
      packets.push(...decoder.push(stream.subarray(at, at + size)));
      at += size;
    }
  } catch (error) {
    if (!(error instanceof MalformedPacketError)) throw error;
    return [[...packets, ...error.packetsBefore], error];
  }
  return [packets];
}

/** Tolerated where it comes in, although we may not send it. */
function isReadOnly(packet: Packet, { field }: InvalidPacketError): boolean {
  if (field === 'payload' || field === 'will.payload') return true; // said to be UTF-8, and is not
  if (field === 'reasonCode') return packet.type === 'connack' || packet.type === 'disconnect'; // a code we do not know
  return field === 'sessionPresent' && packet.type === 'connack'; // with a refusal
}

function expectSameAgain(packet: Packet, version: ProtocolVersion): void {
  try {
    expect(decode(encode(packet, version), version)).toStrictEqual([packet]);
  } catch (error) {
    if (!(error instanceof InvalidPacketError && isReadOnly(packet, error))) throw error;
  }
}

it(`survives ${ROUNDS} mutations (seed ${SEED})`, { timeout: 120_000 }, () => {
  const random = new Random(SEED);
  const codes = new Set<number>();
  let accepted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const version = random.pick([4, 5] as const);
    let stream = bytes(random.pick(STREAMS[version]), random.pick(STREAMS[version]));
    for (let count = 1 + random.below(3); count > 0; count--) stream = random.pick(MUTATIONS)(stream, random);
    try {
      const [packets, error] = read(stream, version, random);
      if (error !== undefined) codes.add(error.reasonCode);
      accepted += packets.length;
      // A CONNECT that a mutation turned into the other version changes how the rest is read.
      let spoken: ProtocolVersion = version;
      for (const packet of packets) {
        if (packet.type === 'connect') spoken = packet.protocolVersion;
        expectSameAgain(packet, spoken);
      }
    } catch (error) {
      throw new Error(`round ${round} of seed ${SEED}, version ${version}: ${toHex(stream)}`, { cause: error });
    }
  }
  // The mutations are neither all harmless nor all fatal, and reach many kinds of refusal.
  expect(accepted).toBeGreaterThan(ROUNDS / 4);
  expect([...codes]).toEqual(expect.arrayContaining([0x81, 0x82, 0x84, 0x95]));
});

it(`survives noise (seed ${SEED})`, () => {
  const random = new Random(SEED);
  for (let round = 0; round < 4_000; round++) {
    const noise = Uint8Array.from({ length: 1 + random.below(64) }, () => random.below(256));
    const [packets] = read(noise, random.pick([4, 5] as const), random);
    expect(packets.length).toBeLessThanOrEqual(noise.length);
  }
});
