import type { EnginePort } from './engine.ts';
import type { Clock } from './io/clock.ts';
import type { PageLifecycle } from './io/page-lifecycle.ts';

/** Listens to the life of the page while the client is started, and passes it on to the session. */
export class PageWatch {
  readonly #page: PageLifecycle | undefined;
  readonly #engine: EnginePort;
  readonly #clock: Clock;
  #unwatch: (() => void) | undefined;

  constructor(page: PageLifecycle | undefined, engine: EnginePort, clock: Clock) {
    this.#page = page;
    this.#engine = engine;
    this.#clock = clock;
  }

  begin(): void {
    this.#unwatch ??= this.#page?.watch((hint) =>
      this.#engine.dispatch({ type: 'hint', hint, random: this.#clock.random() }),
    );
  }

  end(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}
