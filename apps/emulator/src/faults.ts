/** What a real network and a real service do now and then, as chances from 0 to 1 and delays. All off by default. */
export interface Faults {
  /** How often a delivery, of whatever QoS, comes twice. */
  duplicates: number;
  /** How often a delivery is held back behind later ones. */
  reorders: number;
  /** How often the messages that one request leads to come in another order. */
  shuffles: number;
  /** How long after its SUBACK a subscription gets nothing yet. */
  subscriptionDelayMs: number;
  /** How long the services take to answer. */
  serviceDelayMs: number;
  /** What all chances are drawn from. */
  seed: number;
}

export const FAULTS: Readonly<Faults> = {
  duplicates: 0,
  reorders: 0,
  shuffles: 0,
  subscriptionDelayMs: 0,
  serviceDelayMs: 0,
  seed: 1,
};

/** Draws chances, the same ones for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** Whether something of this chance happens now. */
  roll(chance: number): boolean {
    return this.next() < chance;
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) | 0;
    return (this.#state >>> 0) / 2 ** 32;
  }

  /** The same items in any order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, at: this.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}
