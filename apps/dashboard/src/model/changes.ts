/** Whatever a view draws: it can be told when to draw again. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  /** Calls `listener` after every change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Tells everybody that something has changed. */
  protected changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
