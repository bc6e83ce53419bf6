import { matchTopic } from '@mqtide/codec';
import { type BrokerMessage, isExpired } from './message.ts';

/** The last retained message of every topic. */
export class RetainedMessages {
  readonly #byTopic = new Map<string, BrokerMessage>();

  get size(): number {
    return this.#byTopic.size;
  }

  /** Keeps a message in place of the last one; an empty payload removes it [MQTT-3.3.1-6]. */
  set(message: BrokerMessage): void {
    this.#byTopic.delete(message.topic);
    if (message.payload.length > 0) this.#byTopic.set(message.topic, message);
  }

  /** The message of a topic, if it is not expired. */
  get(topic: string, now: number): BrokerMessage | undefined {
    const message = this.#byTopic.get(topic);
    if (message === undefined || !isExpired(message, now)) return message;
    this.#byTopic.delete(topic);
    return undefined;
  }

  /** Every message whose topic matches a filter, in the order in which they were published. */
  matching(filter: string, now: number): BrokerMessage[] {
    const found: BrokerMessage[] = [];
    for (const topic of this.#byTopic.keys()) {
      const message = matchTopic(filter, topic) ? this.get(topic, now) : undefined;
      if (message !== undefined) found.push(message);
    }
    return found;
  }

  clear(): void {
    this.#byTopic.clear();
  }
}
