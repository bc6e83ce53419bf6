import { expect, test } from 'vitest';
import { SWITCHES } from '../switches.ts';
import { deltaOf, mergeShadow, metadataOfPatch, type Patch } from './document.ts';

const EMPTY = { state: {}, metadata: {} };
const at = (timestamp: number) => ({ timestamp });

/** Applies updates one after the other, at 1, 2, 3 … */
const after = (...patches: readonly Patch[]) =>
  patches.reduce<ReturnType<typeof mergeShadow>>(
    (before, patch, index) => mergeShadow(before, patch, index + 1, SWITCHES),
    EMPTY,
  );

test('objects are merged, scalars and lists replaced, null removes', () => {
  const { state, metadata } = after(
    { desired: { light: { on: true, level: 3 }, list: [1, 2], gone: 'x' } },
    { desired: { light: { level: 4 }, list: [3], gone: null }, reported: { light: 'dark' } },
  );
  expect(state).toEqual({ desired: { light: { on: true, level: 4 }, list: [3] }, reported: { light: 'dark' } });
  expect(metadata).toEqual({
    desired: { light: { on: at(1), level: at(2) }, list: [at(2)] },
    reported: { light: at(2) },
  });
});

test('false, 0 and the empty text are values', () => {
  expect(after({ reported: { a: false, b: 0, c: '' } }).state).toEqual({ reported: { a: false, b: 0, c: '' } });
});

test('a section that is null goes, and so does one with nothing left', () => {
  const full: Patch = { desired: { a: 1 }, reported: { b: 2 } };
  expect(after(full, { desired: null }).state).toEqual({ reported: { b: 2 } });
  expect(after(full, { desired: { a: null } }).state).toEqual({ reported: { b: 2 } });
  expect(after(full, { desired: null, reported: null })).toEqual(EMPTY);
});

test('an object takes the place of a scalar and the other way round', () => {
  expect(after({ desired: { a: 1 } }, { desired: { a: { b: 2 } } })).toEqual({
    state: { desired: { a: { b: 2 } } },
    metadata: { desired: { a: { b: at(2) } } },
  });
  expect(after({ desired: { a: { b: 2 } } }, { desired: { a: 1 } }).metadata).toEqual({ desired: { a: at(2) } });
});

test('nulls in something new are not kept', () => {
  expect(after({ desired: { a: { b: null, c: 1 } } }).state).toEqual({ desired: { a: { c: 1 } } });
});

test('an object that is left empty stays or goes', () => {
  const patches: Patch[] = [{ desired: { a: { b: 1 }, c: 1 } }, { desired: { a: { b: null } } }];
  expect(after(...patches).state).toEqual({ desired: { a: {}, c: 1 } });
  const rules = { ...SWITCHES, keepEmptyObjects: false };
  const merged = patches.reduce<ReturnType<typeof mergeShadow>>(
    (one, patch) => mergeShadow(one, patch, 1, rules),
    EMPTY,
  );
  expect(merged.state).toEqual({ desired: { c: 1 } });
});

test('names that mean something to JavaScript are names', () => {
  const patch = JSON.parse('{"desired":{"__proto__":{"a":1},"constructor":2}}') as Patch;
  expect(JSON.stringify(after(patch).state)).toBe('{"desired":{"__proto__":{"a":1},"constructor":2}}');
  expect(deltaOf(after({ desired: { toString: 1 }, reported: { a: 1 } }))?.state).toEqual({ toString: 1 });
});

test('the delta is what is desired and not reported so', () => {
  const shadow = after(
    { desired: { light: { on: true, level: 3 }, list: [1, 2], same: { x: 1 } } },
    { reported: { light: { on: false, level: 3, extra: 1 }, list: [2, 1], same: { x: 1 }, only: 1 } },
  );
  expect(deltaOf(shadow)).toEqual({
    state: { light: { on: true }, list: [1, 2] },
    metadata: { light: { on: at(1) }, list: [at(1), at(1)] },
  });
  expect(deltaOf(after({ reported: { a: 1 } }))).toBe(undefined);
  expect(deltaOf(after({ desired: { a: { b: 1 } }, reported: { a: { b: 1 } } }))).toBe(undefined);
});

test('lists can have one timestamp', () => {
  const rules = { ...SWITCHES, arrayMetadata: 'one' } as const;
  expect(mergeShadow(EMPTY, { desired: { a: [1, 2] } }, 5, rules).metadata).toEqual({ desired: { a: at(5) } });
});

test('the answer’s metadata covers what was asked for, without what was removed', () => {
  expect(metadataOfPatch({ desired: { a: 1, b: null }, reported: null }, 9, SWITCHES)).toEqual({
    desired: { a: at(9) },
  });
});
