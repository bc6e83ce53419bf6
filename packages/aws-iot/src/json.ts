import { RequestError } from './errors.ts';

/** A value that JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Seconds since 1970, as the services send them. */
export type EpochSeconds = number;

/** A timestamp as a `Date`. Some events of AWS have milliseconds, which are recognised by their size. */
export function toDate(timestamp: EpochSeconds): Date {
  return new Date(timestamp > 1e11 ? timestamp : timestamp * 1_000);
}

/** The payload as an object, or `undefined` if it is none. Its content is in no error: it may be a private key. */
export function parseObject<Value extends object>(payload: Uint8Array): Value | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof value === 'object' && value !== null ? (value as Value) : undefined;
  } catch {
    return undefined;
  }
}

/** Throws `INVALID_ARGUMENT` for NaN and the infinities: JSON would make null of them, which deletes. */
export function toJson(request: object): string {
  return JSON.stringify(request, (key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new RequestError('INVALID_ARGUMENT', `\`${key}\` is ${value}, which JSON does not have.`);
    return value;
  });
}
