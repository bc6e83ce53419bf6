import { describe, expect, it } from 'vitest';
import { mergeState } from './merge.ts';

describe('a patch of a state', () => {
  it.each([
    [{}, { desired: { a: 1 } }, { desired: { a: 1 } }],
    [{ desired: { a: 1, b: 2 } }, { desired: { a: null } }, { desired: { b: 2 } }],
    [{ desired: { a: 1 } }, { desired: { a: null } }, {}],
    [{ desired: { a: 1 }, reported: { b: 2 } }, { desired: null }, { reported: { b: 2 } }],
    [{ desired: { a: { b: 1, c: 2 } } }, { desired: { a: { b: 3 } } }, { desired: { a: { b: 3, c: 2 } } }],
    [{ desired: { a: [1, 2] } }, { desired: { a: [3] } }, { desired: { a: [3] } }],
    [{ desired: { a: 1 } }, { desired: { a: { b: 1, c: null } } }, { desired: { a: { b: 1 } } }],
    [
      { desired: { a: 1 } },
      { reported: { a: false, b: 0, c: '' } },
      { desired: { a: 1 }, reported: { a: false, b: 0, c: '' } },
    ],
  ])('%j and %j make %j', (state, patch, merged) => {
    const before = JSON.stringify([state, patch]);
    expect(mergeState<object>(state, patch as never)).toEqual(merged);
    expect(JSON.stringify([state, patch])).toBe(before);
  });

  it('has `__proto__` as a key like any other', () => {
    const patch = JSON.parse('{"desired":{"__proto__":{"polluted":true}}}') as object;
    const merged = mergeState<Record<string, unknown>>({}, patch);
    expect(Object.keys(merged.desired ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(merged.desired?.['polluted']).toBeUndefined();
  });
});
