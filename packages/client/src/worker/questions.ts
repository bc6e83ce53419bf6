/* What the worker asks of the page: the application's functions, and its store. */
import type { EngineHooks } from '../engine.ts';
import type { SessionStore } from '../io/session-store.ts';
import type { Causes } from './causes.ts';
import { HOOKS } from './letters.ts';
import { StoreDesk, type StoreQuestion } from './remote-store.ts';

type Hook = (...args: readonly unknown[]) => unknown;

/** What can be asked for. */
export type QuestionName = keyof EngineHooks | StoreQuestion;

export class Questions {
  readonly #hooks: EngineHooks;
  readonly #causes: Causes;
  readonly #desk: StoreDesk | undefined;
  /** Attempts that the worker may still give up. */
  readonly #open = new Map<number, AbortController>();

  constructor(hooks: EngineHooks, causes: Causes, store: SessionStore | undefined) {
    this.#hooks = hooks;
    this.#causes = causes;
    this.#desk = store && new StoreDesk(store, causes);
  }

  /** Answers the question with this number. */
  async answer(question: number, name: QuestionName, args: readonly unknown[]): Promise<unknown> {
    if (!(name in HOOKS)) return this.#desk?.answer(name as StoreQuestion, args);
    const controller = new AbortController();
    this.#open.set(question, controller);
    const [first, ...rest] = args.map((arg) => this.#causes.collect(arg));
    const context =
      typeof first === 'object' && first !== null && 'signal' in first
        ? { ...first, signal: controller.signal }
        : first;
    const result = await (this.#hooks[name as keyof EngineHooks] as Hook)(context, ...rest);
    this.#open.delete(question);
    return this.#causes.checkIn(result);
  }

  /** The attempt that it was asked for is given up. */
  abort(question: number): void {
    this.#open.get(question)?.abort();
  }

  /** Nobody waits for any answer, and nobody has the store. */
  end(): void {
    for (const controller of this.#open.values()) controller.abort();
    this.#desk?.close().catch(() => {});
  }
}
