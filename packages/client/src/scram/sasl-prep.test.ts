import { describe, expect, it } from 'vitest';
import { saslPrep } from './sasl-prep.ts';

describe('saslPrep', () => {
  // The examples of RFC 4013, section 3, but for the one on bidirectional text.
  it.each([
    ['I\u00ADX', 'IX'],
    ['user', 'user'],
    ['USER', 'USER'],
    ['\u00AA', 'a'],
    ['\u2168', 'IX'],
  ])('%j becomes %j', (text, prepared) => {
    expect(saslPrep(text)).toBe(prepared);
  });

  it('makes a space of every space, the one of no width among them', () => {
    for (const space of '\u00A0\u1680\u2000\u200A\u200B\u202F\u205F\u3000') expect(saslPrep(`a${space}b`)).toBe('a b');
  });

  it('leaves out what is not to be seen', () => {
    for (const hidden of '\u00AD\u034F\u1806\u180B\u180D\u200C\u200D\u2060\uFE00\uFE0F\uFEFF')
      expect(saslPrep(`a${hidden}b`)).toBe('ab');
  });

  it('keeps letters of all scripts, and signs beyond the first plane', () => {
    for (const text of ['пароль', '密码', 'كلمة', '🔑']) expect(saslPrep(text)).toBe(text);
  });

  it.each([
    ['a control character', '\u0007'],
    ['another control character', '\u0085'],
    ['a private one', '\uE000'],
    ['a private one of a high plane', '\u{F0000}'],
    ['a non-character', '\uFFFE'],
    ['half a character', '\uD800'],
    ['a replacement', '\uFFFD'],
    ['a mark that changes the direction', '\u202E'],
    ['a deprecated one that normalization would replace', '\u0340'],
    ['a tag', '\u{E0041}'],
    ['a description', '\u2FF0'],
  ])('refuses %s', (_, character) => {
    expect(() => saslPrep(`a${character}b`)).toThrow('prohibits');
  });
});
