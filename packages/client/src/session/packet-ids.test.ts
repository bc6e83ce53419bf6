import { describe, expect, it } from 'vitest';
import { PacketIds } from './packet-ids.ts';

describe('packet identifiers', () => {
  it('begin with 1, end with 65,535 and begin again with 1, never 0 [MQTT-2.2.1-3] [MQTT3-2.3.1-1]', () => {
    const ids = new PacketIds(() => false);
    const first = Array.from({ length: 65_535 }, () => ids.next());
    expect(first[0]).toBe(1);
    expect(first.at(-1)).toBe(65_535);
    expect(new Set(first).size).toBe(65_535);
    expect(ids.next()).toBe(1);
  });

  it('skip those in use, also after they have begun again [MQTT-2.2.1-3] [MQTT3-2.3.1-2]', () => {
    const inUse = new Set([1, 2, 4, 65_535]);
    const ids = new PacketIds((id) => inUse.has(id));
    expect([ids.next(), ids.next()]).toEqual([3, 5]);
    for (let id = 6; id < 65_535; id++) ids.next();
    expect(ids.next()).toBe(3);
  });

  it('are there again when one is free after all were in use', () => {
    const inUse = new Set(Array.from({ length: 65_535 }, (_, index) => index + 1));
    const ids = new PacketIds((id) => inUse.has(id));
    expect(ids.next()).toBeUndefined();
    inUse.delete(40_000);
    expect(ids.next()).toBe(40_000);
    expect(ids.next()).toBe(40_000);
  });
});
