import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Clock } from './clock.ts';

let clock: Clock;
let rung: string[];
const ring = (name: string) => () => void rung.push(name);
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 });
  clock = new Clock();
  rung = [];
});
afterEach(() => vi.useRealTimers());

test('what is due is done in time, and not what was called off', () => {
  clock.after(500, ring('first'));
  const callOff = clock.after(400, ring('never'));
  clock.after(Number.POSITIVE_INFINITY, ring('never'));
  callOff();
  vi.advanceTimersByTime(499);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(rung).toEqual(['first']);
});

test('a clock that is set ahead lets the time pass, in order', () => {
  clock.after(86_400_000, ring('a day'));
  clock.after(3_600_000, ring('an hour'));
  clock.after(172_800_000, ring('two days'));
  clock.offsetMs = 86_400_000;
  vi.advanceTimersByTime(1);
  expect(rung).toEqual(['an hour', 'a day']);
});

test('a clock that is set back makes it wait', () => {
  clock.offsetMs = 3_600_000;
  clock.after(1_000, ring('later'));
  clock.offsetMs = 0;
  vi.advanceTimersByTime(3_600_999);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(rung).toEqual(['later']);
});

test('a time beyond what a timer can be set to is waited for, too', () => {
  clock.after(2 ** 32, ring('in 50 days'));
  vi.advanceTimersByTime(2 ** 32 - 1);
  expect(rung).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(rung).toEqual(['in 50 days']);
});

test('nothing is due any more when it is stopped', () => {
  clock.after(1, ring('never'));
  clock.stop();
  expect(vi.getTimerCount()).toBe(0);
});
