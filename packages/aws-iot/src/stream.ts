import type { Granted, Messenger, ReceivedMessage } from './messenger.ts';
import { watchConnection } from './watch-connection.ts';

/** What a stream is told, besides what it delivers. */
export interface StreamOptions {
  /**
   * Told when the client has connected again while the stream is open. `resumed`: the server kept the session, so nothing
   * is missing; otherwise what was published in between is lost.
   */
  readonly onReconnect?: (event: { readonly resumed: boolean }) => void;
  /** Events that wait to be read; the oldest go when there are more. @default 1024 */
  readonly buffer?: number;
  /** Ends the stream; its iterator throws the signal's reason. */
  readonly signal?: AbortSignal;
}

interface Reader<Event> {
  resolve(result: IteratorResult<Event>): void;
  reject(error: unknown): void;
}

/**
 * Events of a service, to iterate over. It subscribes when it is made, and goes on over reconnections. `break` ends it,
 * and so does the client's `stop()`; when the subscription is refused or the client gives up, the iterator throws.
 */
export class Stream<Event> implements AsyncIterable<Event> {
  /** Resolves when the server has granted the subscriptions: from then on nothing is missed. */
  readonly ready: Promise<void>;
  readonly #subscriptions: readonly Promise<Granted>[];
  readonly #limit: number;
  readonly #waiting: Event[] = [];
  readonly #readers: Reader<Event>[] = [];
  readonly #release: () => void;
  readonly #over = new AbortController();
  #end: { readonly error?: unknown } | undefined;
  #isReady = false;
  #dropped = 0;

  /** @internal */
  constructor(
    messenger: Messenger,
    filters: readonly string[],
    read: (message: ReceivedMessage) => Event | undefined,
    { onReconnect, buffer = 1_024, signal }: StreamOptions = {},
  ) {
    this.#limit = buffer;
    const stopWatching = watchConnection(messenger, {
      onConnect: (resumed) => {
        if (this.#isReady) onReconnect?.({ resumed });
      },
      onEnd: (end) => this.#finish(end),
    });
    const onAbort = (): void => this.#finish({ error: signal?.reason });
    this.#release = () => {
      stopWatching();
      signal?.removeEventListener('abort', onAbort);
    };
    const onMessage = (message: ReceivedMessage): void => {
      const event = read(message);
      if (event !== undefined) this.#deliver(event);
    };
    const options = { qos: 1, signal: this.#over.signal } as const;
    this.#subscriptions = filters.map(async (filter) => messenger.subscribe(filter, options, onMessage));
    this.ready = this.#granted();
    // The iterator throws it; nobody has to wait for `ready`.
    this.ready.catch(() => {});
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
  }

  /** Events that found the buffer full. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Ends the stream and its subscriptions, and waits for the server to confirm that. Never rejects. */
  async close(): Promise<void> {
    this.#finish({});
    this.#over.abort();
    await Promise.allSettled(this.#subscriptions.map(async (granted) => (await granted).unsubscribe()));
  }

  [Symbol.asyncIterator](): AsyncIterator<Event> {
    return {
      next: () => this.#next(),
      // `break` does not wait for the server, which may be out of reach.
      return: async () => {
        void this.close();
        return { done: true, value: undefined };
      },
    };
  }

  async #granted(): Promise<void> {
    try {
      await Promise.all(this.#subscriptions);
      this.#isReady = true;
    } catch (error) {
      this.#finish({ error });
      throw error;
    }
  }

  #next(): Promise<IteratorResult<Event>> {
    if (this.#waiting.length > 0) return Promise.resolve({ done: false, value: this.#waiting.shift() as Event });
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.#settle();
    });
  }

  #deliver(event: Event): void {
    if (this.#end !== undefined) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: event });
      return;
    }
    this.#waiting.push(event);
    if (this.#waiting.length <= this.#limit) return;
    this.#waiting.shift();
    this.#dropped += 1;
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#release();
    this.#settle();
    if ('error' in end) void this.close();
  }

  #settle(): void {
    if (this.#end === undefined) return;
    for (const { resolve, reject } of this.#readers.splice(0)) {
      const end = this.#end;
      // Only the first reader hears of the error; to the others the stream is over.
      this.#end = {};
      if ('error' in end) reject(end.error);
      else resolve({ done: true, value: undefined });
    }
  }
}
