import { describe, expect, it } from 'vitest';
import { Pacing, Rate } from './pacing.ts';
import { connected } from './testing/driver.test-helpers.ts';
import { connack } from './testing/packets.test-helpers.ts';
import { SeededRandom } from './testing/random.test-helpers.ts';
import type { Seen } from './testing/seen.test-helpers.ts';

interface Happened {
  readonly at: number;
  readonly amount: number;
}

/** The most that happens within any `windowMs`, and how many things it was. */
function most(happened: readonly Happened[], windowMs: number): { readonly amount: number; readonly count: number } {
  let found = { amount: 0, count: 0 };
  for (const [first, { at }] of happened.entries()) {
    const within = happened.slice(first).filter((each) => each.at < at + windowMs);
    const amount = within.reduce((sum, each) => sum + each.amount, 0);
    if (amount > found.amount) found = { amount, count: within.length };
  }
  return found;
}

/** Does as much as it may, of random sizes at random moments. */
function use(rate: Rate, random: SeededRandom, largest: number, pauseMs: number): Happened[] {
  const happened: Happened[] = [];
  for (let now = 0; now < 20_000; ) {
    const amount = 1 + random.below(largest);
    for (let readyAt = rate.readyAt(now, amount); readyAt > now; readyAt = rate.readyAt(now, amount)) now = readyAt;
    rate.count(now, amount);
    happened.push({ at: now, amount });
    if (random.chance(0.3)) now += random.next() * pauseMs;
  }
  return happened;
}

describe('a rate', () => {
  it('spreads over the second what is too much at once', () => {
    const rate = new Rate(4);
    expect(rate.readyAt(5_000, 1)).toBe(5_000);
    rate.count(5_000, 1);
    expect([rate.readyAt(5_000, 1), rate.readyAt(5_249, 1), rate.readyAt(5_250, 1)]).toEqual([5_250, 5_250, 5_250]);
  });

  it('lets a tenth through at once', () => {
    const rate = new Rate(100);
    for (let count = 0; count < 10; count++) {
      expect(rate.readyAt(5_000, 1)).toBe(5_000);
      rate.count(5_000, 1);
    }
    expect(rate.readyAt(5_000, 1)).toBe(5_010);
  });

  it('below one a second stretches the second', () => {
    const rate = new Rate(0.25);
    rate.count(1_000, 1);
    expect(rate.readyAt(1_000, 1)).toBe(5_000);
  });

  it.each([1, 3, 10, 100])(
    'of %i is not exceeded in any second, however it is used, and nearly reached',
    (perSecond) => {
      const happened = use(new Rate(perSecond), new SeededRandom(perSecond), 1, 1_000 / perSecond);
      expect(most(happened, 1_000).amount).toBeLessThanOrEqual(perSecond);
      expect(happened.length / 20).toBeGreaterThan(perSecond * 0.9);
      // A service whose clock is not ours may take a tenth of a second for the next one: it sees little more.
      expect(most(happened, 100).amount).toBeLessThanOrEqual(Math.max(1, perSecond / 5));
    },
  );

  it('of bytes is not exceeded in any second, but by what is larger alone', () => {
    for (const largest of [10, 400, 2_500]) {
      const happened = use(new Rate(1_000), new SeededRandom(largest), largest, 100);
      const { amount, count } = most(happened, 1_000);
      if (amount > 1_000) expect([count, largest]).toEqual([1, 2_500]);
      else expect(largest).toBeLessThan(2_500);
    }
  });

  it('of bytes lets what is larger through when nothing has gone for a second', () => {
    const rate = new Rate(100);
    rate.count(0, 10);
    expect(rate.readyAt(10, 1_000)).toBe(1_000);
    rate.count(1_000, 1_000);
    expect(rate.readyAt(1_000, 1)).toBeGreaterThanOrEqual(2_000);
  });
});

describe('pacing', () => {
  it('waits for the slower of two rates', () => {
    const pacing = new Pacing({ publishesPerSecond: 2, bytesPerSecond: 100 });
    pacing.count(0, 10);
    expect(pacing.readyAt(0, 10)).toBe(500);
    pacing.count(500, 90);
    expect(pacing.readyAt(1_000, 10)).toBe(1_310);
    expect(pacing.readyAt(1_000, 100)).toBe(1_500);
  });

  it('lets a large message go although others are received all the time', () => {
    const pacing = new Pacing({ publishesPerSecond: 100, bytesPerSecond: 100 });
    pacing.count(0, 10);
    for (let now = 100; now < 1_000; now += 100) pacing.count(now, 0);
    expect(pacing.readyAt(900, 1_000)).toBe(1_000);
  });

  it.each([0, 1] as const)('keeps a backlog of QoS %i to the rates, in any second', (qos) => {
    const driver = connected(
      { brokerProfile: { publishesPerSecond: 100, bytesPerSecond: 524_288 } },
      connack({ receiveMaximum: 65_535 }),
    );
    const random = new SeededRandom(7);
    const sizes = Array.from({ length: 400 }, () => random.pick([10, 10, 10, 100, 20_000, 128_000]));
    const happened: Happened[] = [];
    const take = (seen: readonly Seen[]): void => {
      for (const each of seen)
        if ('send' in each && each.send.type === 'publish')
          happened.push({ at: driver.now, amount: each.send.payload.length });
    };
    for (const [index, size] of sizes.entries())
      take(driver.publish(index + 1, { qos, payload: new Uint8Array(size), topic: `t${index}` }));
    while (happened.length < sizes.length && driver.now < 60_000) {
      driver.now = Math.max(driver.now, driver.session.nextDeadline());
      take(driver.tell({ type: 'socketLevel', bufferedBytes: 0 }));
      take(driver.tell({ type: 'tick' }));
    }
    expect(happened.map(({ amount }) => amount)).toEqual(sizes);
    expect(most(happened, 1_000).amount).toBeLessThanOrEqual(524_288);
    expect(
      most(
        happened.map(({ at }) => ({ at, amount: 1 })),
        1_000,
      ).amount,
    ).toBeLessThanOrEqual(100);
    const seconds = Math.max(4, sizes.reduce((sum, size) => sum + size) / 524_288);
    expect(driver.now).toBeLessThan(seconds * 1_300);
  });

  it('leaves no deadline behind when the client is stopped', () => {
    const driver = connected({ brokerProfile: { publishesPerSecond: 0.1 } });
    for (const op of [1, 2]) driver.publish(op);
    driver.stop();
    driver.pass(2_000);
    expect(driver.session.status).toBe('stopped');
    expect(driver.session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });
});
