/*
 * What a `Map` of numbers does, for entries that come and go by the hundred thousand: open addressing in arrays that
 * stay, so that adding and deleting leaves nothing behind.
 *
 * A `Map` appends every entry to its table and replaces the table when that is full, which with a hundred entries is
 * after the next hundred. The tables it has left are chained and keep what was in them; once one of them is old enough
 * to be spared by the quick collections it keeps alive nearly everything that ever was in the map, until a full
 * collection. Measured with QoS 1, that took half of the time.
 */

const LEAST_SLOTS = 64;

/** Values by whole numbers, in the order in which their keys were added. `undefined` is no value. */
export class IdMap<Value> {
  // A slot is free when it has no value. There are at least twice as many slots as values.
  #values: (Value | undefined)[] = [];
  #keys: number[] = [];
  /** When the key was added, as a count of additions. */
  #added: number[] = [];
  #additions = 0;
  #size = 0;

  constructor() {
    this.#begin(LEAST_SLOTS);
  }

  get size(): number {
    return this.#size;
  }

  has(key: number): boolean {
    return this.#values[this.#slotOf(key)] !== undefined;
  }

  get(key: number): Value | undefined {
    return this.#values[this.#slotOf(key)];
  }

  /** Like that of a `Map`, a key that is there keeps its place in the order. */
  set(key: number, value: Value): void {
    const slot = this.#slotOf(key);
    if (this.#values[slot] === undefined) {
      this.#size += 1;
      this.#additions += 1;
      this.#keys[slot] = key;
      this.#added[slot] = this.#additions;
    }
    this.#values[slot] = value;
    if (this.#size * 2 > this.#values.length) this.#grow();
  }

  /** Returns whether there was such a key. */
  delete(key: number): boolean {
    let free = this.#slotOf(key);
    if (this.#values[free] === undefined) return false;
    this.#size -= 1;
    const mask = this.#values.length - 1;
    // Whoever stands behind a gap would not be found any more: moved into it, unless the gap is before its first choice.
    for (let slot = (free + 1) & mask; this.#values[slot] !== undefined; slot = (slot + 1) & mask) {
      const fromFirstChoice = (slot - this.#firstChoice(this.#keys[slot] as number)) & mask;
      if (fromFirstChoice < ((slot - free) & mask)) continue;
      this.#values[free] = this.#values[slot];
      this.#keys[free] = this.#keys[slot] as number;
      this.#added[free] = this.#added[slot] as number;
      free = slot;
    }
    this.#values[free] = undefined;
    return true;
  }

  clear(): void {
    this.#values.fill(undefined);
    this.#size = 0;
  }

  /** The values as they are now: changing the map does not change the list. */
  values(): Value[] {
    return this.#slots().map((slot) => this.#values[slot] as Value);
  }

  /** The slots with a value, in the order in which their keys were added. */
  #slots(): number[] {
    const slots = [...this.#values.keys()].filter((slot) => this.#values[slot] !== undefined);
    return slots.sort((left, right) => (this.#added[left] as number) - (this.#added[right] as number));
  }

  /** The slot of a key, or the one to put it in. */
  #slotOf(key: number): number {
    const mask = this.#values.length - 1;
    let slot = this.#firstChoice(key);
    while (this.#values[slot] !== undefined && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  /** Keys that follow one another must not stand side by side: a row without a gap is slow. The factor is 2³² / φ. */
  #firstChoice(key: number): number {
    return (Math.imul(key, 0x9e3779b1) >>> 15) & (this.#values.length - 1);
  }

  #begin(slots: number): void {
    this.#values = Array(slots).fill(undefined);
    this.#keys = Array(slots).fill(0);
    this.#added = Array(slots).fill(0);
    this.#size = 0;
  }

  #grow(): void {
    const slots = this.#slots();
    const [values, keys] = [this.#values, this.#keys];
    this.#begin(values.length * 2);
    for (const slot of slots) this.set(keys[slot] as number, values[slot] as Value);
  }
}
