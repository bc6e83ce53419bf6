import { describe, expect, it } from 'vitest';
import { ServiceClock } from './clock.ts';

const NOW = Date.parse('2026-01-15T12:00:00Z');
const header = (time: number): string => new Date(time).toUTCString();

describe('the clock of the service', () => {
  it('is that of the machine, unless another or an offset is given', () => {
    expect(Math.abs(new ServiceClock({}).now() - Date.now())).toBeLessThan(1_000);
    expect(new ServiceClock({ clock: () => NOW, clockOffsetMs: -5_000 }).now()).toBe(NOW - 5_000);
  });

  it('is set right by the date of an answer, and says so', () => {
    const told: number[] = [];
    let time = NOW;
    const clock = new ServiceClock({ clock: () => time, onClockSkew: (offsetMs) => told.push(offsetMs) });
    clock.learn(header(NOW + 3_600_000));
    expect(clock.now()).toBe(NOW + 3_600_000);
    time += 60_000;
    clock.learn(header(NOW + 3_660_000));
    expect(clock.now()).toBe(NOW + 3_660_000);
    clock.learn(header(time));
    expect(clock.now()).toBe(time);
    expect(told).toEqual([3_600_000, 0]);
  });

  it.each([null, '', 'yesterday', header(NOW + 9_000), header(NOW - 9_000)])('learns nothing from %j', (date) => {
    const clock = new ServiceClock({ clock: () => NOW });
    clock.learn(date);
    expect(clock.now()).toBe(NOW);
  });

  it('is right even when the listener throws', () => {
    const { reportError } = globalThis;
    const reported: unknown[] = [];
    globalThis.reportError = (error) => reported.push(error);
    const clock = new ServiceClock({
      clock: () => NOW,
      onClockSkew: () => {
        throw new Error('listener');
      },
    });
    clock.learn(header(NOW - 3_600_000));
    globalThis.reportError = reportError;
    expect(clock.now()).toBe(NOW - 3_600_000);
    expect(reported).toHaveLength(1);
  });
});
