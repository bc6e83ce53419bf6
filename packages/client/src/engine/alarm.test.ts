import { VirtualClock } from '@mqtide/testkit';
import { describe, expect, it, vi } from 'vitest';
import { Alarm } from './alarm.ts';

describe('the alarm', () => {
  it('is one timer, set anew only for an earlier moment', async () => {
    const clock = new VirtualClock();
    const wakeAt = vi.spyOn(clock, 'wakeAt');
    const ring = vi.fn<() => void>();
    const alarm = new Alarm(clock, ring);
    alarm.set(100);
    alarm.set(200);
    alarm.set(100);
    expect(wakeAt).toHaveBeenCalledTimes(1);
    alarm.set(50);
    expect(clock.pendingWakes).toBe(1);
    await clock.advance(1_000);
    expect(ring).toHaveBeenCalledTimes(1);
    alarm.set(2_000);
    alarm.set(Number.POSITIVE_INFINITY);
    expect(clock.pendingWakes).toBe(0);
  });

  it('that was set by a timer is set anew by what comes from elsewhere, once: browsers hold chains of timers back', async () => {
    const clock = new VirtualClock();
    const wakeAt = vi.spyOn(clock, 'wakeAt');
    const alarm: Alarm = new Alarm(clock, () => {
      alarm.set(clock.now() + 100);
      alarm.set(clock.now() + 100);
    });
    alarm.set(100);
    await clock.advance(100);
    expect(wakeAt.mock.calls.map(([at]) => at)).toEqual([100, 200]);
    // A packet arrives, and another one.
    alarm.set(5_000);
    alarm.set(5_000);
    expect(wakeAt.mock.calls.map(([at]) => at)).toEqual([100, 200, 200]);
    expect(clock.pendingWakes).toBe(1);
  });

  it('goes on after a ring that throws', async () => {
    const clock = new VirtualClock();
    let rings = 0;
    const alarm = new Alarm(clock, () => {
      rings += 1;
      if (rings === 1) throw new Error('oops');
    });
    alarm.set(1);
    await expect(clock.advance(1)).rejects.toThrow('oops');
    alarm.set(2);
    await clock.advance(1);
    expect(rings).toBe(2);
  });
});
