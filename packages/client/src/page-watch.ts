import type { EnginePort } from './engine.ts';
import type { PageLifecycle } from './io/page-lifecycle.ts';

/** Listens to the life of the page while the client is started, and passes it on to the session. */
export class PageWatch {
  readonly #page: PageLifecycle | undefined;
  readonly #engine: EnginePort;
  #unwatch: (() => void) | undefined;

  constructor(page: PageLifecycle | undefined, engine: EnginePort) {
    this.#page = page;
    this.#engine = engine;
  }

  begin(): void {
    this.#unwatch ??= this.#page?.watch((hint) => this.#engine.dispatch({ type: 'hint', hint }));
  }

  end(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}
