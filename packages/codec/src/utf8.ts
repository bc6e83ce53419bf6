/*
 * Strict strings, section 1.5.4: well-formed UTF-8 of at most 65,535 bytes without U+0000, in both directions.
 * Short ASCII, which is what topics and property names are, is checked and copied in one loop; a call into
 * TextEncoder or TextDecoder costs more than such a string. U+FEFF is an ordinary character [MQTT-1.5.4-3].
 */
import { malformed } from './errors.ts';

/** Bytes of the longest string and of the longest binary value: their length is a two byte integer. */
export const MAXIMUM_LENGTH = 0xffff;

export const TOO_LONG = 'is longer than 65535 bytes';

/** Up to this many bytes the loop beats the platform's decoder. */
const SHORT = 32;

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
export const encoder = /* @__PURE__ */ new TextEncoder();
const loneSurrogate = /\p{Surrogate}/u;

/** What keeps a text from being an MQTT string, its length aside; `undefined` when nothing does. */
export function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'contains U+0000'; // [MQTT-1.5.4-2]
  return loneSurrogate.test(text) ? 'contains a lone surrogate' : undefined; // [MQTT-1.5.4-1]
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
      // One unsigned comparison that leaves ASCII without U+0000.
      if ((byte - 1) >>> 0 >= 0x7f) break;
      codes.push(byte);
    }
    if (position === end) return String.fromCharCode.apply(null, codes);
  }
  let text = '\0';
  try {
    text = decoder.decode(bytes.subarray(start, end));
  } catch {}
  if (text.includes('\0')) throw malformed('has a string that is not UTF-8');
  return text;
}
