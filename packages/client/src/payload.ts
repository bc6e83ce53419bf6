import { invalidArgument } from './errors.ts';

/**
 * An object that becomes JSON, of whatever interface or class. Those are left out of which JSON would say nothing: what can
 * be iterated over, such as a `Map`, what is awaited, a `Blob`, a function.
 */
export type JsonObject =
  | { readonly [name: string]: JsonValue | undefined }
  | (object & {
      readonly [Symbol.iterator]?: never;
      readonly then?: never;
      readonly arrayBuffer?: never;
      readonly bind?: never;
    });

/** What JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** What can be published: text, bytes, or anything else as JSON. */
export type Payload = string | ArrayBuffer | ArrayBufferView | JsonValue;

const NOTHING: Uint8Array = new Uint8Array(0);
const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * The bytes of a payload: a string as UTF-8, bytes as they are (of a view, the view), anything else as JSON.
 * Unless they are sent at once the bytes are copied: what the caller does to its buffer afterwards changes nothing that
 * is still to be sent.
 */
export function payloadBytes(payload: Payload, isSentAtOnce = false): Uint8Array {
  if (typeof payload === 'string') return payload === '' ? NOTHING : encoder.encode(payload);
  // Not with `slice`: that of Node's Buffer copies nothing.
  if (payload instanceof Uint8Array) return isSentAtOnce ? payload : new Uint8Array(payload);
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload.slice(0));
  // The bytes of a DataView or a Float32Array are surely meant, and surely not its JSON.
  if (ArrayBuffer.isView(payload)) {
    const { buffer, byteOffset, byteLength } = payload;
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  }
  return encoder.encode(json(payload));
}

function json(value: JsonValue): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  const kind = {}.toString.call(value);
  // Of a Blob, a Map or a Promise JSON says nothing.
  if (text === undefined || (text === '{}' && kind !== '[object Object]'))
    throw invalidArgument(`The payload, ${kind}, cannot be written as JSON.`, cause);
  return text;
}
