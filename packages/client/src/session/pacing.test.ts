import { describe, expect, it } from 'vitest';
import { Pacing, Rate } from './pacing.ts';
import { SeededRandom } from './testing/random.test-helpers.ts';

describe('a rate', () => {
  it('lets so much through at once, and the rest a second later', () => {
    const rate = new Rate(3);
    for (let count = 0; count < 3; count++) {
      expect(rate.readyAt(5_000)).toBe(5_000);
      rate.count(5_000, 1);
    }
    expect(rate.readyAt(5_000)).toBe(6_000);
    expect(rate.readyAt(5_999)).toBe(6_000);
    expect(rate.readyAt(6_000)).toBe(6_000);
  });

  it('below one a second stretches the second', () => {
    const rate = new Rate(0.25);
    rate.count(1_000, 1);
    expect(rate.readyAt(1_000)).toBe(5_000);
  });

  it('is not exceeded in any second, however it is used, and nearly reached', () => {
    for (const perSecond of [1, 3, 100]) {
      const random = new SeededRandom(perSecond);
      const rate = new Rate(perSecond);
      const sent: number[] = [];
      let now = 0;
      while (now < 20_000) {
        const readyAt = rate.readyAt(now);
        if (readyAt > now) {
          now = readyAt;
        } else {
          rate.count(now, 1);
          sent.push(now);
          if (random.chance(0.3)) now += random.below(1_000 / perSecond);
        }
      }
      let from = 0;
      const most = sent.reduce((sofar, at, index) => {
        while ((sent[from] as number) <= at - 1_000) from += 1;
        return Math.max(sofar, index - from + 1);
      }, 0);
      expect(most).toBeLessThanOrEqual(perSecond);
      expect(sent.length / 20).toBeGreaterThan(perSecond * 0.9);
    }
  });

  it('of bytes lets a large message through when less than its limit has gone', () => {
    const rate = new Rate(100);
    rate.count(0, 99);
    expect(rate.readyAt(10)).toBe(10);
    rate.count(10, 1_000);
    expect(rate.readyAt(20)).toBe(1_010);
  });
});

describe('pacing', () => {
  it('waits for the slower of two rates', () => {
    const pacing = new Pacing({ publishesPerSecond: 2, bytesPerSecond: 100 });
    expect(pacing.sent(0, 10)).toBe(0);
    expect(pacing.sent(500, 10)).toBe(1_000);
    expect(pacing.sent(1_000, 200)).toBe(2_000);
  });

  it('counts received messages if the service does', () => {
    const profile = { publishesPerSecond: 1 };
    expect(new Pacing(profile).received(0)).toBe(0);
    expect(new Pacing({ ...profile, countsReceived: true }).received(0)).toBe(1_000);
  });
});
