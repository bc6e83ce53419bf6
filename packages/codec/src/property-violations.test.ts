/*
 * Properties that may not be on the wire, generated from the table: each in each packet that may not have it, repeated,
 * cut short, from the wrong side; values out of range; property lengths that are wrong.
 */
import { describe, expect, it } from 'vitest';
import { PROPERTIES, type PropertyHost, type PropertyName, type PropertySpec } from './properties.ts';
import type { Sender } from './sender.ts';
import { bytes, decode, refusal, string, varint } from './testing/bytes.test-helpers.ts';
import { AROUND, HOSTS, companions, property } from './testing/hosts.test-helpers.ts';
import { ONCE } from './testing/once.test-helpers.ts';

const ROWS = Object.entries<PropertySpec>(PROPERTIES) as [PropertyName, PropertySpec][];
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
