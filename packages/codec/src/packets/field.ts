/*
 * Most packets are a sequence of fields, each of which knows how to read itself into a packet and how to write itself
 * out of one. Those of one value are of the same data types as properties.
 */
import { MISSING, refuse, reject } from '../errors.ts';
import type { PropertyHost } from '../properties.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { VALUE_TYPES } from '../value-types.ts';
import { writeItems, writeProperties } from '../write-properties.ts';
import type { Writer } from '../writer.ts';

/** A packet, or a part of one, by the names of its fields. */
export interface Fields {
  [name: string]: unknown;
}

/** One field of a packet, or several that depend on one another. */
export interface Field {
  read(reader: Reader, packet: Fields): void;
  write(writer: Writer, packet: Fields): void;
}

/** A field of one value. */
export function value(name: string, typeName: keyof typeof VALUE_TYPES, min = 0, outOfRange = 0x82): Field {
  const type = VALUE_TYPES[typeName];
  const rules = { name, min, max: type.largest, outOfRange };
  return {
    read(reader, packet) {
      packet[name] = type.read(reader, rules);
    },
    write(writer, packet) {
      writer.path.push(name);
      type.write(writer, packet[name], rules);
      writer.path.pop();
    },
  };
}

/** Fields of a part that is an object of its own. */
export function part(name: string, ...fields: Field[]): Field {
  return {
    read: (reader, packet) => readFields(reader, packet[name] as Fields, fields),
    write(writer, packet) {
      writer.path.push(name);
      writeFields(writer, packet[name] as Fields, fields);
      writer.path.pop();
    },
  };
}

/** Reads fields into a packet, one after the other. */
export function readFields(reader: Reader, packet: Fields, fields: readonly Field[]): void {
  for (const field of fields) field.read(reader, packet);
}

/** Writes fields out of a packet, one after the other. */
export function writeFields(writer: Writer, packet: Fields, fields: readonly Field[]): void {
  for (const field of fields) field.write(writer, packet);
}

/** What only a client sends is not read here: see `from-client.ts`. */
export function unread(): never {
  throw new TypeError();
}

/** A field that is there where the packet has it, which is known before it is read. */
export function optional(name: string, field: Field): Field {
  return {
    read(reader, packet) {
      if (packet[name] !== undefined) field.read(reader, packet);
    },
    write(writer, packet) {
      if (packet[name] !== undefined) field.write(writer, packet);
    },
  };
}

/** A list to the end of the packet. Only the codes of an UNSUBACK of 3.1.1 may be none. */
export function list<Item>(
  name: string,
  readItem: (reader: Reader, packet: Fields) => Item,
  writeItem: (writer: Writer, item: Item, packet: Fields) => void,
): Field {
  return {
    read(reader, packet) {
      const items: Item[] = [];
      while (reader.remaining > 0) items.push(readItem(reader, packet));
      if (items.length === 0 && isFilled(packet, reader)) reject(MISSING, name);
      packet[name] = items;
    },
    write(writer, packet) {
      const { length } = writer;
      writer.path.push(name);
      writeItems(writer, packet[name], writeItem, packet);
      if (writer.length === length && isFilled(packet, writer)) refuse(MISSING);
      writer.path.pop();
    },
  };
}

function isFilled({ type }: Fields, { version }: { readonly version: number }): boolean {
  return version === 5 || type !== 'unsuback';
}

/** Section 2.2.1: never 0 [MQTT-2.2.1-3]. */
export const PACKET_ID = /* @__PURE__ */ value('packetId', 'u16', 1);

/** Section 2.2.2. What has no type of its own is a will. */
export const PROPERTIES: Field = {
  read: (reader, packet) => readProperties(reader, hostOf(packet), packet),
  write: (writer, packet) => writeProperties(writer, hostOf(packet), packet['properties'] as object | undefined),
};

function hostOf({ type = 'will' }: Fields): PropertyHost {
  return type as PropertyHost;
}
