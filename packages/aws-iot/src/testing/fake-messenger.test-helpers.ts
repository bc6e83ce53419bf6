import type { ConnectionEvent, ConnectionEventName, Granted, Messenger, ReceivedMessage } from '../messenger.ts';

type Handler = (message: ReceivedMessage) => void;

/** A request that was published. */
export interface Published {
  readonly topic: string;
  readonly body: Record<string, unknown>;
  readonly token: string;
}

/** A client in the hand of the test. Everything is granted and acknowledged at once, unless the test says otherwise. */
export class FakeMessenger implements Messenger {
  readonly published: Published[] = [];
  /** Subscriptions and the ends of them, in order: `+filter`, `-filter`. */
  readonly log: string[] = [];
  /** Called with every publish; what it throws, or rejects with, refuses it. */
  onPublish: (published: Published) => unknown = () => {};
  /** Called with every filter; what it throws, or rejects with, refuses it. */
  onSubscribe: (filter: string) => unknown = () => {};
  /** Called with every filter that is given up; what waits keeps it from being confirmed. */
  onUnsubscribe: (filter: string) => unknown = () => {};
  readonly #handlers = new Map<object, { readonly filter: string; readonly handler: Handler }>();
  readonly #listeners = new Map<ConnectionEventName, Set<(event: ConnectionEvent) => void>>();

  /** The filters that are subscribed to. */
  get filters(): string[] {
    return [...this.#handlers.values()].map(({ filter }) => filter);
  }

  async publish(topic: string, payload: string, { signal }: { readonly signal?: AbortSignal }): Promise<void> {
    signal?.throwIfAborted();
    const body = JSON.parse(payload) as Record<string, unknown>;
    const published = { topic, body, token: String(body['clientToken']) };
    this.published.push(published);
    this.log.push(`publish ${topic}`);
    await this.onPublish(published);
  }

  async subscribe(filter: string, { signal }: { readonly signal?: AbortSignal }, handler: Handler): Promise<Granted> {
    const key = {};
    this.#handlers.set(key, { filter, handler });
    try {
      signal?.throwIfAborted();
      const aborted = new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      await Promise.race([this.onSubscribe(filter), aborted]);
    } catch (error) {
      this.#handlers.delete(key);
      throw error;
    }
    this.log.push(`+${filter}`);
    return {
      unsubscribe: async () => {
        this.#handlers.delete(key);
        this.log.push(`-${filter}`);
        await this.onUnsubscribe(filter);
      },
    };
  }

  on(name: ConnectionEventName, listener: (event: ConnectionEvent) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit(name: ConnectionEventName, event: ConnectionEvent = {}): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(event);
  }

  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Delivers a value as JSON, or text as it is. */
  deliver(topic: string, value: unknown, properties: NonNullable<ReceivedMessage['properties']> = {}): void {
    const payload = new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
    for (const { filter, handler } of this.#handlers.values())
      if (matches(filter, topic)) handler({ topic, payload, properties });
  }
}

function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  return wanted.length === levels.length && wanted.every((level, index) => level === '+' || level === levels[index]);
}

/** Lets promises run. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
}

/** What a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<Record<string, unknown> & Error> {
  const value = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (value === undefined) throw new Error('expected a rejection');
  return value as Record<string, unknown> & Error;
}
