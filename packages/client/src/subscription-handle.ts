import type { QoS, SubscriptionRequest } from '@mqtide/codec';
import { makeDisposable } from './async-dispose.ts';
import { callSafely } from './emitter.ts';
import { MqttError } from './errors.ts';
import type { Message, ReceivedMessage } from './message.ts';
import type { OperationOptions } from './operations.ts';
import { MessageBuffer, type OverflowPolicy, UNPROCESSED } from './message-buffer.ts';
import type { AcknowledgeMode, MessageHandler, Subscription } from './subscription.ts';

/** What a subscriber asked for. */
export interface Wishes {
  readonly handler: MessageHandler | undefined;
  readonly buffer: number;
  readonly overflow: OverflowPolicy;
  readonly acknowledge: AcknowledgeMode;
}

/** Where subscriptions are made. */
export interface Owner {
  unsubscribe(handle: SubscriptionHandle, bounds?: OperationOptions): Promise<void>;
  /** Takes what the application's own code threw. */
  readonly report: (error: unknown) => void;
}

/** An iterator that has not ended. */
interface Reader {
  /** Messages that it was given and has not said to be done with. */
  readonly unfinished: ReceivedMessage[];
}

/** A `next()` that waits. */
interface Waiter {
  readonly reader: Reader;
  resolve(result: IteratorResult<Message>): void;
  reject(error: unknown): void;
}

/** One subscriber: a handler, or a bounded buffer that iterators read. */
export class SubscriptionHandle implements Subscription {
  /** What was asked for. */
  readonly request: SubscriptionRequest;
  readonly #handler: MessageHandler | undefined;
  readonly #mode: AcknowledgeMode;
  readonly #limit: number;
  /** Whether messages may have to be acknowledged later than they are delivered. */
  readonly withholds: boolean;
  readonly #owner: Owner;
  readonly #buffer: MessageBuffer;
  readonly #waiters: Waiter[] = [];
  readonly #readers = new Set<Reader>();
  #state: 'active' | 'paused' | 'ended' = 'active';
  #endedBy: unknown;
  grantedQos: QoS = 0;
  /** The subscription identifier that the server has for the filter, or is going to have. */
  identifier: number | undefined;
  /** The one that came with the last SUBSCRIBE that was for this handle. */
  ownIdentifier: number | undefined;

  constructor(request: SubscriptionRequest, { handler, buffer, overflow, acknowledge }: Wishes, owner: Owner) {
    this.request = request;
    this.#handler = handler;
    this.#mode = acknowledge;
    this.#limit = buffer;
    this.withholds = acknowledge !== 'onDelivery' || overflow === 'holdAcknowledgements';
    this.#owner = owner;
    this.#buffer = new MessageBuffer(buffer, overflow, (message) => this.#delivered(message));
    makeDisposable(this);
  }

  get filter(): string {
    return this.request.filter;
  }

  get hasHandler(): boolean {
    return this.#handler !== undefined;
  }

  get dropped(): number {
    return this.#buffer.dropped;
  }

  deliver(message: ReceivedMessage): void {
    if (this.#state === 'ended') message.done(0);
    else if (this.#state === 'paused') this.#keep(message);
    else if (this.#handler !== undefined) this.#call(this.#handler, message);
    else {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) this.#keep(message);
      else waiter.resolve(this.#give(message, waiter.reader));
    }
  }

  /** The server will send this message again: it does not wait here any more. */
  takeBack(message: ReceivedMessage): void {
    this.#buffer.remove(message);
  }

  /**
   * No more messages come. Iterators end, with `error` if there is one, after what waits has been read. What waits for
   * nobody is discarded, unless somebody may come to learn of the error.
   */
  end(error?: unknown): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#endedBy = error;
    for (const waiter of this.#waiters.splice(0)) this.#finish(waiter);
    if (error === undefined) this.#discard();
  }

  pause(): void {
    if (this.#state === 'active') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'active';
    for (const message of this.#buffer.takeAll()) this.deliver(message);
  }

  unsubscribe(bounds?: OperationOptions): Promise<void> {
    return this.#owner.unsubscribe(this, bounds);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    const reader: Reader = { unfinished: [] };
    this.#readers.add(reader);
    const finish = (): void => {
      for (const message of reader.unfinished.splice(0)) message.done(0);
    };
    return {
      next: () => {
        finish();
        return this.#next(reader);
      },
      // `break` in a `for await` loop: nobody reads on, so nothing more should come. The loop does not wait for the server.
      return: () => {
        finish();
        this.#readers.delete(reader);
        this.unsubscribe().catch((error: MqttError) => {
          // `stop()` after the loop ends what the UNSUBSCRIBE was to end.
          if (error.code !== 'STOPPED') this.#owner.report(error);
        });
        this.#discard();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #discard(): void {
    if (this.#readers.size === 0) this.#buffer.clear();
  }

  #next(reader: Reader): Promise<IteratorResult<Message>> {
    const message = this.#state === 'paused' ? undefined : this.#buffer.take();
    if (message !== undefined) return Promise.resolve(this.#give(message, reader));
    return new Promise((resolve, reject) => {
      const waiter = { reader, resolve, reject };
      if (this.#state === 'ended') this.#finish(waiter);
      else this.#waiters.push(waiter);
    });
  }

  #give(message: ReceivedMessage, { unfinished }: Reader): IteratorResult<Message> {
    if (this.#mode === 'afterProcessing') unfinished.push(message);
    this.#delivered(message);
    return { done: false, value: message };
  }

  #finish({ resolve, reject }: Waiter): void {
    const error = this.#endedBy;
    // Only the first reader hears of the error; to the others the subscription is over.
    this.#endedBy = undefined;
    if (error === undefined) resolve({ done: true, value: undefined });
    else reject(error);
  }

  #call(handler: MessageHandler, message: ReceivedMessage): void {
    if (this.#mode === 'afterProcessing') {
      void this.#process(handler, message);
      return;
    }
    const unfinished = callSafely(handler, message, this.#owner.report);
    if (unfinished !== undefined) message.running?.push(unfinished);
    this.#delivered(message);
  }

  async #process(handler: MessageHandler, message: ReceivedMessage): Promise<void> {
    try {
      await handler(message);
      message.done(0);
    } catch (error) {
      message.done(UNPROCESSED);
      this.#owner.report(error);
    }
  }

  #delivered(message: ReceivedMessage): void {
    if (this.#mode === 'onDelivery') message.done(0);
  }

  #keep(message: ReceivedMessage): void {
    if (this.#buffer.add(message)) return;
    message.done(UNPROCESSED);
    const error = new MqttError({
      code: 'LIMIT_EXCEEDED',
      message: `The buffer of '${this.filter}' is full: ${this.#limit} messages.`,
      retryable: true,
      hint: 'Read faster, raise `buffer`, or choose another `overflow`.',
    });
    this.end(error);
    this.unsubscribe().catch(this.#owner.report);
    // Iterators throw it.
    if (this.hasHandler) this.#owner.report(error);
  }
}
