import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeMessenger, settle } from '../testing/fake-messenger.test-helpers.ts';
import { ShadowService } from '../testing/shadow-service.test-helpers.ts';
import { createShadow } from './shadow.ts';

/*
 * Updates, deletions, conflicts and reconnections in any order, while messages are lost, doubled, late and shuffled. The
 * same seed walks the same way.
 */
let messenger: FakeMessenger;
let service: ShadowService;
beforeEach(() => {
  vi.useFakeTimers();
  messenger = new FakeMessenger();
  service = new ShadowService(messenger);
});
afterEach(() => vi.useRealTimers());

const ENDS = {
  'a reconnection': () => messenger.emit('connectionSuccess', { settings: { rejoinedSession: false } }),
  'one more update': () => service.update({ desired: { level: 99 } }),
};
const walks = Object.keys(ENDS).flatMap((end) => Array.from({ length: 8 }, (_, seed) => ({ end, seed: seed + 1 })));

describe.each(walks)('a walk with seed $seed and $end', ({ end, seed }) => {
  it('ends with what the service has', async () => {
    let random = seed;
    const roll = (sides: number): number => {
      random = (random * 48_271) % 2_147_483_647;
      return random % sides;
    };
    const copy = await createShadow<{ level?: number }>(messenger, { thingName: 'lamp' }).sync();
    const { send } = service;
    let held: (() => void)[] = [];
    service.send = (topic, value) => {
      const fate = roll(10);
      if (fate === 0 && !topic.includes('/get/')) return;
      if (fate < 4) held.splice(roll(held.length + 1), 0, () => send(topic, value));
      else send(topic, value);
      if (fate === 4) send(topic, value);
    };
    const steps: (() => unknown)[] = [
      () => service.update({ desired: { level: roll(5) } }),
      () => service.update({ reported: { level: roll(5), on: roll(2) === 0 } }),
      () => service.update({ desired: { name: roll(2) === 0 ? null : '' } }),
      () => service.delete(),
      () => {
        void copy.update(({ state }) => ({ desired: { level: (state.desired?.level ?? 0) + 1 } })).catch(() => {});
        return settle();
      },
      () => messenger.emit('connectionSuccess', { settings: { rejoinedSession: roll(2) === 0 } }),
      () => {
        const now = held;
        held = [];
        for (const each of now) each();
      },
      () => vi.advanceTimersByTimeAsync(roll(3_000)),
    ];
    for (let step = 0; step < 300; step++) await steps[roll(steps.length)]?.();
    service.send = send;
    for (const each of held) each();
    ENDS[end as keyof typeof ENDS]();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(copy.current.state).toEqual(service.state);
    expect(copy.current.version).toBe(service.exists ? service.version : 0);
  });
});
