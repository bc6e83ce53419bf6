/*
 * What may not be on the wire, generated from the tables: each property in each packet that may not have it, repeated,
 * out of range, cut short; each reason code where it does not belong; each packet from the wrong side.
 */
import { describe, expect, it } from 'vitest';
import type { ProtocolVersion } from './packet.ts';
import { PACKETS, type PacketSpec } from './packet-table.ts';
import { PROPERTIES, type PropertyHost, type PropertyName, type PropertySpec } from './properties.ts';
import { REASON_CODES, type ReasonHost } from './reason-codes.ts';
import type { Sender } from './sender.ts';
import { bytes, decode, packetOf, refusal, string, uint16, varint } from './testing/bytes.test-helpers.ts';

const ROWS = Object.entries<PropertySpec>(PROPERTIES) as [PropertyName, PropertySpec][];

/** What each packet has around its properties, their length included. */
const AROUND: { readonly [Host in PropertyHost]: (properties: readonly number[]) => Uint8Array } = {
  connect: (properties) => packetOf(0x10, [...string('MQTT'), 5, 2, 0, 0, ...properties, ...string('')]),
  will: (properties) =>
    packetOf(0x10, [...string('MQTT'), 5, 6, 0, 0, 0, ...string(''), ...properties, ...string('w'), ...string('')]),
  connack: (properties) => packetOf(0x20, [0, 0, ...properties]),
  publish: (properties) => packetOf(0x30, [...string('t'), ...properties]),
  puback: (properties) => packetOf(0x40, [0, 1, 0, ...properties]),
  pubrec: (properties) => packetOf(0x50, [0, 1, 0, ...properties]),
  pubrel: (properties) => packetOf(0x62, [0, 1, 0, ...properties]),
  pubcomp: (properties) => packetOf(0x70, [0, 1, 0, ...properties]),
  subscribe: (properties) => packetOf(0x82, [0, 1, ...properties, ...string('f'), 0]),
  suback: (properties) => packetOf(0x90, [0, 1, ...properties, 0]),
  unsubscribe: (properties) => packetOf(0xa2, [0, 1, ...properties, ...string('f')]),
  unsuback: (properties) => packetOf(0xb0, [0, 1, ...properties, 0]),
  disconnect: (properties) => packetOf(0xe0, [0, ...properties]),
  auth: (properties) => packetOf(0xf0, [0x18, ...properties]),
};

/** A packet with certain properties and nothing else that matters. */
const HOSTS = Object.fromEntries(
  Object.entries(AROUND).map(([host, around]) => [
    host,
    (properties: readonly number[]) => around(withLength(properties)),
  ]),
) as typeof AROUND;

/** A value of each type that is right. */
const VALUES: { readonly [Type in PropertySpec['type']]: readonly number[] } = {
  flag: [1],
  u8: [1],
  u16: [0, 1],
  u32: [0, 0, 0, 1],
  varint: [1],
  string: string('s'),
  topic: string('t'),
  binary: [0, 1, 0xff],
  pair: [...string('k'), ...string('v')],
};

const METHOD = [0x15, ...string('m')];

function withLength(content: readonly number[]): number[] {
  return [...varint(content.length), ...content];
}

function property({ id, type }: PropertySpec): number[] {
  return [id, ...VALUES[type]];
}

/** What a packet needs for a property to be right: its method for authentication data, and for every AUTH. */
function companions(host: PropertyHost, name: PropertyName): number[] {
  const isNeeded = host === 'auth' || name === 'authenticationData';
  return isNeeded && name !== 'authenticationMethod' ? METHOD : [];
}

