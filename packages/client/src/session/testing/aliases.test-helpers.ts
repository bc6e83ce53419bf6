/* Topic aliases as a receiver reads them, and as a server uses them: for one direction of one connection. */
import type { PublishPacket } from '@mqtide/codec';
import type { SeededRandom } from './random.test-helpers.ts';

/** What a receiver makes of topics and aliases. Throws at an alias that was not agreed on. */
export class AliasReader {
  readonly #topics = new Map<number, string>();
  #maximum = 0;

  connected(maximum: number): void {
    this.#topics.clear();
    this.#maximum = maximum;
  }

  topicOf({ topic, duplicate, properties }: PublishPacket): string {
    const alias = properties?.topicAlias;
    if (alias === undefined) {
      if (topic === '') throw new Error('a PUBLISH without topic or alias');
      return topic;
    }
    if (duplicate) throw new Error(`alias ${alias} in what is sent again`);
    if (alias < 1 || alias > this.#maximum) throw new Error(`alias ${alias}, of ${this.#maximum}`);
    const meant = topic || this.#topics.get(alias);
    if (meant === undefined) throw new Error(`alias ${alias} before it was told`);
    this.#topics.set(alias, meant);
    return meant;
  }
}

/** Has aliases where it may, not in any order, and tells some of them again. */
export class AliasWriter {
  readonly #random: SeededRandom;
  readonly #topics = new Map<number, string>();
  #maximum = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  connected(maximum: number): void {
    this.#topics.clear();
    this.#maximum = maximum;
  }

  apply(packet: PublishPacket): PublishPacket {
    if (this.#maximum === 0 || this.#random.chance(0.3)) return packet;
    const known = [...this.#topics].find(([, topic]) => topic === packet.topic)?.[0];
    const topicAlias = known ?? 1 + this.#random.below(Math.min(this.#maximum, 4));
    this.#topics.set(topicAlias, packet.topic);
    const isTold = known !== undefined && this.#random.chance(0.8);
    return { ...packet, topic: isTold ? '' : packet.topic, properties: { ...packet.properties, topicAlias } };
  }
}
