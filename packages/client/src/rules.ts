/*
 * What may be given for an option. A rule takes what was given, puts the default in the place of nothing, and refuses what
 * can never work, with the name of the option.
 */
import { InvalidPacketError, type Packet, type ProtocolVersion, type QoS, packetSize } from '@mqtide/codec';
import { invalidArgument } from './errors.ts';

/** Takes what was given for the option of this name. Throws `INVALID_ARGUMENT`. */
type Rule<Value> = (given: unknown, name: string) => Value;

type Values<Rules> = { readonly [Name in keyof Rules]: Rules[Name] extends Rule<infer Value> ? Value : never };

/** One of these words, the first when nothing was given. */
export const oneOf =
  <const Words extends readonly unknown[]>(...words: Words): Rule<Words[number]> =>
  (given, name) => {
    const word = given ?? words[0];
    if (words.includes(word)) return word;
    const known = words.filter((each) => each !== undefined).map(String);
    throw invalidArgument(`\`${name}\` is one of ${known.join(', ')}, not ${String(given)}.`);
  };

type NumberRule = <Default extends number | undefined>(byDefault: Default, least?: number) => Rule<number | Default>;

const numeric =
  (kind: string, isOne: (value: unknown) => boolean): NumberRule =>
  <Default extends number | undefined>(byDefault: Default, least = 0): Rule<number | Default> =>
  (given, name) => {
    const value = (given ?? byDefault) as number | Default;
    if (value === undefined || (isOne(value) && value >= least)) return value;
    throw invalidArgument(`\`${name}\` is a ${kind}number from ${least}, not ${String(given)}.`);
  };

/** A number, from 0 unless told otherwise; `Infinity` is one. */
export const number: NumberRule = numeric('', (value) => typeof value === 'number');
export const whole: NumberRule = numeric('whole ', Number.isInteger);
export const wholeOrInfinity: NumberRule = numeric(
  'whole ',
  (value) => Number.isInteger(value) || value === Number.POSITIVE_INFINITY,
);

export const checkQoS: Rule<QoS> = oneOf(0, 1, 2);

const optionalNumber = number(undefined);

/** Throws `INVALID_ARGUMENT` for what is neither left out nor a number of milliseconds. */
export const checkTimeout = (timeoutMs: number | undefined): unknown => optionalNumber(timeoutMs, 'timeoutMs');

/** Throws `INVALID_ARGUMENT` for what is no topic, or no topic filter. */
export function checkTopic(kind: string, topic: unknown, problemOf: (topic: string) => string | undefined): void {
  const problem = typeof topic === 'string' ? problemOf(topic) : 'is not a string';
  if (problem !== undefined) throw invalidArgument(`The ${kind} ${problem}: '${String(topic)}'.`);
}

/** An object of options, each by its own rule; it may be left out. */
export const group =
  <const Rules extends Readonly<Record<string, Rule<unknown>>>>(rules: Rules): Rule<Values<Rules>> =>
  (given, name) => {
    const options = (given ?? {}) as Readonly<Record<string, unknown>>;
    const values = Object.entries(rules).map(([each, rule]) => [
      each,
      rule(options[each], name === '' ? each : `${name}.${each}`),
    ]);
    return Object.fromEntries(values) as Values<Rules>;
  };

/**
 * Lets the codec look at a packet as it will be sent, and says what is wrong in it. Fields that begin with one of the
 * `names` are called otherwise by the caller. Throws `INVALID_ARGUMENT`.
 */
export function checkPacket(
  packet: Packet,
  version: ProtocolVersion,
  names: readonly (readonly [field: string, option: string])[] = [],
): void {
  try {
    packetSize(packet, version);
  } catch (error) {
    if (!(error instanceof InvalidPacketError)) throw error;
    const [from, to] = names.find(([field]) => error.field.startsWith(field)) ?? ['', ''];
    const name = to + error.field.slice(from.length);
    throw invalidArgument(`${name.replace(/^[\w.]+/, '`$&`')} ${error.problem}.`);
  }
}
