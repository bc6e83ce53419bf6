/*
 * Topic aliases, section 3.3.2.3.4: a number that stands for a topic, on one connection, in one direction
 * [MQTT-3.3.2-7]. MQTT 5 only.
 */
import type { PropertiesOf, PublishPacket } from '@mqtide/codec';
import type { TopicAliasPolicy } from './config.ts';
import { oversize } from './limits.ts';
import { LARGEST_PACKET, type NegotiatedSettings } from './settings.ts';

/** The server's aliases: turns a PUBLISH with an alias into one with its topic. */
export class InboundAliases {
  readonly #maximum: number;
  // Valid for the connection.
  readonly #topics = new Map<number, string>();

  constructor({ inboundMaximum }: TopicAliasPolicy) {
    this.#maximum = inboundMaximum;
  }

  connectionLost(): void {
    this.#topics.clear();
  }

  /** The packet with its topic and without the alias, or the reason code to close with. */
  resolve(packet: PublishPacket): PublishPacket | number {
    const topicAlias = packet.properties?.topicAlias;
    if (topicAlias === undefined) return packet;
    if (topicAlias > this.#maximum) return 0x94; // [MQTT-3.1.2-26]
    const topic = packet.topic || this.#topics.get(topicAlias);
    if (topic === undefined) return 0x82; // [SEC-3.3.4-a]
    this.#topics.set(topicAlias, topic);
    return { ...packet, topic, properties: withoutAlias(packet.properties) };
  }
}

/** A shorter topic takes no more bytes than an alias, with what it may add to the lengths in the packet. */
const SHORTEST_TOPIC = 6;

/** Our aliases: with `lru` the least recently used one goes to a new topic. */
export class OutboundAliases {
  readonly #policy: TopicAliasPolicy;
  // Valid for the connection.
  #settings: NegotiatedSettings | undefined;
  #maximum = 0;
  /** What the server knows, by alias from 1, and when each was used last, as a count of uses. */
  readonly #topics: string[] = [];
  readonly #usedAt: number[] = [];
  readonly #byTopic = new Map<string, number>();
  #uses = 0;

  constructor(policy: TopicAliasPolicy) {
    this.#policy = policy;
  }

  /** A connection begins, without any alias. Never more than the server allows [MQTT-3.3.2-9]. */
  connected(settings: NegotiatedSettings): void {
    const { outbound, outboundMaximum } = this.#policy;
    this.#settings = settings;
    this.#maximum = outbound === 'none' ? 0 : Math.min(outboundMaximum, settings.topicAliasMaximum);
    this.forget();
  }

  /** From now on the server is told every topic again: it may not have got the packet that told it one. */
  forget(): void {
    this.#topics.length = 0;
    this.#usedAt.length = 0;
    this.#byTopic.clear();
  }

  /**
   * The packet as it is to be sent: with an alias where there may be one, and without its topic if the server knows it.
   * What is sent again names its topic.
   */
  apply(packet: PublishPacket): PublishPacket {
    const { topic, properties } = packet;
    const byHand = properties?.topicAlias;
    if (this.#maximum === 0 && byHand === undefined) return packet;
    const plain = byHand === undefined ? packet : { ...packet, properties: withoutAlias(properties) };
    const topicAlias = packet.duplicate ? undefined : this.#choose(topic, byHand);
    if (topicAlias === undefined) return plain;
    const isKnown = this.#topics[topicAlias] === topic;
    const aliased = { ...packet, topic: isKnown ? '' : topic, properties: { ...properties, topicAlias } };
    // To introduce an alias takes more bytes than to do without.
    if (!isKnown && this.#isTooLarge(aliased)) return plain;
    this.#use(topicAlias, topic);
    return aliased;
  }

  #choose(topic: string, byHand: number | undefined): number | undefined {
    if (this.#policy.outbound === 'manual') return byHand !== undefined && byHand <= this.#maximum ? byHand : undefined;
    if (topic.length < SHORTEST_TOPIC || this.#maximum === 0) return undefined;
    return this.#byTopic.get(topic) ?? this.#free();
  }

  #free(): number {
    const { length } = this.#usedAt;
    if (length <= this.#maximum) return Math.max(1, length);
    let oldest = 1;
    for (let alias = 2; alias < length; alias++)
      if ((this.#usedAt[alias] as number) < (this.#usedAt[oldest] as number)) oldest = alias;
    return oldest;
  }

  #use(topicAlias: number, topic: string): void {
    this.#uses += 1;
    this.#usedAt[topicAlias] = this.#uses;
    const before = this.#topics[topicAlias];
    if (before === topic) return;
    if (before !== undefined) this.#byTopic.delete(before);
    this.#topics[topicAlias] = topic;
    this.#byTopic.set(topic, topicAlias);
  }

  #isTooLarge(packet: PublishPacket): boolean {
    const settings = this.#settings;
    return (
      settings === undefined ||
      (settings.maximumPacketSize !== LARGEST_PACKET && oversize(packet, settings) !== undefined)
    );
  }
}

function withoutAlias(properties: PropertiesOf<'publish'> | undefined): PropertiesOf<'publish'> {
  const { topicAlias: _, ...rest } = properties ?? {};
  return rest;
}
