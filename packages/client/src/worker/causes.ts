/** Stands for a cause while it is away. */
export interface Ticket {
  readonly mqtideCause: number;
}

/** How many causes are remembered: the error of an operation or of the last attempt is one of the newest. */
const REMEMBERED = 64;

/**
 * What the application's own functions threw is the `cause` of an error that is made in the worker. It stays on the page,
 * where it is what it was; a ticket for it travels.
 */
export class Causes {
  readonly #known = new Map<number, unknown>();
  #last = 0;

  /** Puts tickets in the place of causes. */
  checkIn(value: unknown): unknown {
    return replaceCauses(value, (cause) => this.ticketFor(cause));
  }

  ticketFor(cause: unknown): Ticket {
    this.#last += 1;
    this.#known.set(this.#last, cause);
    this.#known.delete(this.#last - REMEMBERED);
    return { mqtideCause: this.#last };
  }

  /** Puts causes in the place of their tickets. */
  collect(value: unknown): unknown {
    return replaceCauses(value, (cause) => {
      const number = (cause as Partial<Ticket> | null)?.mqtideCause;
      return number === undefined ? cause : this.#known.get(number);
    });
  }
}

function replaceCauses(value: unknown, replace: (cause: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => replaceCauses(each, replace));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      name === 'cause' ? replace(each) : replaceCauses(each, replace),
    ]),
  );
}
