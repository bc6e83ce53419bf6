import { InvalidPacketError } from './errors.ts';

/** A whole number from `minimum` to `maximum`, or an error that names the field. */
export function checkInteger(value: unknown, minimum: number, maximum: number, field: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) {
    throw new InvalidPacketError(field, `must be a whole number from ${minimum} to ${maximum}`);
  }
  return value;
}

/** 1 for `true` and 0 for `false`, or an error that names the field. */
export function checkFlag(value: unknown, field: string): 0 | 1 {
  if (typeof value !== 'boolean') throw new InvalidPacketError(field, 'must be true or false');
  return value ? 1 : 0;
}

/** An array with something in it, or an error that names the field. */
export function checkFilled(value: unknown, field: string): void {
  if (!Array.isArray(value) || value.length === 0)
    throw new InvalidPacketError(field, 'must be an array that is not empty');
}

/** Section 2.2.1: never 0 [MQTT-2.2.1-3]. */
export function checkPacketId(value: unknown): number {
  return checkInteger(value, 1, 0xffff, 'packetId');
}
