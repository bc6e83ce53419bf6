/** A listener that throws is reported, and hurts nobody else. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => unknown>>();
  readonly #onError: (error: unknown) => void;
  readonly #onChange: (() => void) | undefined;

  /** `onChange` is called when a listener comes or goes. */
  constructor(onError: (error: unknown) => void, onChange?: () => void) {
    this.#onError = onError;
    this.#onChange = onChange;
  }

  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => unknown): () => void {
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, (listeners = new Set()));
    listeners.add(listener);
    this.#onChange?.();
    return () => this.off(name, listener);
  }

  off<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => unknown): void {
    this.#listeners.get(name)?.delete(listener);
    this.#onChange?.();
  }

  has(name: keyof Events): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    const listeners = this.#listeners.get(name);
    // One that is added meanwhile did not hear this event; one that is removed meanwhile does not want to.
    for (const listener of [...(listeners ?? [])])
      if (listeners?.has(listener) === true)
        callSafely(listener as (event: Events[Name]) => unknown, event, this.#onError);
  }
}

/**
 * Calls what the application gave us; whatever it throws, now or later, goes to `onError`. Returns what it does not finish
 * now, if anything.
 */
export function callSafely<Argument>(
  callback: (argument: Argument) => unknown,
  argument: Argument,
  onError: (error: unknown) => void,
): PromiseLike<unknown> | undefined {
  try {
    const result = callback(argument);
    if (isThenable(result)) return result.then(undefined, onError);
  } catch (error) {
    onError(error);
  }
  return undefined;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
