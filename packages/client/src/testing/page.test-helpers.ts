import type { MemoryStore, Pair } from '@mqtide/testkit';
import type { Client } from '../client.ts';
import type { MqttError } from '../errors.ts';
import { createClientWith } from '../internal.ts';
import type { Clock } from '../io/clock.ts';
import type { Connection, Transport } from '../io/transport.ts';
import type { Message } from '../message.ts';
import type { ClientOptions } from '../options.ts';

/** A page with a client and a handler for everything, which can be gone from one moment to the next. */
export class Page {
  readonly client: Client;
  /** Texts of the messages, with a `!` when they are delivered again. */
  readonly received: string[] = [];
  readonly unhandled: (string | undefined)[] = [];
  readonly restored: unknown[] = [];
  readonly storeFailures: string[] = [];
  readonly #pair: Pair;
  readonly #store: MemoryStore;
  #isGone = false;

  /** `handler` is called after the message has been noted. */
  constructor(
    pair: Pair,
    store: MemoryStore,
    {
      handler = () => {},
      ...options
    }: Partial<ClientOptions> & { readonly handler?: (message: Message) => unknown } = {},
  ) {
    this.#pair = pair;
    this.#store = store;
    this.client = createClientWith(
      {
        url: pair.url,
        clientId: 'page',
        onUnhandledError: (error) => this.unhandled.push((error as MqttError).code),
        ...options,
        session: { store, ...options.session },
      },
      { transport: this.#transport(), clock: this.#clock() },
    );
    this.client.on('sessionRestored', (event) => this.restored.push(event));
    this.client.on('storeFailure', ({ error }) => this.storeFailures.push(error.code));
    const note = (message: Message): unknown => {
      this.received.push(message.text() + (message.redelivered ? '!' : ''));
      return handler(message);
    };
    this.client.subscribe('in/#', { qos: 2 }, note).catch(() => {});
  }

  async start(): Promise<void> {
    void this.client.start();
    await this.#pair.clock.settle();
  }

  /** The page is gone without a goodbye: nothing of it does anything any more. */
  crash(): void {
    this.#isGone = true;
    this.#store.crash();
    if (this.#pair.broker.connectedClients.includes('page')) this.#pair.broker.drop('page');
  }

  #clock(): Clock {
    const { clock } = this.#pair;
    return {
      now: () => clock.now(),
      random: () => clock.random(),
      wakeAt: (at, callback) => clock.wakeAt(at, () => this.#unlessGone(callback)),
    };
  }

  #transport(): Transport {
    return {
      connect: (url, listener): Connection => {
        const connection = this.#pair.transport.connect(url, {
          onOpen: () => this.#unlessGone(() => listener.onOpen()),
          onData: (bytes) => this.#unlessGone(() => listener.onData(bytes)),
          onText: () => this.#unlessGone(() => listener.onText()),
          onClose: (close) => this.#unlessGone(() => listener.onClose(close)),
        });
        return {
          send: (bytes) => this.#unlessGone(() => connection.send(bytes)),
          close: () => this.#unlessGone(() => connection.close()),
          bufferedBytes: 0,
        };
      },
    };
  }

  #unlessGone(act: () => void): void {
    if (!this.#isGone) act();
  }
}
