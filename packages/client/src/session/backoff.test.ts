import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';
import type { ReconnectPolicy } from './config.ts';

const policy = (overrides: Partial<ReconnectPolicy> = {}): ReconnectPolicy => ({
  minDelayMs: 1_000,
  maxDelayMs: 120_000,
  jitter: 'full',
  minConnectedTimeToResetMs: 30_000,
  ...overrides,
});

const LOWEST = 0;
const HIGHEST = 1 - 2 ** -32;

const delays = (backoff: Backoff, random: number, count: number): number[] =>
  Array.from({ length: count }, () => backoff.next(random));

describe('the delay before the next attempt', () => {
  it("doubles up to its maximum, with jitter 'none'", () => {
    expect(delays(new Backoff(policy({ jitter: 'none' })), 0.3, 9)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000,
    ]);
  });

  it("lies between the minimum and a bound that doubles up to its maximum, with jitter 'full'", () => {
    expect(delays(new Backoff(policy()), LOWEST, 9)).toEqual(Array.from({ length: 9 }, () => 1_000));
    expect(delays(new Backoff(policy()), HIGHEST, 9)).toEqual([
      2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000, 120_000,
    ]);
  });

  it("lies between the minimum and three times the last one, up to its maximum, with jitter 'decorrelated'", () => {
    expect(delays(new Backoff(policy({ jitter: 'decorrelated' })), LOWEST, 3)).toEqual([1_000, 1_000, 1_000]);
    expect(delays(new Backoff(policy({ jitter: 'decorrelated' })), HIGHEST, 6)).toEqual([
      3_000, 9_000, 27_000, 81_000, 120_000, 120_000,
    ]);
  });

  it.each(['full', 'decorrelated'] as const)("is spread from the first one on, with jitter '%s'", (jitter) => {
    expect(new Backoff(policy({ jitter })).next(0.25)).not.toBe(new Backoff(policy({ jitter })).next(0.75));
  });

  it.each(['full', 'decorrelated', 'none'] as const)("stays within its bounds for ever, with jitter '%s'", (jitter) => {
    for (const minDelayMs of [0, 1, 1_000]) {
      const backoff = new Backoff(policy({ jitter, minDelayMs }));
      for (let attempt = 0; attempt < 5_000; attempt++) {
        const delay = backoff.next((attempt % 100) / 100);
        if (!(delay >= minDelayMs && delay <= 120_000)) throw new Error(`${delay} ms at attempt ${attempt}`);
      }
    }
    expect(policy({ jitter }).jitter).toBe(jitter);
  });

  it('starts anew after a connection that lasted long enough, and not after a shorter one', () => {
    const backoff = new Backoff(policy({ jitter: 'none' }));
    delays(backoff, 0, 3);
    backoff.connectionLasted(29_999);
    expect(backoff.next(0)).toBe(8_000);
    backoff.connectionLasted(30_000);
    expect(backoff.next(0)).toBe(1_000);
  });

  it("starts anew with jitter 'decorrelated', too", () => {
    const backoff = new Backoff(policy({ jitter: 'decorrelated' }));
    delays(backoff, HIGHEST, 5);
    backoff.reset();
    expect(backoff.next(HIGHEST)).toBe(3_000);
  });
});
