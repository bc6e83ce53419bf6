import { makeDisposable } from './async-dispose.ts';
import { Destinations } from './destinations.ts';
import { Emitter } from './emitter.ts';
import type { EngineHooks, EnginePort } from './engine.ts';
import { MqttError } from './errors.ts';
import type { ClientEvents, ClientState } from './events.ts';
import type { PageLifecycle } from './io/page-lifecycle.ts';
import { logEvents } from './logger.ts';
import { onAbort } from './on-abort.ts';
import { type OperationOptions, Operations } from './operations.ts';
import type { ClientOptions } from './options.ts';
import type { Message } from './message.ts';
import { watchPage } from './page-watch.ts';
import type { Payload } from './payload.ts';
import { Tracing } from './propagator.ts';
import { MessageCheck, type PublishOptions, type PublishResult, publishResult } from './publish.ts';
import { reporter } from './report-error.ts';
import { type RequestHandler, type RequestManyOptions, type RequestOptions, Requests } from './request.ts';
import { publicUrl, resolveOptions, versionOf } from './resolve-options.ts';
import { checkTimeout } from './rules.ts';
import type { SessionConfig } from './session/config.ts';
import type { OutgoingMessage } from './session/events.ts';
import type { Failure } from './session/failure.ts';
import type { NegotiatedSettings } from './session/settings.ts';
import { type ClientStatistics, Statistics } from './statistics.ts';
import { StateKeeper } from './state.ts';
import { type StopOptions, checkStop } from './stop-options.ts';
import type { FilterOptions, SubscribeOptions, SubscriptionGroup } from './subscribe.ts';
import { tapPackets } from './tap.ts';
import { Subscribing } from './subscribing.ts';
import type { MessageHandler, Subscription } from './subscription.ts';
import type { Warning } from './warning.ts';

/** An MQTT client. Made by `createClient`; does nothing before `start()`. */
export class Client {
  readonly #engine: EnginePort;
  readonly #operations: Operations;
  readonly #state: StateKeeper;
  readonly #emitter: Emitter<ClientEvents>;
  readonly #subscribing: Subscribing;
  readonly #statistics: Statistics;
  readonly #tracing: Tracing | undefined;
  readonly #messages: MessageCheck;
  readonly #config: SessionConfig;
  readonly #requests: Requests;

