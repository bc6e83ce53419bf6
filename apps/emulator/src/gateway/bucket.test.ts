import { expect, test } from 'vitest';
import { Bucket } from './bucket.ts';

test('a second’s worth at once, then one by one', () => {
  const bucket = new Bucket(2, 0);
  expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([true, true, false]);
  expect(bucket.waitMs(0)).toBe(500);
  expect([bucket.take(499), bucket.take(500), bucket.take(500)]).toEqual([false, true, false]);
  expect([bucket.take(9000), bucket.take(9000), bucket.take(9000)]).toEqual([true, true, false]);
});

test('less than one a second is one, and then a long wait', () => {
  const bucket = new Bucket(0.1, 0);
  expect([bucket.take(0), bucket.waitMs(0), bucket.take(9_999), bucket.take(10_000)]).toEqual([
    true,
    10_000,
    false,
    true,
  ]);
});

test('what is spent over it delays', () => {
  const bucket = new Bucket(1000, 0);
  expect(bucket.spend(900, 0)).toBe(0);
  expect(bucket.spend(600, 0)).toBe(500);
  expect(bucket.spend(0, 500)).toBe(0);
});

test('without a limit nothing waits', () => {
  const bucket = new Bucket(Number.POSITIVE_INFINITY, 0);
  expect(bucket.spend(1e9, 0)).toBe(0);
  expect([bucket.take(0), bucket.waitMs(0)]).toEqual([true, 0]);
});

test('more at once than in a second', () => {
  const bucket = new Bucket(1, 0, 3);
  expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
  expect([bucket.take(1000), bucket.take(1000)]).toEqual([true, false]);
});
