/*
 * Strict strings, section 1.5.4: well-formed UTF-8 of at most 65,535 bytes without U+0000, in both directions.
 * Short ASCII, which is what topics and property names are, is checked and copied in one loop; a call into
 * TextEncoder or TextDecoder costs more than such a string. U+FEFF is an ordinary character [MQTT-1.5.4-3].
 */
import { malformed } from './errors.ts';

/** Bytes of the longest string and of the longest binary value: their length is a two byte integer. */
export const MAXIMUM_LENGTH = 0xffff;

/** Up to this many bytes the loop beats the platform's decoder. */
const SHORT = 32;

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const loneSurrogate = /\p{Surrogate}/u;

/** Whether a code unit or byte is ASCII other than U+0000; one unsigned comparison for both ends. */
const isPlain = (code: number) => (code - 1) >>> 0 < 0x7f;

/** What keeps a text from being an MQTT string, except its length; `undefined` when nothing does. */
export function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'contains U+0000'; // [MQTT-1.5.4-2]
  if (loneSurrogate.test(text)) return 'contains a lone surrogate'; // [MQTT-1.5.4-1]
  return undefined;
}

/** Bytes of a well-formed text in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // A surrogate is half of a character of four bytes, so each half adds one to its own.
    if (code >= 0x80) length += code >= 0x800 && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return length;
}

/** Whether bytes are well-formed UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Reads a string's bytes. Throws 0x81 on ill-formed UTF-8 and on U+0000. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT) {
    const codes: number[] = [];
    let position = start;
    for (; position < end; position++) {
      const byte = bytes[position] as number;
      if (!isPlain(byte)) break;
      codes.push(byte);
    }
    if (position === end) return String.fromCharCode.apply(null, codes);
  }
  return decodeAnyText(bytes.subarray(start, end));
}

function decodeAnyText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw malformed('a string is not well-formed UTF-8');
  }
  if (text.includes('\0')) throw malformed('a string contains U+0000');
  return text;
}
