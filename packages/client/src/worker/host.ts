/* The side of the worker: an engine whose hooks are on the page. */
import { Engine, type EngineHooks } from '../engine.ts';
import type { Ports } from '../engine/connector.ts';
import { HOOKS, type Orders } from './letters.ts';
import { remoteStore } from './remote-store.ts';
import { Mailbox } from './mailbox.ts';
import { Outbox } from './outbox.ts';

/** Milliseconds between figures that nobody asked for. */
const FIGURES_EVERY_MS = 250;

/** Runs the engine of the client that is at the other end of the port. */
export function hostEngine(port: MessagePort, ports: Ports): unknown {
  return new EngineHost(port, ports);
}

class EngineHost {
  readonly #ports: Ports;
  readonly #mailbox: Mailbox;
  readonly #answers = new Map<number, (result: never) => void>();
  #engine: Engine | undefined;
  #outbox: Outbox | undefined;
  #changes = 0;
  #questions = 0;
  #told = '';
  #figuresAt = 0;

  constructor(port: MessagePort, ports: Ports) {
    this.#ports = ports;
    this.#mailbox = new Mailbox(port, (name, args) => {
      const order = this.#orders[name as keyof Orders] as (...args: readonly unknown[]) => void;
      order(...args);
    });
    // Where there is such an event: the page is gone, and nobody will say stop.
    port.addEventListener('close', () => this.#engine?.dispatch({ type: 'stop' }));
  }

  readonly #orders: { readonly [Name in keyof Orders]: (...args: Orders[Name]) => void } = {
    open: (config, maxBacklogBytes) => {
      this.#outbox = new Outbox(this.#mailbox, maxBacklogBytes);
      const store = config.isDurable ? remoteStore((name, args) => this.#ask(name, args)) : undefined;
      this.#engine = new Engine(config, this.#ports, this.#hooks(), store);
      this.#mailbox.post('ready', []);
    },
    dispatch: (event, changes = this.#changes) => {
      this.#changes = changes;
      this.#engine?.dispatch(event);
    },
    publish: (op, message, timeoutMs) => this.#engine?.publish(op, message, timeoutMs),
    watch: (wanted) => this.#engine?.watch(wanted ? (...args) => this.#tell('packet', args) : undefined),
    figures: () => this.#tellFigures(),
    ping: () => this.#mailbox.post('pong', []),
    taken: (bytes) => this.#outbox?.taken(bytes),
    answer: (question, result) => {
      this.#answers.get(question)?.(result as never);
      this.#answers.delete(question);
    },
  };

  #hooks(): EngineHooks {
    const hooks = Object.entries(HOOKS).map(([name, how]) => {
      if (how === 'ask') return [name, (...args: unknown[]) => this.#ask(name, args)];
      // Of a delivered message the page says later that it is done.
      return [name, (...args: unknown[]) => this.#tell(name, args, how === 'deliver' ? 0 : -1)];
    });
    return Object.fromEntries(hooks) as EngineHooks;
  }

  #tell(name: string, args: readonly unknown[], carrier = -1): false {
    const { status, version, now } = this.#engine as Engine;
    const outbox = this.#outbox as Outbox;
    const state = `${status} ${version} ${this.#changes}`;
    // First, since what the page does with the letter may depend on it.
    if (state !== this.#told) outbox.post('state', [status, version, this.#changes]);
    this.#told = state;
    outbox.post(name, args, carrier);
    if (now >= this.#figuresAt + FIGURES_EVERY_MS && outbox.isOpen) this.#tellFigures();
    return false;
  }

  #tellFigures(): void {
    const engine = this.#engine as Engine;
    this.#figuresAt = engine.now;
    this.#mailbox.post('figures', [engine.figures]);
  }

  #ask(name: string, args: readonly unknown[]): Promise<unknown> {
    this.#questions += 1;
    const question = this.#questions;
    const signal = (args[0] as { readonly signal?: unknown } | undefined)?.signal;
    if (signal instanceof AbortSignal)
      signal.addEventListener('abort', () => this.#outbox?.post('abort', [question]), { once: true });
    return new Promise((resolve) => {
      this.#answers.set(question, resolve);
      this.#tell('ask', [question, name, args]);
    });
  }
}
