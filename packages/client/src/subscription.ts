import type { QoS } from '@mqtide/codec';
import { callSafely } from './emitter.ts';
import type { Message } from './message.ts';

/** Called with each message. An error it throws, or rejects with, goes to `onUnhandledError`. */
export type MessageHandler = (message: Message) => unknown;

/** What becomes of messages that find the buffer of a subscription full: the oldest go, or the newest. */
export type OverflowPolicy = 'dropOldest' | 'dropNewest';

/** A subscription that the server granted. Iterate over it, unless it has a handler. */
export interface Subscription extends AsyncIterable<Message> {
  readonly filter: string;
  /** What the server grants; it may be lower than what was asked for. */
  readonly grantedQos: QoS;
  /** Messages that found the buffer full. */
  readonly dropped: number;
  /** Messages wait in the buffer from now on, and the oldest or newest are dropped when it is full. */
  pause(): void;
  /** Delivers what waits, and what comes. */
  resume(): void;
  /**
   * Ends the subscription: its handler is not called any more and its iterators end, at once. Resolves when the server
   * has confirmed it, or when another subscription still has the same filter.
   *
   * Rejects with `UNSUBSCRIBE_REFUSED`, `ACK_TIMEOUT`, `STOPPED`.
   */
  unsubscribe(): Promise<void>;
  /** The same as `unsubscribe()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

interface Wishes {
  readonly filter: string;
  readonly handler: MessageHandler | undefined;
  readonly buffer: number;
  readonly overflow: OverflowPolicy;
}

interface Waiter {
  resolve(result: IteratorResult<Message>): void;
  reject(error: unknown): void;
}

/** One subscriber: a handler, or a bounded buffer that iterators read. */
export class SubscriptionHandle implements Subscription {
  readonly filter: string;
  readonly #handler: MessageHandler | undefined;
  readonly #limit: number;
  readonly #overflow: OverflowPolicy;
  readonly #onError: (error: unknown) => void;
  readonly #end: (handle: SubscriptionHandle) => Promise<void>;
  readonly #buffer: Message[] = [];
  readonly #waiters: Waiter[] = [];
  #state: 'active' | 'paused' | 'ended' = 'active';
  #endedBy: unknown;
  #dropped = 0;
  grantedQos: QoS = 0;

  constructor(
    { filter, handler, buffer, overflow }: Wishes,
    onError: (error: unknown) => void,
    end: (handle: SubscriptionHandle) => Promise<void>,
  ) {
    this.filter = filter;
    this.#handler = handler;
    this.#limit = buffer;
    this.#overflow = overflow;
    this.#onError = onError;
    this.#end = end;
    // WebKit lacks the symbol; whoever polyfills it finds the method.
    if (Symbol.asyncDispose === undefined)
      Object.defineProperty(this, Symbol.for('Symbol.asyncDispose'), { value: () => this.unsubscribe() });
  }

  get hasHandler(): boolean {
    return this.#handler !== undefined;
  }

  get dropped(): number {
    return this.#dropped;
  }

  deliver(message: Message): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'paused') this.#keep(message);
    else if (this.#handler !== undefined) callSafely(this.#handler, message, this.#onError);
    else {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) this.#keep(message);
      else waiter.resolve({ done: false, value: message });
    }
  }

  /** No more messages come. Iterators end, with `error` if there is one, after what waits has been read. */
  end(error?: unknown): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#endedBy = error;
    for (const waiter of this.#waiters.splice(0)) this.#finish(waiter);
  }

  pause(): void {
    if (this.#state === 'active') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'active';
    const waiting = this.#buffer.splice(0);
    for (const message of waiting) this.deliver(message);
  }

  unsubscribe(): Promise<void> {
    return this.#end(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return {
      next: () => this.#next(),
      // `break` in a `for await` loop: nobody reads on, so nothing more should come.
      return: async () => {
        await this.unsubscribe();
        return { done: true, value: undefined };
      },
    };
  }

  #next(): Promise<IteratorResult<Message>> {
    const message = this.#state === 'paused' ? undefined : this.#buffer.shift();
    if (message !== undefined) return Promise.resolve({ done: false, value: message });
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      if (this.#state === 'ended') this.#finish(waiter);
      else this.#waiters.push(waiter);
    });
  }

  #finish({ resolve, reject }: Waiter): void {
    const error = this.#endedBy;
    // Only the first reader hears of the error; to the others the subscription is over.
    this.#endedBy = undefined;
    if (error === undefined) resolve({ done: true, value: undefined });
    else reject(error);
  }

  #keep(message: Message): void {
    if (this.#buffer.length < this.#limit) {
      this.#buffer.push(message);
      return;
    }
    this.#dropped += 1;
    if (this.#overflow === 'dropNewest' || this.#limit === 0) return;
    this.#buffer.shift();
    this.#buffer.push(message);
  }
}
