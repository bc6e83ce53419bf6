/*
 * As much of ASN.1 in DER as a certificate takes: writing, and finding the parts of a certificate request.
 */

/** Tags of DER. */
const TAG = {
  integer: 0x02,
  bitString: 0x03,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
};

/** One value with its tag and length. */
export function der(tag: keyof typeof TAG, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([TAG[tag], ...lengthOf(content.length)]), content]);
}

/** A value under a context-specific tag. */
export function explicit(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0xa0 + number, ...lengthOf(content.length)]), content]);
}

/** An object identifier such as `2.5.4.3`. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return der('oid', Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** A time before 2050. */
export function utcTime(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return der('utcTime', Buffer.from(`${digits}Z`));
}

/** The values inside a value, each whole. @throws Error where they are not well-formed */
export function partsOf(value: Uint8Array): Buffer[] {
  const bytes = Buffer.from(value);
  const { start, end } = boundsOf(bytes, 0);
  const parts: Buffer[] = [];
  for (let at = start; at < end; ) {
    const part = boundsOf(bytes, at);
    if (part.end > end) throw new Error('A value goes beyond its end.');
    parts.push(bytes.subarray(at, part.end));
    at = part.end;
  }
  return parts;
}

function boundsOf(bytes: Buffer, at: number): { readonly start: number; readonly end: number } {
  const first = bytes[at + 1];
  if (first === undefined) throw new Error('A value has no length.');
  const count = first < 0x80 ? 0 : first - 0x80;
  const start = at + 2 + count;
  const length = count === 0 ? first : bytes.readUIntBE(at + 2, count);
  if (start + length > bytes.length) throw new Error('A value is cut off.');
  return { start, end: start + length };
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 + bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest % 128) + 128);
  return digits;
}
