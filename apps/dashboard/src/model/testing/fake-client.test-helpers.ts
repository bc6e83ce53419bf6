import type { ClientEvents, ClientOptions, ClientState, Message, PublishResult, Subscription } from '@mqtide/client';
import type { DashboardClient } from '../connection.ts';

type Name = keyof ClientEvents;
type Listener = (event: never) => unknown;

/** A promise that the test settles. */
export interface Asked<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** What somebody asked the client to subscribe to. */
export interface AskedSubscription extends Asked<Subscription> {
  readonly filter: string;
  readonly options: { readonly qos?: number; readonly retainAsPublished?: boolean; readonly signal?: AbortSignal };
}

/** A subscription whose end the test decides. */
export class FakeSubscription implements Subscription {
  readonly filter: string;
  readonly grantedQos: 0 | 1 | 2;
  readonly dropped = 0;
  readonly unsubscribed: Asked<void>[] = [];
  #end: Asked<IteratorResult<Message>> | undefined;

  constructor(filter: string, grantedQos: 0 | 1 | 2) {
    this.filter = filter;
    this.grantedQos = grantedQos;
  }

  /** Ends it from the client's side, with an error or without. */
  end(error?: unknown): void {
    if (error === undefined) this.#end?.resolve({ done: true, value: undefined });
    else this.#end?.reject(error);
  }

  pause(): void {}

  resume(): void {}

  unsubscribe(): Promise<void> {
    this.end();
    return new Promise((resolve, reject) => this.unsubscribed.push({ resolve, reject }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return {
      next: () =>
        new Promise((resolve, reject) => {
          this.#end = { resolve, reject };
        }),
    };
  }
}

/** A client without a network: the test says what happens. */
export class FakeClient {
  readonly options: ClientOptions;
  readonly asked: AskedSubscription[] = [];
  readonly published: (Asked<PublishResult> & { readonly topic: string })[] = [];
  readonly #listeners = new Map<Name, Set<Listener>>();
  stops = 0;
  state: ClientState = { status: 'idle', attempt: 0, since: 0 };

  constructor(options: ClientOptions = { url: 'ws://broker.example/' }) {
    this.options = options;
  }

  /** Itself, as the code under test sees it. */
  get client(): DashboardClient {
    return this as unknown as DashboardClient;
  }

  on(name: Name, listener: Listener): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Changes the state, and emits an event about it. */
  becomes<Each extends Name>(state: Partial<ClientState>, name: Each, event: Partial<ClientEvents[Each]> = {}): void {
    this.state = { status: 'idle', attempt: 0, since: 0, ...state };
    for (const listener of this.#listeners.get(name) ?? []) listener(event as never);
  }

  start(): Promise<never> {
    this.state = { ...this.state, status: 'connecting' };
    return new Promise(() => {});
  }

  stop(): Promise<void> {
    this.stops += 1;
    this.state = { ...this.state, status: 'stopping' };
    return Promise.resolve();
  }

  subscribe(filter: string, options: AskedSubscription['options']): Promise<Subscription> {
    return new Promise((resolve, reject) => this.asked.push({ filter, options, resolve, reject }));
  }

  publish(topic: string): Promise<PublishResult> {
    return new Promise((resolve, reject) => this.published.push({ topic, resolve, reject }));
  }
}

/** An error as the library throws it. */
export function mqttError(code: string, more: object = {}): Error {
  return Object.assign(new Error(`message of ${code}`), { code, ...more });
}

/** Lets everything that is resolved be seen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
