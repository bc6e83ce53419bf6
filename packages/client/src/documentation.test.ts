import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the documentation', () => {
  it('explains every error code', () => {
    const codes = Array.from(read('session/failure.ts').matchAll(/\| '([A-Z_]+)'/g), ([, code]) => code);
    const text = read('../../../docs/errors.md');
    expect(codes.length).toBeGreaterThan(25);
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });

  it('lists every option', () => {
    const [, options = ''] = read('options.ts').split('export interface ClientOptions {');
    const names = Array.from(options.matchAll(/^ {2}readonly (\w+)\??:/gm), ([, name]) => name);
    const text = read('../README.md');
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !new RegExp(`^\\| \`${name}[.\`]`, 'm').test(text))).toEqual([]);
  });
});
