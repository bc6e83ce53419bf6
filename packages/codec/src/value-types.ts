/*
 * How each data type is read, checked and written, sections 1.5 and 2.2.2.2. A property's row, and a field of a packet,
 * names one of these; its name, its range and the code for what is out of range come with it.
 */
import { checkArray, checkFlag, checkInteger } from './check.ts';
import { hex, MalformedPacketError, refuse, reject } from './errors.ts';
import type { ProtocolVersion } from './packet.ts';
import type { PropertyValues } from './properties.ts';
import type { Reader } from './reader.ts';
import { topicFilterProblem, topicNameProblem } from './topic.ts';
import { MAXIMUM_VARINT, type Writer } from './writer.ts';

/** What a value type needs to know of the property or field it reads or writes. */
export interface ValueRules {
  /** Its name, for errors. */
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Reason code for a number out of range. */
  readonly outOfRange: number;
}

/** One data type: bytes to value, and value to bytes. */
export interface ValueType<Value = unknown> {
  /** Largest number it can hold; 0 for what is no number. */
  readonly largest: number;
  read(reader: Reader, rules: ValueRules): Value;
  write(writer: Writer, value: unknown, rules: ValueRules): void;
}

function integer(largest: number, method: 'byte' | 'uint16' | 'uint32' | 'varint'): ValueType<number> {
  return {
    largest,
    read: (reader, rules) => readInRange(reader[method](), rules),
    write: (writer, value, { min, max }) => writer[method](checkInteger(value, min, max)),
  };
}

function readInRange(value: number, { name, min, max, outOfRange }: ValueRules): number {
  if (value < min || value > max) throw new MalformedPacketError(outOfRange, `${name} is ${hex(value)}`);
  return value;
}

function text(problemOf: (text: string, version: ProtocolVersion) => string | undefined): ValueType<string> {
  return {
    largest: 0,
    read(reader, { name }) {
      const value = reader.string();
      reject(problemOf(value, reader.version), name);
      return value;
    },
    write: (writer, value) => refuse(problemOf(writer.string(value), writer.version)),
  };
}

export const VALUE_TYPES: {
  readonly [Name in keyof PropertyValues | 'filter']: ValueType<({ filter: string } & PropertyValues)[Name]>;
} = {
  flag: {
    largest: 1,
    read: (reader, rules) => readInRange(reader.byte(), rules) === 1,
    write: (writer, value) => writer.byte(checkFlag(value)),
  },
  u8: /* @__PURE__ */ integer(0xff, 'byte'),
  u16: /* @__PURE__ */ integer(0xffff, 'uint16'),
  u32: /* @__PURE__ */ integer(0xffff_ffff, 'uint32'),
  varint: /* @__PURE__ */ integer(MAXIMUM_VARINT, 'varint'),
  string: /* @__PURE__ */ text(() => undefined),
  topic: /* @__PURE__ */ text(topicNameProblem),
  filter: /* @__PURE__ */ text(topicFilterProblem),
  binary: {
    largest: 0,
    read: (reader) => reader.binary(),
    write: (writer, value) => writer.binary(value),
  },
  pair: {
    largest: 0,
    read: (reader) => [reader.string(), reader.string()],
    write(writer, value) {
      const pair = checkArray(value);
      if (pair.length !== 2) refuse('must be a name and a value');
      for (const half of pair) writer.string(half);
    },
  },
};
