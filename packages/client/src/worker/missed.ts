import type { Warning } from '../warning.ts';

/** At most so often a `warning` says that messages were dropped. */
const WARNING_EVERY_MS = 10_000;

/** Messages that the worker dropped because the page did not take them. */
export class Missed {
  readonly #warn: (warning: Warning) => void;
  #warnedAt = Number.NEGATIVE_INFINITY;
  count = 0;

  constructor(warn: (warning: Warning) => void) {
    this.#warn = warn;
  }

  add(messages: number, now: number): void {
    this.count += messages;
    if (now < this.#warnedAt + WARNING_EVERY_MS) return;
    this.#warnedAt = now;
    this.#warn({
      code: 'MESSAGES_DROPPED',
      message: `The page took messages more slowly than they came: ${this.count} of QoS 0 were dropped so far.`,
    });
  }
}