/** The rules that say of a property that it may stand only once. */
const ONCE: { readonly [hostAndName: string]: string } = {
  'connect sessionExpiryInterval': '[SEC-3.1.2.11.2-a]',
  'connect receiveMaximum': '[SEC-3.1.2.11.3-a]',
  'connect maximumPacketSize': '[SEC-3.1.2.11.4-a]',
  'connect topicAliasMaximum': '[SEC-3.1.2.11.5-a]',
  'connect requestResponseInformation': '[SEC-3.1.2.11.6-a]',
  'connect requestProblemInformation': '[SEC-3.1.2.11.7-a]',
  'connect authenticationData': '[SEC-3.1.2.11.10-a]',
  'will willDelayInterval': '[SEC-3.1.3.2.2-a]',
  'will payloadFormatIndicator': '[SEC-3.1.3.2.3-a]',
  'connack sessionExpiryInterval': '[SEC-3.2.2.3.2-a]',
  'connack receiveMaximum': '[SEC-3.2.2.3.3-a]',
  'connack maximumQoS': '[SEC-3.2.2.3.4-a]',
  'connack retainAvailable': '[SEC-3.2.2.3.5-a]',
  'connack maximumPacketSize': '[SEC-3.2.2.3.6-a]',
  'connack assignedClientIdentifier': '[SEC-3.2.2.3.7-a]',
  'connack topicAliasMaximum': '[SEC-3.2.2.3.8-a]',
  'connack reasonString': '[SEC-3.2.2.3.9-a]',
  'connack wildcardSubscriptionAvailable': '[SEC-3.2.2.3.11-a]',
  'connack subscriptionIdentifierAvailable': '[SEC-3.2.2.3.12-a]',
  'connack sharedSubscriptionAvailable': '[SEC-3.2.2.3.13-a]',
  'connack serverKeepAlive': '[SEC-3.2.2.3.14-a]',
  'connack responseInformation': '[SEC-3.2.2.3.15-a]',
  'connack serverReference': '[SEC-3.2.2.3.16-a]',
  'connack authenticationMethod': '[SEC-3.2.2.3.18-a]',
  'connack authenticationData': '[SEC-3.2.2.3.18-a]',
  'publish payloadFormatIndicator': '[SEC-3.3.2.3.2-c]',
  'publish messageExpiryInterval': '[SEC-3.3.2.3.2-c]',
  'publish topicAlias': '[SEC-3.3.2.3.4-a]',
  'publish responseTopic': '[SEC-3.3.2.3.5-a]',
  'publish correlationData': '[SEC-3.3.2.3.6-a]',
  'publish contentType': '[SEC-3.3.2.3.9-a]',
  'puback reasonString': '[SEC-3.4.2.1-b]',
  'pubrec reasonString': '[SEC-3.5.2.1-b]',
  'pubrel reasonString': '[SEC-3.6.2.1-b]',
  'pubcomp reasonString': '[SEC-3.7.2.1-b]',
  'subscribe subscriptionIdentifier': '[SEC-3.8.2.1.2-a]',
  'suback reasonString': '[SEC-3.9.2.1.2-a]',
  'unsuback reasonString': '[SEC-3.11.2.1.2-a]',
  'disconnect sessionExpiryInterval': '[SEC-3.14.2.2.2-a]',
  'disconnect reasonString': '[SEC-3.14.2.2.3-a]',
  'disconnect serverReference': '[SEC-3.14.2.2.3-a]',
  'auth authenticationMethod': '[SEC-3.15-a]',
  'auth authenticationData': '[SEC-3.15-a]',
};

const hostsOf = Object.keys(HOSTS) as PropertyHost[];

describe.each(ROWS)('property %s', (name, spec) => {
  const allowed: readonly PropertyHost[] = spec.in;

  it.each(allowed)('is read in %s', (host) => {
    const [packet] = decode(HOSTS[host]([...property(spec), ...companions(host, name)]), 5);
    const carrier = host === 'will' ? (packet as { will?: object }).will : packet;
    expect((carrier as { properties?: object }).properties).toHaveProperty(name);
  });

  it.each(hostsOf.filter((host) => !allowed.includes(host)))('is malformed in %s, 0x81 [SEC-2.2.2.2-a]', (host) => {
    expect(refusal(HOSTS[host]([...property(spec), ...companions(host, name)]), 5).reasonCode).toBe(0x81);
  });

  it.each(allowed.filter((host) => !spec.many?.includes(host)).map((host) => [host, ONCE[`${host} ${name}`] ?? '']))(
    'is a protocol error twice in %s, 0x82 %s',
    (host) => {
      const twice = [...property(spec), ...property(spec), ...companions(host as PropertyHost, name)];
      expect(refusal(HOSTS[host as PropertyHost](twice), 5).reasonCode).toBe(0x82);
    },
  );

  it.each([...allowed.filter((host) => spec.many?.includes(host))])('may stand twice in %s, in order', (host) => {
    const packet = decode(HOSTS[host]([...property(spec), ...property(spec), ...companions(host, name)]), 5)[0];
    const carrier = host === 'will' ? (packet as { will?: object }).will : packet;
    expect((carrier as { properties: { [name: string]: unknown[] } }).properties[name]).toHaveLength(2);
  });

  it.each(allowed)('cut short at the end of the properties of %s is malformed, 0x81 [SEC-2.2.2.1-a]', (host) => {
    const whole = property(spec);
    for (let length = 1; length < whole.length; length++) {
      // In front of it what it needs, so that nothing else is wrong.
      const cut = [...companions(host, name), ...whole.slice(0, length)];
      expect(refusal(HOSTS[host](cut), 5).reasonCode, `${length} bytes`).toBe(0x81);
    }
  });

  for (const [host, sender] of Object.entries(spec.from ?? {}) as [PropertyHost, number][]) {
    const other: Sender = sender === 1 ? 'server' : 'client';
    const rightful: Sender = sender === 1 ? 'client' : 'server';
    it(`is a protocol error in ${host} from the ${other}, 0x82`, () => {
      const packet = HOSTS[host](property(spec));
      expect(refusal(packet, { version: 5, sender: other }).reasonCode).toBe(0x82);
      expect(decode(packet, { version: 5, sender: rightful })).toHaveLength(1);
      expect(decode(packet, 5)).toHaveLength(1);
    });
  }
});

