import { invalidArgument } from './errors.ts';

/** What JSON can carry. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };

/** What can be published: text, bytes, or anything else as JSON. */
export type Payload = string | Uint8Array | ArrayBuffer | JsonValue;

const NOTHING: Uint8Array = new Uint8Array(0);
const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * The bytes of a payload: a string as UTF-8, bytes as they are (of a view, the view), anything else as JSON.
 * Unless they are sent at once the bytes are copied: what the caller does to its buffer afterwards changes nothing that
 * is still to be sent.
 */
export function payloadBytes(payload: Payload, isSentAtOnce = false): Uint8Array {
  if (typeof payload === 'string') return payload === '' ? NOTHING : encoder.encode(payload);
  if (payload instanceof Uint8Array) return isSentAtOnce ? payload : payload.slice();
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload.slice(0));
  // The bytes of a DataView or a Float32Array are surely meant, and surely not its JSON.
  if (ArrayBuffer.isView(payload)) {
    const { buffer, byteOffset, byteLength } = payload as ArrayBufferView;
    return new Uint8Array(buffer, byteOffset, byteLength).slice();
  }
  return encoder.encode(json(payload));
}

function json(value: JsonValue): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw invalidArgument('The payload cannot be written as JSON.', cause);
  }
  if (text === undefined)
    throw invalidArgument(`A payload of type ${typeof value} cannot be sent; pass text, bytes or JSON.`);
  return text;
}
