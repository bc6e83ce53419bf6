import type { PropertyHost, PropertyName, PropertySpec } from '../properties.ts';
import { packetOf, string, varint } from './bytes.test-helpers.ts';

/** What each packet has around its properties, their length included. */
export const AROUND: { readonly [Host in PropertyHost]: (properties: readonly number[]) => Uint8Array } = {
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
export const HOSTS = Object.fromEntries(
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

export const METHOD = [0x15, ...string('m')];

export function withLength(content: readonly number[]): number[] {
  return [...varint(content.length), ...content];
}

export function property({ id, type }: PropertySpec): number[] {
  return [id, ...VALUES[type]];
}

/** What a packet needs for a property to be right: its method for authentication data, and for every AUTH. */
export function companions(host: PropertyHost, name: PropertyName): number[] {
  const isNeeded = host === 'auth' || name === 'authenticationData';
  return isNeeded && name !== 'authenticationMethod' ? METHOD : [];
}