describe('property identifiers that do not exist [SEC-2.2.2.2-a]', () => {
  const known = new Set(ROWS.map(([, { id }]) => id));
  const unknown = [
    ...Array.from({ length: 0x80 }, (_, id) => id).filter((id) => !known.has(id)),
    0x80,
    0x4000,
    0x20_0000,
  ];

  it.each(hostsOf)('are malformed in %s, 0x81', (host) => {
    for (const id of unknown) {
      expect(refusal(HOSTS[host]([...varint(id), 0, 0, 0, 0]), 5).reasonCode, `identifier ${id}`).toBe(0x81);
    }
  });

  it('are malformed when a known one is written in two bytes [MQTT-1.5.5-1]', () => {
    expect(refusal(HOSTS.publish([0x81, 0x00, 1]), 5).reasonCode).toBe(0x81);
  });
});

describe('property values out of range', () => {
  const cases: readonly (readonly [name: PropertyName, value: readonly number[], code: number, ids: string])[] = [
    ['payloadFormatIndicator', [2], 0x82, '[SEC-3.3.2.3.2-a]'],
    ['requestProblemInformation', [2], 0x82, '[SEC-3.1.2.11.7-a]'],
    ['requestResponseInformation', [255], 0x82, '[SEC-3.1.2.11.6-a]'],
    ['maximumQoS', [2], 0x82, '[SEC-3.2.2.3.4-a]'],
    ['maximumQoS', [3], 0x82, '[SEC-3.2.2.3.4-a]'],
    ['retainAvailable', [2], 0x82, '[SEC-3.2.2.3.5-a]'],
    ['wildcardSubscriptionAvailable', [2], 0x82, '[SEC-3.2.2.3.11-a]'],
    ['subscriptionIdentifierAvailable', [2], 0x82, '[SEC-3.2.2.3.12-a]'],
    ['sharedSubscriptionAvailable', [2], 0x82, '[SEC-3.2.2.3.13-a]'],
    ['receiveMaximum', [0, 0], 0x82, '[SEC-3.2.2.3.3-a]'],
    ['maximumPacketSize', [0, 0, 0, 0], 0x82, '[SEC-3.2.2.3.6-a]'],
    ['subscriptionIdentifier', [0], 0x82, '[SEC-3.3.2.3.8-a]'],
    ['topicAlias', [0, 0], 0x94, '[MQTT-3.3.2-8] [SEC-3.3.4-a]'],
    ['responseTopic', string(''), 0x82, '[MQTT-3.3.2-14]'],
    ['responseTopic', string('a/+'), 0x82, '[MQTT-3.3.2-14]'],
    ['responseTopic', string('#'), 0x82, '[MQTT-3.3.2-14]'],
    ['responseTopic', [0, 1, 0xff], 0x81, '[MQTT-3.3.2-13]'],
    ['contentType', [0, 1, 0xff], 0x81, '[MQTT-3.3.2-19]'],
    ['userProperties', [0, 3, 0xed, 0xa0, 0x80, 0, 0], 0x81, '[MQTT-1.5.7-1]'],
    ['userProperties', [0, 0, 0, 3, 0xed, 0xa0, 0x80], 0x81, '[MQTT-1.5.7-1]'],
    ['subscriptionIdentifier', [0x81, 0x00], 0x81, '[MQTT-1.5.5-1]'],
    ['subscriptionIdentifier', [0xff, 0xff, 0xff, 0xff, 0x01], 0x81, '[SEC-1.5.5-a]'],
  ];

  it.each(cases)('%s of %j is refused with %i in every packet %s', (name, value, code) => {
    const spec: PropertySpec = PROPERTIES[name];
    for (const host of spec.in) {
      const packet = HOSTS[host]([spec.id, ...value, ...companions(host, name)]);
      expect(refusal(packet, 5).reasonCode, `in ${host}`).toBe(code);
    }
  });

  it('authentication data without a method is a protocol error, 0x82 [SEC-3.1.2.11.10-a] [SEC-3.2.2.3.18-a]', () => {
    for (const host of PROPERTIES.authenticationData.in) {
      expect(refusal(HOSTS[host]([0x16, 0, 0]), 5).reasonCode, `in ${host}`).toBe(0x82);
    }
  });

  it('an AUTH without a method is a protocol error, 0x82 [SEC-3.15-a] [MQTT-4.12.0-5]', () => {
    for (const packet of ['f0 00', 'f0 02 18 00', 'f0 01 18', 'f0 06 18 04 1f 0001 72']) {
      expect(refusal(bytes(packet), 5).reasonCode, `in ${packet}`).toBe(0x82);
    }
  });
});

