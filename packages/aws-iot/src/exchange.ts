import { RequestError, ServiceError, type ErrorDocument } from './errors.ts';
import { parseObject } from './json.ts';
import type { Granted, Messenger, ReceivedMessage } from './messenger.ts';
import { type Names, type Operation, topicOf } from './operation.ts';

interface Waiting {
  resolve(document: object): void;
  reject(error: unknown): void;
}

/** Listens to the answers of one operation, and hands each to the request that waits for it. */
export class Exchange {
  /** Where requests are published. */
  readonly topic: string;
  /** Resolves when both topics of answers are subscribed to: before that an answer could be missed. */
  readonly ready: Promise<unknown>;
  /** The calls that use it. */
  readonly calls: Set<object> = new Set();
  /** A subscription was refused: whoever needs it has to begin anew. */
  isRefused = false;
  readonly #correlation: Operation['correlation'];
  readonly #waiting = new Map<unknown, Waiting>();
  readonly #subscriptions: readonly Promise<Granted>[];
  readonly #over = new AbortController();

  constructor(messenger: Messenger, { topic, accepted, rejected, correlation }: Operation, names: Names) {
    this.topic = topicOf(topic, names);
    this.#correlation = correlation;
    const listen = async (filter: string, isAccepted: boolean): Promise<Granted> =>
      messenger.subscribe(topicOf(filter, names), { qos: 1, signal: this.#over.signal }, (message) =>
        this.#answer(message, isAccepted),
      );
    this.#subscriptions = [listen(accepted, true), listen(rejected, false)];
    this.ready = Promise.all(this.#subscriptions);
    this.ready.catch(() => {
      this.isRefused = true;
    });
  }

  /** The answer to the request with this token. Rejects with a `ServiceError`. */
  answerTo(token: string): Promise<object> {
    return new Promise((resolve, reject) => this.#waiting.set(token, { resolve, reject }));
  }

  forget(token: string): void {
    this.#waiting.delete(token);
  }

  close(): void {
    this.#over.abort();
    // The connection may be gone, and the subscription with it.
    for (const subscription of this.#subscriptions)
      subscription.then((granted) => granted.unsubscribe()).catch(() => {});
  }

  #answer({ payload }: ReceivedMessage, isAccepted: boolean): void {
    const document = parseObject<ErrorDocument>(payload);
    const token = this.#correlation === 'token' ? document?.clientToken : '';
    // Answers to other clients' requests come here, too.
    const waiting = this.#waiting.get(token);
    if (waiting === undefined) return;
    this.#waiting.delete(token);
    if (document === undefined) waiting.reject(new RequestError('BAD_ANSWER', 'The answer is no JSON.'));
    else if (isAccepted) waiting.resolve(document);
    else waiting.reject(new ServiceError(this.topic, document));
  }
}
