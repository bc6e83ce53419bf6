import { hexDump } from './hex.ts';
import { layOutJson } from './json-layout.ts';

export type PayloadFormat = 'empty' | 'json' | 'text' | 'binary';

/** A payload made readable. */
export interface ReadablePayload {
  readonly format: PayloadFormat;
  readonly text: string;
  /** Whether there is more than `text` shows. */
  readonly isCut: boolean;
}

/** How much of a payload is read, and how much of that is shown. */
interface Extent {
  readonly bytes: number;
  readonly binaryBytes: number;
  readonly characters: number;
  readonly lines: number;
}

/** What a page can lay out without a stutter, many times a second. */
export const PREVIEW: Extent = { bytes: 16_384, binaryBytes: 128, characters: 1_000, lines: 10 };

/** What a page can lay out at all. */
export const EVERYTHING: Extent = {
  bytes: 1_048_576,
  binaryBytes: 1_048_576,
  characters: Number.POSITIVE_INFINITY,
  lines: Number.POSITIVE_INFINITY,
};

/** Control characters that text does not have. */
const BINARY = /[^\P{Cc}\t\n\r]/u;

/** Reads a payload as JSON, as text, or where it is neither as a dump of its bytes. */
export function readPayload(payload: Uint8Array, extent: Extent): ReadablePayload {
  if (payload.length === 0) return { format: 'empty', text: '', isCut: false };
  const head = payload.subarray(0, extent.bytes);
  const isWhole = head.length === payload.length;
  const text = decode(head, isWhole);
  if (text === undefined) {
    const shown = head.subarray(0, extent.binaryBytes);
    return { format: 'binary', text: hexDump(shown), isCut: shown.length < payload.length };
  }
  // Half a document is no JSON.
  const json = isWhole ? layOutJson(text) : undefined;
  const shown = cut(json ?? text, extent);
  return {
    format: json === undefined ? 'text' : 'json',
    text: shown,
    isCut: !isWhole || shown.length < (json ?? text).length,
  };
}

/** `undefined` for what is not text. A character that is cut in two at the end is left out. */
function decode(bytes: Uint8Array, isWhole: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !isWhole });
    return BINARY.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function cut(text: string, { characters, lines }: Extent): string {
  let end = Math.min(text.length, characters);
  for (let line = 0, at = -1; line < lines; line++) {
    at = text.indexOf('\n', at + 1);
    if (at < 0 || at >= end) break;
    if (line === lines - 1) end = at;
  }
  // Not between the two halves of a surrogate pair.
  if (end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
