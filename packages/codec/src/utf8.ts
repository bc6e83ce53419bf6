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
export const encoder = /* @__PURE__ */ new TextEncoder();
/** What no string may have: a surrogate without its other half [MQTT-1.5.4-1], and U+0000 [MQTT-1.5.4-2]. */
const unsendable = /[\0\p{Surrogate}]/u;

/** What keeps a text from being an MQTT string; `undefined` when nothing does. */
export function textProblem(text: string): string | undefined {
  if (unsendable.test(text)) return 'contains U+0000 or a lone surrogate';
  // A code unit has at most three bytes; encoding only to count them costs more than all the rest of a short message.
  const isLong = text.length * 3 > MAXIMUM_LENGTH && encoder.encode(text).length > MAXIMUM_LENGTH;
  return isLong ? 'is longer than 65535 bytes' : undefined;
}

/** The text that bytes are in UTF-8, `undefined` when they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads a string's bytes. Throws 0x81 on ill-formed UTF-8 and on U+0000. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= SHORT) {
    // oxlint-disable-next-line unicorn/no-new-array -- as long as it will be, which is quicker than pushing
    const codes = new Array<number>(end - start);
    let position = start;
    for (; position < end; position++) {
      const byte = bytes[position] as number;
      // One unsigned comparison that leaves ASCII without U+0000.
      if ((byte - 1) >>> 0 >= 0x7f) break;
      codes[position - start] = byte;
    }
    if (position === end) return String.fromCharCode.apply(null, codes);
  }
  const text = textOf(bytes.subarray(start, end));
  if (text === undefined || text.includes('\0')) throw malformed('has a string that is not UTF-8');
  return text;
}