describe('the property length [MQTT-2.2.2-1] [SEC-2.2.2.1-a]', () => {
  const bare: readonly (readonly [host: PropertyHost, packet: string])[] = [
    ['connack', '20 02 00 00'],
    ['suback', '90 02 0001'],
    ['unsuback', 'b0 02 0001'],
    ['publish', '30 03 0001 74'],
    ['subscribe', '82 02 0001'],
    ['unsubscribe', 'a2 02 0001'],
    ['connect', '10 0a 0004 4d515454 05 02 0000'],
  ];

  it.each(bare)('is never missing in %s, 0x81', (_, packet) => {
    expect(refusal(bytes(packet), 5).reasonCode).toBe(0x81);
  });

  it.each(hostsOf)('is never longer than the packet, as in %s, 0x81', (host) => {
    expect(refusal(AROUND[host]([0x7f]), 5).reasonCode).toBe(0x81);
  });

  it.each(hostsOf)('is never in a longer form than needed, as in %s, 0x81 [MQTT-1.5.5-1]', (host) => {
    expect(refusal(AROUND[host]([0x80, 0x00]), 5).reasonCode).toBe(0x81);
  });

  it('ends where it says even if a property could go on, 0x81', () => {
    for (const length of [1, 2]) expect(refusal(AROUND.publish([length, 0x23, 0x00, 0x01]), 5).reasonCode).toBe(0x81);
  });
});

describe.each(Object.entries<PacketSpec>(PACKETS as { [type: string]: PacketSpec }))('%s', (type, spec) => {
  it('has no flags but its own, 0x81 [MQTT-2.1.3-1] [MQTT3-2.2.2-2]', () => {
    for (let flags = 0; flags < 16; flags++) {
      if (spec.flags.includes(flags)) continue;
      for (const version of [4, 5] as const) {
        // The first byte is enough.
        expect(refusal(bytes((spec.number << 4) | flags), version).reasonCode, `flags ${flags}`).toBe(0x81);
      }
    }
  });

  it('comes only from the side that may send it, 0x82 [SEC-2.1.2-a]', () => {
    for (const [sender, bit] of [
      ['client', 1],
      ['server', 2],
    ] as const) {
      if ((spec.from & bit) !== 0) continue;
      const first = bytes((spec.number << 4) | spec.flags[0]);
      expect(refusal(first, { version: 5, sender }).reasonCode, `${type} from the ${sender}`).toBe(0x82);
    }
  });
});

