import {
  type Arbitrary,
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  property,
  record,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from './decoder.ts';
import { encode, encodeInto, packetSize } from './encode.ts';
import type { Packet, PacketType, ProtocolVersion } from './packet.ts';
import { PROPERTIES, type PropertyHost, type PropertySpec } from './properties.ts';
import { REASON_CODES, type ReasonHost } from './reason-codes.ts';
import { VERSIONS } from './testing/bytes.test-helpers.ts';
import { Writer } from './writer.ts';

const SEED = 31_415;
const RUNS = 150;

/** Text as MQTT has it: any characters but U+0000, often long enough for the slow path, with U+FEFF now and then. */
const text = oneof(
  string({ unit: 'binary', maxLength: 8 }),
  string({ unit: 'binary-ascii', maxLength: 100 }),
  constant('\ufeff'),
).map((value) => value.replaceAll('\0', ''));
const topic = text.map((value) => value.replaceAll(/[+#]/g, '')).filter((value) => value !== '');
const binary = uint8Array({ maxLength: 80 });
const packetId = integer({ min: 1, max: 0xffff });
const qos = constantFrom(0 as const, 1 as const, 2 as const);
const level = oneof(constant('+'), constantFrom('', 'a', 'é', '$SYS'));
const filter = tuple(constantFrom('', '$share/g/'), array(level, { minLength: 1, maxLength: 4 }), boolean())
  .map(([share, levels, isOpen]) => share + [...levels, ...(isOpen ? ['#'] : [])].join('/'))
  .filter((value) => value !== '' && value !== '$share/g/');

const VALUES: { readonly [Type in PropertySpec['type']]: (spec: PropertySpec) => Arbitrary<unknown> } = {
  flag: () => boolean(),
  u8: ({ min = 0, max = 0xff }) => integer({ min, max }),
  u16: ({ min = 0, max = 0xffff }) => integer({ min, max }),
  u32: ({ min = 0, max = 0xffff_ffff }) => integer({ min, max }),
  varint: ({ min = 0, max = 268_435_455 }) => integer({ min, max }),
  string: () => text,
  topic: () => topic,
  binary: () => binary,
  pair: () => tuple(text, text),
};

/** Any set of the properties that a packet may have, at least one. */
function properties(host: PropertyHost): Arbitrary<object> {
  const specs = Object.entries<PropertySpec>(PROPERTIES).filter(([, spec]) => spec.in.includes(host));
  const values = specs.map(([name, spec]) => {
    const value = VALUES[spec.type](spec);
    return [name, spec.many?.includes(host) ? array(value, { minLength: 1, maxLength: 3 }) : value] as const;
  });
  return record(Object.fromEntries(values), {
    requiredKeys: host === 'auth' ? ['authenticationMethod'] : [],
    noNullPrototype: true,
  })
    .map((all): object => ('authenticationData' in all ? Object.assign({ authenticationMethod: 'm' }, all) : all))
    .filter((all) => Object.keys(all).length > 0);
}

/** A packet's fields, and in 5.0 perhaps properties. */
function withProperties(
  version: ProtocolVersion,
  host: PropertyHost,
  fields: { readonly [name: string]: Arbitrary<unknown> },
): Arbitrary<Packet> {
  const all = version === 5 ? { ...fields, properties: properties(host) } : fields;
  const optional = ['properties', 'will', 'username', 'password'];
  const required = Object.keys(all).filter((name) => !optional.includes(name) || host === 'auth');
  return record(all, { requiredKeys: required, noNullPrototype: true }).map(
    (packet) => (host === 'will' ? packet : { type: host, ...packet }) as unknown as Packet,
  );
}

function reasonCode(version: ProtocolVersion, host: ReasonHost): Arbitrary<number> {
  if (version === 5) return constantFrom(...REASON_CODES.filter((row) => host in row.in).map(({ code }) => code));
  return host === 'connack'
    ? integer({ min: 0, max: 5 })
    : constantFrom(...(host === 'suback' ? [0, 1, 2, 0x80] : [0]));
}

type Arbitraries = { readonly [Type in PacketType]?: Arbitrary<Packet> };

function packets(version: ProtocolVersion): Arbitraries {
  const codes = (host: ReasonHost) => array(reasonCode(version, host), { minLength: 1, maxLength: 5 });
  const ack = (type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp') =>
    withProperties(version, type, { packetId, reasonCode: reasonCode(version, type) });
  const options = { noLocal: boolean(), retainAsPublished: boolean(), retainHandling: qos };
  const will = withProperties(version, 'will', { topic, payload: binary, qos, retain: boolean() });
  return {
    connect: withProperties(version, 'connect', {
      protocolVersion: constant(version),
      clientId: text,
      cleanStart: boolean(),
      keepAliveSeconds: integer({ min: 0, max: 0xffff }),
      will: will.map((message) => withoutFormat(message)),
      username: text,
      password: binary,
    }).filter(
      (packet) =>
        version === 5 ||
        (packet.type === 'connect' &&
          (packet.clientId !== '' || packet.cleanStart) &&
          (packet.username !== undefined || packet.password === undefined)),
    ),
    connack: withProperties(version, 'connack', {
      sessionPresent: boolean(),
      reasonCode: reasonCode(version, 'connack'),
    }).filter((packet) => packet.type === 'connack' && !(packet.sessionPresent && packet.reasonCode !== 0)),
    publish: withProperties(version, 'publish', {
      topic,
      payload: uint8Array({ maxLength: 300 }),
      qos,
      retain: boolean(),
      duplicate: boolean(),
      packetId,
    }).map((packet) => withoutFormat(withPacketId(packet))),
    puback: ack('puback'),
    pubrec: ack('pubrec'),
    pubrel: ack('pubrel'),
    pubcomp: ack('pubcomp'),
    subscribe: withProperties(version, 'subscribe', {
      packetId,
      subscriptions: array(
        record({ filter, qos, ...(version === 5 && options) }, { noNullPrototype: true }).map((request) =>
          request.filter.startsWith('$share') && version === 5 ? { ...request, noLocal: false } : request,
        ),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    suback: withProperties(version, 'suback', { packetId, reasonCodes: codes('suback') }),
    unsubscribe: withProperties(version, 'unsubscribe', {
      packetId,
      filters: array(filter, { minLength: 1, maxLength: 4 }),
    }),
    unsuback: withProperties(version, 'unsuback', {
      packetId,
      reasonCodes: version === 5 ? codes('unsuback') : constant([]),
    }),
    pingreq: constant<Packet>({ type: 'pingreq' }),
    pingresp: constant<Packet>({ type: 'pingresp' }),
    disconnect: withProperties(version, 'disconnect', { reasonCode: reasonCode(version, 'disconnect') }),
    ...(version === 5 && { auth: withProperties(version, 'auth', { reasonCode: reasonCode(version, 'auth') }) }),
  };
}

/** Random payloads are rarely UTF-8, so none says it is. */
function withoutFormat(message: Packet): Packet {
  const carrier = message as { properties?: { payloadFormatIndicator?: boolean } };
  const { properties: all } = carrier;
  return all?.payloadFormatIndicator === true
    ? ({ ...message, properties: { ...all, payloadFormatIndicator: false } } as Packet)
    : message;
}

function withPacketId(packet: Packet): Packet {
  if (packet.type !== 'publish' || packet.qos > 0) return packet;
  const { packetId: _, ...rest } = packet;
  return { ...rest, duplicate: false };
}

describe.each(VERSIONS)('version %i', (version) => {
  const arbitraries = packets(version);

  it.each(Object.entries(arbitraries) as [PacketType, Arbitrary<Packet>][])(
    `%s is read as it was written, in any pieces (seed ${SEED})`,
    (_, arbitrary) => {
      assert(
        property(arbitrary, integer({ min: 1, max: 400 }), (packet, size) => {
          const encoded = encode(packet, version);
          expect(packetSize(packet, version)).toBe(encoded.length);
          const decoder = new Decoder({ version });
          const read: Packet[] = [];
          for (let at = 0; at < encoded.length; at += size) read.push(...decoder.push(encoded.subarray(at, at + size)));
          expect(read).toStrictEqual([packet]);
        }),
        { seed: SEED, numRuns: RUNS },
      );
    },
  );

  it(`a turn of packets is read as it was written (seed ${SEED})`, () => {
    const any = oneof(...(Object.values(arbitraries) as Arbitrary<Packet>[]));
    assert(
      property(array(any, { maxLength: 12 }), integer({ min: 0, max: 64 }), (turn, capacity) => {
        const writer = new Writer(capacity);
        for (const packet of turn) encodeInto(writer, packet, version);
        expect(new Decoder({ version }).push(writer.view())).toStrictEqual(turn);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
