import { describe, expect, it } from 'vitest';
import { Reminders } from './reminders.ts';

describe('reminders', () => {
  it('ring once, when they are due, no matter how they were added', () => {
    const reminders = new Reminders();
    const rung: number[] = [];
    for (const at of [30, 10, 20]) reminders.add(at, () => rung.push(at));
    expect(reminders.next).toBe(10);
    reminders.ring(9);
    expect(rung).toEqual([]);
    reminders.ring(10);
    expect([rung, reminders.next]).toEqual([[10], 20]);
    reminders.ring(30);
    reminders.ring(99);
    expect(new Set(rung)).toEqual(new Set([10, 20, 30]));
    expect(rung).toHaveLength(3);
    expect(reminders.next).toBe(Number.POSITIVE_INFINITY);
  });

  it('that are cancelled do not ring, and leave no deadline when they were the last', () => {
    const reminders = new Reminders();
    const rung: string[] = [];
    const cancel = reminders.add(1, () => rung.push('first'));
    const cancelOther = reminders.add(2, () => rung.push('other'));
    cancel();
    reminders.ring(1);
    expect(reminders.next).toBe(2);
    cancelOther();
    expect(reminders.next).toBe(Number.POSITIVE_INFINITY);
    reminders.ring(9);
    expect(rung).toEqual([]);
  });

  it('ring five seconds later after a sleep, once: what is waited for may have come', () => {
    const reminders = new Reminders();
    const rung: number[] = [];
    reminders.add(10, () => rung.push(10));
    reminders.ring(3_600_000);
    expect([rung, reminders.next]).toEqual([[], 3_605_000]);
    // The timer of a hidden page.
    reminders.ring(3_660_000);
    expect(rung).toEqual([10]);
  });

  it('may be added by one that rings', () => {
    const reminders = new Reminders();
    let count = 0;
    const again = (): void => {
      count += 1;
      reminders.add(count * 10, again);
    };
    reminders.add(0, again);
    for (let now = 0; now <= 30; now += 10) reminders.ring(now);
    expect([count, reminders.next]).toEqual([4, 40]);
  });
});