  /** @internal */
  constructor(
    options: ClientOptions,
    page: PageLifecycle | undefined,
    makeEngine: (config: SessionConfig, hooks: EngineHooks, warn: (warning: Warning) => void) => EnginePort,
  ) {
    const config = resolveOptions(options);
    this.#config = config;
    this.#messages = new MessageCheck(config.topicAliasing.outbound === 'manual');
    const report = reporter(options.onUnhandledError);
    this.#emitter = new Emitter(report, () => {
      tapPackets(this.#engine, this.#emitter);
      this.#subscribing.listenersChanged();
    });
    const destinations = new Destinations(options);
    const tracing = options.propagator && new Tracing(options.propagator, options.contextManager, report);
    this.#tracing = tracing;
    const follow = watchPage(config.pageLifecycle === 'none' ? undefined : page, (hint) =>
      this.#engine.dispatch({ type: 'hint', hint }),
    );
    const hooks: EngineHooks = {
      locate: (context) => destinations.locate(context),
      authenticate: (step, data) => destinations.authenticate(step, data),
      attempting: (attempt, url) => this.#emitter.emit('attemptingConnect', { attempt, url: publicUrl(url) }),
      deliver: tracing
        ? (packet, delivery) => tracing.deliver(packet, () => this.#subscribing.deliver(packet, delivery))
        : (packet, delivery) => this.#subscribing.deliver(packet, delivery),
      settle: (op, outcome) => {
        if (!outcome.ok) this.#statistics.operationFailed(outcome.failure.code);
        // What an earlier page published has no promise.
        if (op >= 0) this.#operations.settle(op, outcome);
        else if (!outcome.ok) report(this.#error(outcome.failure));
      },
      restored: ({ publishes, messages }) => this.#emitter.emit('sessionRestored', { publishes, messages }),
      storeFailed: ({ failure }) => this.#emitter.emit('storeFailure', { error: this.#error(failure) }),
      unsubscribed: ({ filter, failure }) => this.#subscribing.refused(filter, failure),
      status: ({ status, attempt, event }) => {
        // First of all: a listener may start the client again.
        follow(status);
        if (status === 'failed') this.#requests.leave();
        if (event !== undefined) this.#subscribing.connectionChanged(event);
        this.#state.change({ status, attempt }, event);
      },
    };
    this.#engine = makeEngine(config, hooks, (warning) => this.#emitter.emit('warning', warning));
    this.#operations = new Operations(this.#engine);
    this.#state = new StateKeeper(this.#engine, this.#emitter, (error) => this.#subscribing.end(error));
    this.#subscribing = new Subscribing(this.#engine, this.#operations, this.#emitter, report, config);
    this.#statistics = new Statistics(this.#engine, this.#emitter, this.#subscribing);
    this.#requests = new Requests(this, this.#engine, config);
    if (options.logger) logEvents(options.logger, this.#emitter);
    makeDisposable(this);
  }

  /** Where the client stands: a new object whenever it changes. */
  get state(): ClientState {
    return this.#state.current;
  }

  /** What is under way, what went over the wire, and what went wrong so far. Counting costs nothing until it is called. */
  statistics(): ClientStatistics {
    return this.#statistics.read();
  }

  /** Listens to an event. Returns a function that stops listening. What a listener throws goes to `onUnhandledError`. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => unknown): () => void {
    return this.#emitter.on(name, listener);
  }

  /** Stops a listener. */
  off<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => unknown): void {
    this.#emitter.off(name, listener);
  }

  /**
   * Connects, and stays connected: attempts are repeated until one succeeds, as `reconnect` says. Resolves with what was
   * agreed on at the first success. Called again meanwhile it returns the same promise; after `stop()` or a failure it
   * starts anew.
   *
   * Rejects when a reason is fatal (see `docs/errors.md`), with `STOPPED` after `stop()`, and with the signal's reason
   * when it is aborted, which stops the client.
   */
  start({ signal }: { readonly signal?: AbortSignal } = {}): Promise<NegotiatedSettings> {
    if (signal?.aborted === true) return this.#state.notStarted(signal.reason);
    const started = this.#state.started();
    this.#engine.dispatch({ type: 'start' });
    if (signal !== undefined) {
      const release = onAbort(signal, (reason) => {
        this.#state.abortStart(reason);
        void this.stop();
      });
      started.then(release, release);
    }
    return started;
  }

  /**
   * Ends the connection, and the session on the server unless there is a `session.store`. Operations that are not over
   * reject with `STOPPED`, iterators end, handlers are not called any more. Resolves when the socket is closed, at the
   * latest two seconds after `drainMs`; a `session.store` that does not answer delays it until it is given up, which takes
   * ten seconds for each thing it was asked. Called again it returns the same promise, and can shorten `drainMs`. Rejects
   * with `INVALID_ARGUMENT` alone, and then has not stopped.
   */
  stop(options: StopOptions = {}): Promise<void> {
    try {
      checkStop(options);
    } catch (error) {
      return Promise.reject(error as MqttError);
    }
    this.#requests.leave();
    const stopped = this.#state.stopped();
    this.#engine.dispatch({ type: 'stop', ...options });
    return stopped;
  }

  /**
   * Resolves when no operation waits to be sent and there is room in the socket, which holds 1 MiB at the most: at once,
   * as a rule. A loop that awaits it publishes as fast as the network takes it. When the connection is lost it waits on
   * with what `offlineQueue` lets wait. Rejects only with the signal's reason.
   */
  drained({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.#operations.begin(signal, (op) => this.#engine.dispatch({ type: 'awaitDrained', op }));
  }

  /** `stop()`, for `await using`; one that is under way keeps its time. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.state.status === 'stopping' ? this.#state.stopped() : this.stop();
  }

  /**
   * Publishes a message: text, bytes, or any other value as JSON. QoS 0 resolves when the message has been handed to the
   * socket, QoS 1 with the PUBACK, QoS 2 when the exchange is over.
   *
   * Rejects with `INVALID_ARGUMENT`, `PUBLISH_REFUSED` (reason code 0x80 and above), `UNSUPPORTED_BY_SERVER`,
   * `PACKET_TOO_LARGE`, `OFFLINE`, `QUEUE_FULL`, `EXPIRED`, `ACK_TIMEOUT`, `SESSION_LOST`, `STOPPED`, the error of a fatal
   * disconnection, or the signal's reason.
   */
  publish(topic: string, payload: Payload, options: PublishOptions = {}): Promise<PublishResult> {
    let message: OutgoingMessage;
    try {
      message = this.#messages.message(topic, payload, this.#traced(options), this.#engine.isReady);
    } catch (error) {
      return Promise.reject(error as MqttError);
    }
    const { signal, timeoutMs } = options;
    if (message.qos === 0 && signal === undefined && this.#engine.isReady) return this.#publishOnce(message);
    const submit = (op: number): void => this.#engine.publish(op, message, timeoutMs);
    return this.#operations.begin(signal, submit, publishResult);
  }

  /** 3.1.1 has no user properties: with `'auto'` the version has to be known. */
  #traced(options: PublishOptions): PublishOptions {
    if (this.#tracing === undefined) return options;
    return versionOf(this.#engine, this.#config) === 5 ? this.#tracing.inject(options) : options;
  }

  /** All messages of QoS 0 that leave in one frame share one promise. */
  #publishOnce(message: OutgoingMessage): Promise<PublishResult> {
    const { op, promise } = this.#operations.share(publishResult);
    const refused = this.#engine.publishOnce(op, message);
    if (refused === undefined) return promise;
    this.#statistics.operationFailed(refused.code);
    return Promise.reject(this.#error(refused));
  }

  /**
   * Subscribes to a filter. Messages go to the handler, or without one to the iterators of the subscription. Resolves
   * with the SUBACK; the handler may be called before. The client subscribes again when the server lost the session.
   *
   * Rejects with `INVALID_ARGUMENT`, `SUBSCRIBE_REFUSED`, `UNSUPPORTED_BY_SERVER`, `OFFLINE`, `QUEUE_FULL`, `EXPIRED`,
   * `ACK_TIMEOUT`, `STOPPED`, the error of a fatal disconnection, or the signal's reason.
   */
  subscribe(filter: string, options?: SubscribeOptions, handler?: MessageHandler): Promise<Subscription>;
  subscribe(filter: string, handler: MessageHandler): Promise<Subscription>;
  /** Subscribes to several filters at once. Rejects only if all of them are refused. */
  subscribe(filters: readonly (string | FilterOptions)[], handler: MessageHandler): Promise<SubscriptionGroup>;
  subscribe(
    filters: readonly (string | FilterOptions)[],
    options?: SubscribeOptions,
    handler?: MessageHandler,
  ): Promise<SubscriptionGroup>;
  subscribe(
    filters: string | readonly (string | FilterOptions)[],
    optionsOrHandler?: SubscribeOptions | MessageHandler,
    handler?: MessageHandler,
  ): Promise<Subscription | SubscriptionGroup> {
    return this.#subscribing.subscribe(filters, optionsOrHandler, handler);
  }

  /**
   * Authenticates again on the connection that is there, which goes on meanwhile, section 4.12.1. Resolves when the
   * server is content. When it is not, or when the server does not prove itself, the connection ends.
   *
   * Rejects with `AUTHENTICATION_FAILED`, the error that ended the connection, `INVALID_STATE` (no `authentication`, no
   * connection, or under way already), `UNSUPPORTED_BY_SERVER` (3.1.1), `STOPPED`, or the signal's reason.
   */
  async reauthenticate({ signal, timeoutMs }: OperationOptions = {}): Promise<void> {
    checkTimeout(timeoutMs);
    await this.#operations.begin(signal, (op) => this.#engine.dispatch({ type: 'reauthenticate', op, timeoutMs }));
  }

  /**
   * Publishes a request, MQTT 5 section 4.10, and resolves with the reply. Late replies are ignored.
   *
   * Rejects with `ACK_TIMEOUT` when no reply comes in time, with `PUBLISH_REFUSED` and reason code 0x10 when the server says
   * that nobody is there to reply, with `UNSUPPORTED_BY_SERVER` in 3.1.1, and with what `publish` and `subscribe` reject with.
   */
  request(topic: string, payload: Payload, options: RequestOptions = {}): Promise<Message> {
    return this.#requests.one(topic, payload, options);
  }

  /**
   * Publishes a request that many may reply to. Nothing is sent before the first reply is asked for. Ends when there have
   * been `max` replies, when `timeoutMs` is over, or when the loop is left; throws what `request` rejects with.
   */
  requestMany(
    topic: string,
    payload: Payload,
    options: RequestManyOptions = {},
  ): AsyncGenerator<Message, void, undefined> {
    return this.#requests.many(topic, payload, options);
  }

  /**
   * Answers requests: subscribes with QoS 1, unless told otherwise, and publishes what the handler returns to the response
   * topic of the request. `$share/<name>/<filter>` spreads requests over several responders. A handler that throws, or a
   * reply that fails, goes to `onUnhandledError` and affects that request alone, which is not replied to.
   *
   * Rejects with what `subscribe` rejects with, and with `UNSUPPORTED_BY_SERVER` in 3.1.1.
   */
  respond(filter: string, handler: RequestHandler, options: SubscribeOptions = {}): Promise<Subscription> {
    return this.#requests.respond(filter, handler, options);
  }

  #error(failure: Failure): MqttError {
    return new MqttError(failure, this.#engine.version);
  }
}
