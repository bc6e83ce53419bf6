/*
 * What the services read and write: JSON, or CBOR where the last level of a topic says so (Fleet Provisioning, Commands).
 * Answers are in the format of the request. The only file that knows the package for CBOR, cborg (Apache-2.0).
 */
import { decode, encode } from 'cborg';
import { type JsonObject, isObject, readJson } from './json.ts';

/** As it is in topics. */
export type Format = 'json' | 'cbor';

/** The format of a topic: its last level. */
export function formatOf(topic: string): Format {
  return topic.endsWith('/cbor') ? 'cbor' : 'json';
}

/** The object that a payload says, or `undefined` where it says none. Bytes of CBOR become Base64, which JSON has for them. */
export function readDocument(payload: Uint8Array, format: Format): JsonObject | undefined {
  const value = format === 'cbor' ? readCbor(payload) : valueOf(readJson(payload));
  return isObject(value) ? value : undefined;
}

/** A document as a payload. */
export function writeDocument(document: object, format: Format): Uint8Array {
  return format === 'cbor' ? encode(document) : new TextEncoder().encode(JSON.stringify(document));
}

function valueOf(read: ReturnType<typeof readJson>): unknown {
  return 'value' in read ? read.value : undefined;
}

function readCbor(payload: Uint8Array): unknown {
  try {
    return withBase64(decode(payload));
  } catch {
    return undefined;
  }
}

function withBase64(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(withBase64);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withBase64(inner)]));
}
