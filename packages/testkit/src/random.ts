/**
 * A source of numbers from 0 (included) to 1 (excluded) that gives the same sequence for the same seed.
 *
 * It is the generator known as mulberry32: 32 bits of state, fast, and good enough to pick test steps.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
