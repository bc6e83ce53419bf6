import type { EnginePort } from './engine.ts';

/** Something to be done at a time: one reminder of the engine at the most. */
export class Reminder {
  readonly #engine: EnginePort;
  readonly #onDue: () => void;
  #cancel: (() => void) | undefined;

  constructor(engine: EnginePort, onDue: () => void) {
    this.#engine = engine;
    this.#onDue = onDue;
  }

  /** `undefined`: not at all. Otherwise one that is set already stays, which may be too early. */
  set(at: number | undefined): void {
    if (at === undefined) {
      this.#cancel?.();
      this.#cancel = undefined;
      return;
    }
    this.#cancel ??= this.#engine.remind(at, () => {
      this.#cancel = undefined;
      this.#onDue();
    });
  }
}
