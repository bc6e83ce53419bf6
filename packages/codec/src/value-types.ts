/*
 * How each data type of section 2.2.2.2 is read, checked and written. A property's row names one of these; the ranges,
 * the rule for topics and the name of the field come from the row.
 */
import { checkFlag, checkInteger } from './check.ts';
import { hex, InvalidPacketError, MalformedPacketError, protocolError } from './errors.ts';
import type { PropertyValues } from './properties.ts';
import type { Reader } from './reader.ts';
import { topicNameProblem } from './topic.ts';
import { MAXIMUM_VARINT, type Writer } from './writer.ts';

/** What a value type needs to know of the property it reads or writes. */
export interface ValueRules {
  /** Path of the property in its packet, for errors. */
  readonly field: string;
  readonly min: number;
  readonly max: number;
  /** Reason code for a number out of range. */
  readonly outOfRange: number;
  /** Follows the rules of topic names. */
  readonly topic: boolean;
}

/** One data type: bytes to value, and value to bytes. */
export interface ValueType<Value> {
  /** Largest number it can hold; 0 for what is no number. */
  readonly largest: number;
  read(reader: Reader, rules: ValueRules): Value;
  write(writer: Writer, value: unknown, rules: ValueRules): void;
}

export const VALUE_TYPES: { readonly [Name in keyof PropertyValues]: ValueType<PropertyValues[Name]> } = {
  flag: {
    largest: 0,
    read(reader, { field }) {
      const value = reader.byte();
      if (value > 1) throw protocolError(`${field} is neither 0 nor 1`);
      return value === 1;
    },
    write: (writer, value, { field }) => writer.byte(checkFlag(value, field)),
  },
  u8: {
    largest: 0xff,
    read: (reader, rules) => inRange(reader.byte(), rules),
    write: (writer, value, { min, max, field }) => writer.byte(checkInteger(value, min, max, field)),
  },
  u16: {
    largest: 0xffff,
    read: (reader, rules) => inRange(reader.uint16(), rules),
    write: (writer, value, { min, max, field }) => writer.uint16(checkInteger(value, min, max, field)),
  },
  u32: {
    largest: 0xffff_ffff,
    read: (reader, rules) => inRange(reader.uint32(), rules),
    write: (writer, value, { min, max, field }) => writer.uint32(checkInteger(value, min, max, field)),
  },
  varint: {
    largest: MAXIMUM_VARINT,
    read: (reader, rules) => inRange(reader.varint(), rules),
    write: (writer, value, { min, max, field }) => writer.varint(checkInteger(value, min, max, field)),
  },
  string: {
    largest: 0,
    read(reader, { field, topic }) {
      const text = reader.string();
      const problem = topic ? topicNameProblem(text) : undefined;
      if (problem !== undefined) throw protocolError(`${field} ${problem}`);
      return text;
    },
    write(writer, value, { field, topic }) {
      const text = writer.string(value, field);
      const problem = topic ? topicNameProblem(text) : undefined;
      if (problem !== undefined) throw new InvalidPacketError(field, problem);
    },
  },
  binary: {
    largest: 0,
    read: (reader) => reader.binary(),
    write: (writer, value, { field }) => writer.binary(value, field),
  },
  pair: {
    largest: 0,
    read: (reader) => [reader.string(), reader.string()],
    write(writer, value, { field }) {
      if (!Array.isArray(value) || value.length !== 2)
        throw new InvalidPacketError(field, 'must be a name and a value');
      writer.string(value[0], field);
      writer.string(value[1], field);
    },
  },
};

function inRange(value: number, { field, min, max, outOfRange }: ValueRules): number {
  if (value < min || value > max) throw new MalformedPacketError(outOfRange, `${field} is ${hex(value)}`);
  return value;
}
