import { describe, expect, test } from 'vitest';
import { IdMap } from './id-map.ts';

/** Small and good enough to be repeatable. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('IdMap', () => {
  test.each([1, 2, 3, 4, 5])('does what a Map does, whatever comes and goes (seed %i)', (seed) => {
    const random = randomOf(seed);
    const map = new IdMap<number>();
    const model = new Map<number, number>();
    for (let step = 0; step < 20_000; step++) {
      const key = random(seed * 100);
      const isSame = random(2) === 0 ? setBoth(key, step) : map.delete(key) === model.delete(key);
      // An `expect` for each step would take longer than everything else.
      if (!isSame || map.size !== model.size || map.get(key) !== model.get(key))
        expect.fail(`step ${step}, key ${key}`);
      if (step % 500 === 0) expect(map.values()).toEqual([...model.values()]);
    }
    for (let key = 0; key < seed * 100; key++) expect(map.get(key)).toBe(model.get(key));
    map.clear();
    expect([map.size, map.values(), map.has(1)]).toEqual([0, [], false]);

    function setBoth(key: number, value: number): true {
      map.set(key, value);
      model.set(key, value);
      return true;
    }
  });

  test('holds rising numbers of which only the last hundred stay', () => {
    const map = new IdMap<number>();
    let deleted = 0;
    for (let id = 1; id <= 200_000; id++) {
      map.set(id, id);
      if (map.delete(id - 100)) deleted += 1;
    }
    expect([deleted, map.size]).toEqual([199_900, 100]);
    expect(map.values()).toEqual(Array.from({ length: 100 }, (_, index) => 199_901 + index));
  });

  test('finds every one of all the packet identifiers', () => {
    const map = new IdMap<number>();
    for (let id = 1; id <= 65_535; id++) map.set(id, id);
    for (let id = 1; id <= 65_535; id += 2) map.delete(id);
    for (let id = 1; id <= 65_535; id++) if (map.get(id) !== (id % 2 === 0 ? id : undefined)) expect.fail(`${id}`);
    expect(map.size).toBe(32_767);
  });
});
