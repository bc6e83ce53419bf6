/*
 * The engine of all services: subscribes to the answers, waits for the SUBACK, publishes the request, waits for its
 * answer. Nothing else waits for a request that waits, except on a topic whose answers cannot be told apart.
 */
import { bounded, inTurn, type Lanes, type RequestOptions, unlessAborted } from './bounds.ts';
import { RequestError } from './errors.ts';
import { Exchange } from './exchange.ts';
import { toJson } from './json.ts';
import type { Messenger } from './messenger.ts';
import { type Names, type Operation, topicOf } from './operation.ts';
import { watchConnection } from './watch-connection.ts';

/** What holds for all requests of a service. */
export type ServiceOptions = Pick<RequestOptions, 'timeoutMs'>;

/** Operations whose answers stay subscribed to. AWS allows a connection 50 subscriptions, and each takes two. */
const KEPT = 8;

/** A subscription may begin a while after its SUBACK, so what can be asked again is. */
const ASK_AGAIN_MS = 5_000;

export class Requests {
  readonly #messenger: Messenger;
  readonly #defaults: ServiceOptions;
  /** By topic, the last one used at the end. */
  readonly #exchanges = new Map<string, Exchange>();
  /** By topic. */
  readonly #lanes: Lanes = new Map();
  readonly #calls = new Set<AbortController>();
  #stopWatching: (() => void) | undefined;

  constructor(messenger: Messenger, { timeoutMs }: ServiceOptions = {}) {
    this.#messenger = messenger;
    this.#defaults = timeoutMs === undefined ? {} : { timeoutMs };
  }

  /**
   * Sends a request. Rejects with a `ServiceError`, a `RequestError`, what the MQTT client rejects with, or the signal's
   * reason.
   */
  async call<Request extends object, Response>(
    operation: Operation<Request, Response>,
    names: Names,
    request: Request,
    bounds?: RequestOptions,
  ): Promise<Response> {
    const topic = topicOf(operation.topic, names);
    const hasToken = operation.correlation === 'token';
    const token = hasToken ? newToken() : '';
    const body = toJson(hasToken ? { ...request, clientToken: token } : request);
    return bounded({ ...this.#defaults, ...bounds }, topic, async (over) => {
      const { signal } = over;
      const send = (): Promise<object> => this.#send(operation, names, body, token, signal);
      this.#calls.add(over);
      try {
        return (await (hasToken ? send() : inTurn(this.#lanes, topic, signal, send))) as Response;
      } finally {
        this.#calls.delete(over);
      }
    });
  }

  /** Ends the subscriptions. Requests that wait reject with `CLOSED`, those that come begin anew. */
  close(reason: unknown = new RequestError('CLOSED', 'Closed, or the client was stopped.')): void {
    for (const call of this.#calls) call.abort(reason);
    for (const topic of this.#exchanges.keys()) this.#drop(topic);
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  async #send(operation: Operation, names: Names, body: string, token: string, signal: AbortSignal): Promise<object> {
    const exchange = this.#exchange(operation, names);
    const { topic, calls } = exchange;
    calls.add(signal);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await unlessAborted(exchange.ready, signal);
      const answer = exchange.answerTo(token);
      const publish = async (): Promise<object> => {
        await this.#messenger.publish(topic, body, { qos: 1, signal });
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
}

/** 128 random bits, in well under the 64 bytes that a token may have. */
function newToken(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