describe('what is never on the wire', () => {
  it('type 0, 0x81 [SEC-2.1.2-a] [SEC3-2.2.1-a]', () => {
    for (const version of [4, 5] as const) expect(refusal(bytes('00'), version).reasonCode).toBe(0x81);
  });

  it('AUTH in 3.1.1, 0x81 [SEC3-2.2.1-a]', () => {
    expect(refusal(bytes('f0'), 4).reasonCode).toBe(0x81);
  });

  it('DISCONNECT from the server in 3.1.1, 0x82 [SEC3-2.2.1-a]', () => {
    expect(refusal(bytes('e0 00'), { version: 4, sender: 'server' }).reasonCode).toBe(0x82);
    expect(decode(bytes('e0 00'), { version: 4, sender: 'client' })).toHaveLength(1);
  });
});

describe('reason codes', () => {
  /** A packet with one reason code. */
  const WITH_CODE: { readonly [Host in ReasonHost]: (code: number, version: ProtocolVersion) => Uint8Array } = {
    connack: (code, version) => packetOf(0x20, [0, code, ...(version === 5 ? [0] : [])]),
    puback: (code) => packetOf(0x40, [0, 1, code]),
    pubrec: (code) => packetOf(0x50, [0, 1, code]),
    pubrel: (code) => packetOf(0x62, [0, 1, code]),
    pubcomp: (code) => packetOf(0x70, [0, 1, code]),
    suback: (code, version) => packetOf(0x90, [...uint16(1), ...(version === 5 ? [0] : []), code]),
    unsuback: (code) => packetOf(0xb0, [0, 1, 0, code]),
    disconnect: (code) => packetOf(0xe0, [code]),
    auth: (code) => packetOf(0xf0, [code, ...withLength(METHOD)]),
  };
  const all = Array.from({ length: 256 }, (_, code) => code);
  const ids: { readonly [Host in ReasonHost]: string } = {
    connack: '[MQTT-3.2.2-8]',
    puback: '[MQTT-3.4.2-1]',
    pubrec: '[MQTT-3.5.2-1]',
    pubrel: '[MQTT-3.6.2-1]',
    pubcomp: '[MQTT-3.7.2-1]',
    suback: '[MQTT-3.9.3-2]',
    unsuback: '[MQTT-3.11.3-2]',
    disconnect: '[MQTT-3.14.2-1]',
    auth: '[MQTT-3.15.2-1]',
  };

  it.each(Object.entries(ids) as [ReasonHost, string][])('of %s are those of its table, others 0x82 %s', (host) => {
    const legal = new Set(REASON_CODES.filter((row) => row.in.includes(host)).map((row) => row.code));
    const isLenient = host === 'connack' || host === 'disconnect';
    for (const code of all) {
      const packet = WITH_CODE[host](code, 5);
      if (legal.has(code) || isLenient) expect(decode(packet, 5), `code ${code}`).toHaveLength(1);
      else expect(refusal(packet, 5).reasonCode, `code ${code}`).toBe(0x82);
    }
  });

  it.each(
    REASON_CODES.flatMap(({ code, from = {} }) =>
      (Object.entries(from) as [ReasonHost, number][]).map(([host, sender]) => ({ code, host, sender })),
    ),
  )('$code in $host comes from one side only, otherwise 0x82', ({ code, host, sender }) => {
    const packet = WITH_CODE[host](code, 5);
    const [rightful, other]: [Sender, Sender] = sender === 1 ? ['client', 'server'] : ['server', 'client'];
    expect(decode(packet, { version: 5, sender: rightful })).toHaveLength(1);
    expect(refusal(packet, { version: 5, sender: other }).reasonCode).toBe(0x82);
  });

  it('of SUBACK in 3.1.1 are 0, 1, 2 and 0x80, others 0x82 [MQTT3-3.9.3-2]', () => {
    for (const code of all) {
      const packet = WITH_CODE.suback(code, 4);
      if ([0, 1, 2, 0x80].includes(code)) expect(decode(packet, 4)).toHaveLength(1);
      else expect(refusal(packet, 4).reasonCode, `code ${code}`).toBe(0x82);
    }
  });

  it('of CONNACK in 3.1.1 are read even where they are reserved [SEC3-3.2.2.3-a]', () => {
    for (const code of all) {
      expect(decode(WITH_CODE.connack(code, 4), 4)).toStrictEqual([
        { type: 'connack', sessionPresent: false, reasonCode: code },
      ]);
    }
  });
});
