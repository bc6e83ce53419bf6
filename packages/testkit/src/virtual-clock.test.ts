import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

function numbers(seed: number): number[] {
  const clock = new VirtualClock({ seed });
  return Array.from({ length: 2_000 }, () => clock.random());
}

describe('VirtualClock', () => {
  it('stands still until it is moved', async () => {
    const clock = new VirtualClock({ startAt: 500 });
    await clock.settle();
    expect(clock.now()).toBe(500);
    await clock.advance(250);
    expect(clock.now()).toBe(750);
  });

  it('runs wake-ups in the order of their time, at their time, and equals in the order of asking', async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    for (const [name, at] of [
      ['late', 30],
      ['first', 10],
      ['second', 10],
      ['middle', 20],
    ] as const) {
      clock.wakeAt(at, () => ran.push(`${name} ${clock.now()}`));
    }
    await clock.advance(29);
    expect(ran).toEqual(['first 10', 'second 10', 'middle 20']);
    await clock.advance(1);
    expect(ran).toEqual(['first 10', 'second 10', 'middle 20', 'late 30']);
    expect(clock.pendingWakes).toBe(0);
  });

  it('does not run a cancelled wake-up, and cancelling twice or too late does nothing', async () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    const cancels = [1, 2, 3].map((at) => clock.wakeAt(at, () => ran.push(at)));
    cancels[1]?.();
    cancels[1]?.();
    await clock.advance(5);
    cancels[0]?.();
    expect(ran).toEqual([1, 3]);
  });

  it('runs what a wake-up arms for a moment on the way, also for the same moment', async () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    clock.wakeAt(10, () => {
      clock.wakeAt(10, () => ran.push(clock.now()));
      clock.wakeAt(15, () => ran.push(clock.now()));
      clock.wakeAt(21, () => ran.push(clock.now()));
    });
    await clock.advanceTo(20);
    expect(ran).toEqual([10, 15]);
  });

  it('runs a wake-up for the past at the present', async () => {
    const clock = new VirtualClock({ startAt: 100 });
    const ran: number[] = [];
    clock.wakeAt(5, () => ran.push(clock.now()));
    await clock.advance(0);
    expect(ran).toEqual([100]);
  });

  it('lets every promise continuation run between two wake-ups, however long the chain', async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    const chain = async (name: string): Promise<void> => {
      for (let link = 0; link < 1_000; link++) await Promise.resolve();
      ran.push(`${name} done at ${clock.now()}`);
    };
    clock.wakeAt(1, () => void chain('a'));
    clock.wakeAt(2, () => void chain('b'));
    await clock.advance(10);
    expect(ran).toEqual(['a done at 1', 'b done at 2']);
  });

  it('settles promises without running what is due', async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.wakeAt(0, () => ran.push('wake'));
    void Promise.resolve().then(() => ran.push('promise'));
    await clock.settle();
    expect(ran).toEqual(['promise']);
  });

  it('skips time as a frozen page does: what became due runs late, all at the moment of waking up', async () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.wakeAt(10, () => {
      ran.push(`timer at ${clock.now()}`);
      clock.wakeAt(clock.now() + 10, () => ran.push('not yet'));
    });
    await clock.skip(3_600_000);
    expect(ran).toEqual(['timer at 3600000']);
  });

  it('advances from wake-up to wake-up', async () => {
    const clock = new VirtualClock();
    clock.wakeAt(7, () => undefined);
    expect(await clock.advanceToNextWake()).toBe(true);
    expect(clock.now()).toBe(7);
    expect(await clock.advanceToNextWake()).toBe(false);
  });

  it('gives the same numbers for the same seed, from 0 to 1 exclusive', () => {
    const first = numbers(7);
    expect(numbers(7)).toEqual(first);
    expect(numbers(8)).not.toEqual(first);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...first)).toBeLessThan(1);
    const mean = first.reduce((sum, number) => sum + number, 0) / first.length;
    expect(mean).toBeGreaterThan(0.48);
    expect(mean).toBeLessThan(0.52);
  });

  it('refuses to go back, and stops an endless loop at one moment', async () => {
    const clock = new VirtualClock({ startAt: 10, maxWakes: 50 });
    await expect(clock.advanceTo(9)).rejects.toThrow('cannot go from 10 to 9');
    expect(() => clock.advance(-1)).toThrow(RangeError);
    expect(() => clock.advance(Number.NaN)).toThrow(RangeError);
    const again = (): void => void clock.wakeAt(clock.now(), again);
    again();
    await expect(clock.advance(1)).rejects.toThrow('more than 50 wake-ups');
  });

  it('rejects with the error of a wake-up that throws, and goes on after it', async () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    clock.wakeAt(5, () => {
      throw new Error('thrown by the wake-up');
    });
    clock.wakeAt(6, () => ran.push(clock.now()));
    await expect(clock.advance(10)).rejects.toThrow('thrown by the wake-up');
    expect(clock.now()).toBe(5);
    await clock.advance(5);
    expect(ran).toEqual([6]);
  });

  const seed = 20_251;
  it(`keeps the order over many random additions and removals (seed ${seed})`, async () => {
    const clock = new VirtualClock({ seed });
    const expected: { at: number; order: number }[] = [];
    const ran: number[] = [];
    for (let order = 0; order < 2_000; order++) {
      const at = Math.floor(clock.random() * 300);
      const cancel = clock.wakeAt(at, () => ran.push(order));
      if (clock.random() < 0.4) cancel();
      else expected.push({ at, order });
    }
    expected.sort((left, right) => left.at - right.at || left.order - right.order);
    await clock.advance(300);
    expect(ran).toEqual(expected.map(({ order }) => order));
  });

  it('keeps no trace of a timer that is armed anew after every event', () => {
    const clock = new VirtualClock();
    let cancel = clock.wakeAt(1_000, () => undefined);
    for (let event = 0; event < 10_000; event++) {
      cancel();
      cancel = clock.wakeAt(1_000 + event, () => undefined);
    }
    expect(clock.pendingWakes).toBe(1);
  });
});
