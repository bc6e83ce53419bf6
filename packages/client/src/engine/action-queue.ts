import type { Action } from '../session/events.ts';

/** Places of the list that may be empty at its beginning. */
const MAX_EMPTY = 256;

/** Actions that are still to be performed, in order. */
export class ActionQueue {
  readonly #actions: (Action | undefined)[] = [];
  #next = 0;

  /** The list that the session adds to. */
  get list(): Action[] {
    return this.#actions as Action[];
  }

  take(): Action | undefined {
    const action = this.#actions[this.#next];
    if (action !== undefined) {
      this.#actions[this.#next] = undefined;
      this.#next += 1;
    } else if (this.#next > MAX_EMPTY) {
      // Now and then only: a list that is cut to nothing loses its storage, and the next action has to allocate it.
      this.#actions.length = 0;
      this.#next = 0;
    }
    return action;
  }
}
