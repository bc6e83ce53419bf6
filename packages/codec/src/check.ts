/*
 * What our caller gave, checked. `field` is told in the error, below the path that the writer is at; absent, the path
 * itself is the field.
 */
import { refuse } from './errors.ts';

/** A whole number from `minimum` to `maximum`. */
export function checkInteger(value: unknown, minimum: number, maximum: number, field?: string): number {
  const isInRange = Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
  return isInRange ? (value as number) : refuse(`must be an integer from ${minimum} to ${maximum}`, field);
}

/** 1 for `true` and 0 for `false`. */
export function checkFlag(value: unknown, field?: string): number {
  return typeof value === 'boolean' ? +value : refuse('must be a boolean', field);
}

/** An array. */
export function checkArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : refuse('must be an array');
}

/** A Uint8Array, of whichever window. */
export function checkBytes(value: unknown, field?: string): Uint8Array {
  const isBytes = (value as Uint8Array | undefined)?.BYTES_PER_ELEMENT === 1;
  return isBytes ? (value as Uint8Array) : refuse('must be a Uint8Array', field);
}
