import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from './clock.ts';

let clock: SystemClock;

beforeEach(() => {
  vi.useFakeTimers();
  clock = new SystemClock();
});
afterEach(() => void vi.useRealTimers());

describe('SystemClock', () => {
  it('calls back once, not before the time', () => {
    const woken = vi.fn();
    clock.wakeAt(clock.now() + 1_000, woken);
    vi.advanceTimersByTime(999);
    expect(woken).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5_000);
    expect(woken).toHaveBeenCalledTimes(1);
  });

  it('calls back soon when the time has passed', () => {
    const woken = vi.fn();
    clock.wakeAt(clock.now() - 1_000, woken);
    vi.advanceTimersByTime(1);
    expect(woken).toHaveBeenCalledTimes(1);
  });

  it('can be told not to', () => {
    const woken = vi.fn();
    const cancel = clock.wakeAt(clock.now() + 10, woken);
    cancel();
    cancel();
    vi.advanceTimersByTime(1_000);
    expect(woken).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not fire at once for a time that overflows the timers of a platform', () => {
    const timer = vi.spyOn(globalThis, 'setTimeout');
    clock.wakeAt(clock.now() + 10 ** 12, vi.fn());
    expect(timer.mock.calls[0]?.[1]).toBe(2 ** 31 - 1);
  });

  it('shows milliseconds since the epoch, and never goes back', () => {
    const before = clock.now();
    expect(Math.abs(before - Date.now())).toBeLessThan(60_000);
    vi.setSystemTime(new Date(Date.now() - 3_600_000));
    expect(clock.now()).toBeGreaterThanOrEqual(before);
  });

  it('gives numbers from 0 (included) to 1 (excluded)', () => {
    for (let drawn = 0; drawn < 100; drawn++) {
      const random = clock.random();
      expect(random >= 0 && random < 1).toBe(true);
    }
  });
});
