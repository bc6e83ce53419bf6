import type { PageHint, PageLifecycle } from './io/page-lifecycle.ts';

/** Listens to the life of the page while the client is started. */
export class PageWatch {
  readonly #page: PageLifecycle | undefined;
  readonly #onHint: (hint: PageHint) => void;
  #unwatch: (() => void) | undefined;

  constructor(page: PageLifecycle | undefined, onHint: (hint: PageHint) => void) {
    this.#page = page;
    this.#onHint = onHint;
  }

  begin(): void {
    this.#unwatch ??= this.#page?.watch(this.#onHint);
  }

  end(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }
}
