import { describe, expect, it } from 'vitest';
import { layOutJson } from './json-layout.ts';

describe('layOutJson', () => {
  it('leaves what is short on one line', () => {
    expect(layOutJson('{"a":1,"b":[true,null],"c":{}}')).toBe('{ "a": 1, "b": [true, null], "c": {} }');
  });

  it('gives every part of what is long a line', () => {
    const long = 'x'.repeat(60);
    expect(layOutJson(`{"first":"${long}","second":[1,2],"third":["${long}","${long}"]}`)).toBe(
      [
        '{',
        `  "first": "${long}",`,
        '  "second": [1, 2],',
        '  "third": [',
        `    "${long}",`,
        `    "${long}"`,
        '  ]',
        '}',
      ].join('\n'),
    );
  });

  it('shows numbers and names as they were sent', () => {
    expect(layOutJson('[12345678901234567890, 1.50, 1E5, -0]')).toBe('[12345678901234567890, 1.50, 1E5, -0]');
    expect(layOutJson('{"a":1,"a":2}')).toBe('{ "a": 1, "a": 2 }');
  });

  it('finds no structure inside strings', () => {
    expect(layOutJson('["a,b]{\\"}\\\\", "c:d"]')).toBe('["a,b]{\\"}\\\\", "c:d"]');
  });

  it.each(['21.5', '"text"', 'true', 'hello', '{', '{"a":}', '[1,]', ''])('is not meant for %s', (text) => {
    expect(layOutJson(text)).toBeUndefined();
  });

  it('gives up on what is deeper than anybody can read', () => {
    expect(layOutJson('['.repeat(100) + ']'.repeat(100))).toBeDefined();
    expect(layOutJson('['.repeat(50_000) + ']'.repeat(50_000))).toBeUndefined();
  });

  it('says the same as the text it was given', () => {
    const value = { a: [1, { b: 'x'.repeat(100), c: [[], {}] }], d: 'ü\n"' };
    expect(JSON.parse(layOutJson(JSON.stringify(value)) ?? '')).toEqual(value);
  });
});
