import { describe, expect, it } from 'vitest';
import { EVERYTHING, PREVIEW, readPayload } from './payload.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('readPayload', () => {
  it.each([
    ['', 'empty', ''],
    ['hello', 'text', 'hello'],
    ['grüße 🌊\n\tzweite Zeile', 'text', 'grüße 🌊\n\tzweite Zeile'],
    ['21.5', 'text', '21.5'],
    ['{"a":1}', 'json', '{ "a": 1 }'],
    ['{"a":', 'text', '{"a":'],
    ['a\u0000b', 'binary', '000000  61 00 62                                          a·b'],
  ])('reads %j as %s', (payload, format, text) => {
    expect(readPayload(bytes(payload), PREVIEW)).toEqual({ format, text, isCut: false });
  });

  it('reads what is not UTF-8 as bytes', () => {
    expect(readPayload(Uint8Array.of(0xff, 0xfe), PREVIEW).format).toBe('binary');
  });

  it('cuts long text and shows it all when asked', () => {
    const text = 'x'.repeat(1_500);
    expect(readPayload(bytes(text), PREVIEW)).toEqual({ format: 'text', text: 'x'.repeat(1_000), isCut: true });
    expect(readPayload(bytes(text), EVERYTHING)).toEqual({ format: 'text', text, isCut: false });
  });

  it('cuts after so many lines', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    expect(readPayload(bytes(lines.join('\n')), PREVIEW).text).toBe(lines.slice(0, PREVIEW.lines).join('\n'));
  });

  it('does not call text cut that ends where the cut would be', () => {
    const lines = Array.from({ length: PREVIEW.lines }, () => 'line').join('\n');
    expect(readPayload(bytes(lines), PREVIEW).isCut).toBe(false);
  });

  it('cuts a long dump', () => {
    const { text, isCut } = readPayload(new Uint8Array(1_000), PREVIEW);
    expect([text.split('\n').length, isCut]).toEqual([8, true]);
  });

  it('cuts no character in two', () => {
    const text = `${'x'.repeat(999)}🌊${'x'.repeat(10)}`;
    expect(readPayload(bytes(text), PREVIEW).text).toBe('x'.repeat(999));
    const long = 'é'.repeat(20_000);
    expect(readPayload(bytes(`x${long}`), { ...EVERYTHING, bytes: 16_384 })).toEqual({
      format: 'text',
      text: `x${'é'.repeat(8_191)}`,
      isCut: true,
    });
  });

  it('reads of what is huge the beginning only, and half a document not as JSON', () => {
    const huge = bytes(JSON.stringify({ text: 'x'.repeat(2_000_000) }));
    expect(readPayload(huge, PREVIEW)).toMatchObject({ format: 'text', isCut: true });
    const all = readPayload(huge, EVERYTHING);
    expect([all.text.length, all.isCut]).toEqual([1_048_576, true]);
  });
});
