/*
 * The engine of all services: subscribes to the answers, waits for the SUBACK, publishes the request, waits for its
 * answer. Nothing else waits for a request that waits, except on a topic whose answers cannot be told apart.
 */
import { RequestError } from './errors.ts';
import { Exchange } from './exchange.ts';
import type { Messenger } from './messenger.ts';
import { type Names, type Operation, topicOf } from './operation.ts';
import { watchConnection } from './watch-connection.ts';

/** What bounds a request. */
export interface RequestOptions {
  /** Rejects with the signal's reason. The service may have done it all the same. */
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole request, the time without a connection included. @default 30_000 */
  readonly timeoutMs?: number;
}

/** What holds for all requests of a service. */
export type ServiceOptions = Pick<RequestOptions, 'timeoutMs'>;

/** Operations whose answers stay subscribed to. AWS allows a connection 50 subscriptions, and each takes two. */
const KEPT = 8;

/** A subscription may begin a while after its SUBACK, so what can be asked again is. */
const ASK_AGAIN_MS = 5_000;

export class Requests {
  readonly #messenger: Messenger;
  readonly #timeoutMs: number;
  /** By topic, the last one used at the end. */
  readonly #exchanges = new Map<string, Exchange>();
  /** The last of those that wait for their turn, by topic. */
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #calls = new Set<AbortController>();
  #stopWatching: (() => void) | undefined;

  constructor(messenger: Messenger, { timeoutMs = 30_000 }: ServiceOptions = {}) {
    this.#messenger = messenger;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Sends a request. Rejects with a `ServiceError`, a `RequestError`, what the MQTT client rejects with, or the signal's
   * reason.
   */
  async call<Request extends object, Response>(
    operation: Operation<Request, Response>,
    names: Names,
    request: Request,
    { signal, timeoutMs = this.#timeoutMs }: RequestOptions = {},
  ): Promise<Response> {
    const topic = topicOf(operation.topic, names);
    signal?.throwIfAborted();
    const over = new AbortController();
    const onTimeout = (): void => over.abort(new RequestError('TIMEOUT', `No answer to ${topic} in ${timeoutMs} ms.`));
    const onAbort = (): void => over.abort(signal?.reason);
    const timer = setTimeout(onTimeout, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#calls.add(over);
    try {
      if (operation.correlation === 'token') {
        // In hexadecimal, well within the 64 bytes that a token may have.
        const token = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
          byte.toString(16).padStart(2, '0'),
        );
        const clientToken = token.join('');
        return (await this.#send(operation, names, { ...request, clientToken }, clientToken, over.signal)) as Response;
      }
      return (await this.#inTurn(topic, over.signal, () =>
        this.#send(operation, names, { ...request }, '', over.signal),
      )) as Response;
    } finally {
      clearTimeout(timer);
      this.#calls.delete(over);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends the subscriptions. Requests that wait reject with `CLOSED`, those that come begin anew. */
  close(reason: unknown = new RequestError('CLOSED', 'Closed, or the client was stopped.')): void {
    for (const call of this.#calls) call.abort(reason);
    for (const topic of this.#exchanges.keys()) this.#drop(topic);
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  async #send(
    operation: Operation,
    names: Names,
    request: object,
    token: string,
    signal: AbortSignal,
  ): Promise<object> {
    const exchange = this.#exchange(operation, names);
    const { topic, calls } = exchange;
    calls.add(signal);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await unlessAborted(exchange.ready, signal);
      const answer = exchange.answerTo(token);
      const publish = async (): Promise<object> => {
        await this.#messenger.publish(topic, JSON.stringify(request), { qos: 1, signal });
        if (operation.reads === true && calls.has(signal))
          timer = setTimeout(() => void publish().catch(() => {}), ASK_AGAIN_MS);
        return answer;
      };
      // The answer may overtake the PUBACK.
      return await unlessAborted(Promise.race([answer, publish()]), signal);
    } catch (error) {
      exchange.forget(token);
      // Without a token a late answer would be taken for that of the next request. And a client may have been restarted.
      if (exchange.isRefused || (signal.aborted && calls.size === 1)) this.#drop(topic, exchange);
      throw error;
    } finally {
      clearTimeout(timer);
      calls.delete(signal);
    }
  }

  #exchange(operation: Operation, names: Names): Exchange {
    // Subscriptions end with a client that is stopped, or gives up.
    this.#stopWatching ??= watchConnection(this.#messenger, {
      onConnect: () => {},
      onEnd: ({ error }) => this.close(error),
    });
    const topic = topicOf(operation.topic, names);
    const exchange = this.#exchanges.get(topic) ?? new Exchange(this.#messenger, operation, names);
    this.#exchanges.delete(topic);
    for (const [other, { calls }] of this.#exchanges) {
      if (this.#exchanges.size < KEPT) break;
      if (calls.size === 0) this.#drop(other);
    }
    this.#exchanges.set(topic, exchange);
    return exchange;
  }

  #drop(topic: string, exchange: Exchange | undefined = this.#exchanges.get(topic)): void {
    exchange?.close();
    if (this.#exchanges.get(topic) === exchange) this.#exchanges.delete(topic);
  }

  /** One after the other on a topic; other topics do not wait. */
  async #inTurn<Result>(topic: string, signal: AbortSignal, act: () => Promise<Result>): Promise<Result> {
    const before = this.#lanes.get(topic) ?? Promise.resolve();
    const result = unlessAborted(before, signal).then(act);
    const done = Promise.allSettled([before, result]).finally(() => {
      if (this.#lanes.get(topic) === done) this.#lanes.delete(topic);
    });
    this.#lanes.set(topic, done);
    return result;
  }
}

function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
