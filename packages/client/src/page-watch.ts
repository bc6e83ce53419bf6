import type { EnginePort } from './engine.ts';
import type { PageLifecycle } from './io/page-lifecycle.ts';
import type { ConnectionStatus } from './session/events.ts';

/** Listens to the life of the page while the client is started, and passes it on to the session. */
export class PageWatch {
  readonly #page: PageLifecycle | undefined;
  readonly #engine: EnginePort;
  #unwatch: (() => void) | undefined;

  constructor(page: PageLifecycle | undefined, engine: EnginePort) {
    this.#page = page;
    this.#engine = engine;
  }

  /** The client has this status now. */
  follow(status: ConnectionStatus): void {
    if (status !== 'stopped' && status !== 'failed') {
      this.#unwatch ??= this.#page?.watch((hint) => this.#engine.dispatch({ type: 'hint', hint }));
      return;
    }
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}
