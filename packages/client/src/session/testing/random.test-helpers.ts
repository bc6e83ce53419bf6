/** Numbers that are the same for the same seed (xorshift, 32 bits), and what a walk makes of them. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds are not to begin alike, and the state may not be 0.
    this.#state = Math.imul(seed + 1, 0x9e37_79b1) >>> 0 || 1;
    for (let count = 0; count < 8; count++) this.next();
  }

  /** From 0 (included) to 1 (excluded). */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state / 0x1_0000_0000;
  }

  /** A whole number from 0 to `count`, which is excluded. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined && values.length === 0) throw new Error('nothing to pick from');
    return value as Value;
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights) as Name[];
    let rest = this.next() * names.reduce((sum, name) => sum + weights[name], 0);
    for (const name of names) {
      rest -= weights[name];
      if (rest < 0) return name;
    }
    return names[0] as Name;
  }
}
