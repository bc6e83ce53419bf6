import type { ServiceClient } from '../broker/service-client.ts';
import type { Dice, Faults } from '../faults.ts';

/** A message of a service: bytes as they are, anything else as JSON. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly content: object;
}

/** How services publish what one request leads to: late and in another order where the faults say so. */
export class Outbox {
  readonly #services: ServiceClient;
  readonly #faults: Faults;
  readonly #dice: Dice;

  constructor(services: ServiceClient, faults: Faults, dice: Dice) {
    this.#services = services;
    this.#faults = faults;
    this.#dice = dice;
  }

  /** @param done called when they are on their way */
  publish(messages: readonly OutgoingMessage[], done: () => void = () => {}): void {
    const ordered = this.#dice.roll(this.#faults.shuffles) ? this.#dice.shuffled(messages) : messages;
    const send = (): void => {
      for (const { topic, content } of ordered) this.#services.publish(topic, content);
      done();
    };
    if (this.#faults.serviceDelayMs > 0) setTimeout(send, this.#faults.serviceDelayMs).unref();
    else send();
  }
}
