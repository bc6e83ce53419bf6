/* The part of the client that subscribes, and hands received messages to whom they are for. */
import type { QoS, SubackPacket, SubscriptionRequest } from '@mqtide/codec';
import { Acknowledgements } from './acknowledgements.ts';
import type { Emitter } from './emitter.ts';
import type { EnginePort as Engine } from './engine.ts';
import { MqttError } from './errors.ts';
import type { ClientEvents } from './events.ts';
import { Identifiers } from './identifiers.ts';
import { ReceivedMessage } from './message.ts';
import type { OperationOptions, Operations } from './operations.ts';
import { checkTimeout } from './rules.ts';
import { Router } from './router.ts';
import type { ClientConfig } from './resolve-options.ts';
import type { DeliveredPacket, LifecycleEvent } from './session/events.ts';
import type { Failure } from './session/failure.ts';
import { pieces, subscribeInParts } from './in-parts.ts';
import { filterRefused } from './session/failures.ts';
import {
  type FilterOptions,
  type SubscribeOptions,
  type SubscriptionGroup,
  subscriptionRequests,
  together,
  wishesOf,
} from './subscribe.ts';
import type { MessageHandler, Subscription } from './subscription.ts';
import { type Owner, SubscriptionHandle } from './subscription-handle.ts';
import { Unrouted } from './unrouted.ts';

export class Subscribing implements Owner {
  readonly #engine: Engine;
  readonly #operations: Operations;
  readonly #emitter: Emitter<ClientEvents>;
  readonly report: (error: unknown) => void;
  readonly #acknowledgements: Acknowledgements;
  readonly #filtersPerSubscribe: number;
  readonly #isDurable: boolean;
  readonly #unrouted: Unrouted;
  readonly #router = new Router<SubscriptionHandle>();
  readonly #identifiers = new Identifiers(this.#router);
  #connections = 0;
  /** By subscriptions that have ended. */
  #droppedBefore = 0;

  constructor(
    engine: Engine,
    operations: Operations,
    emitter: Emitter<ClientEvents>,
    report: (error: unknown) => void,
    { ackTimeoutMs, brokerProfile, isDurable, unroutedHoldMs }: ClientConfig,
  ) {
    this.#isDurable = isDurable;
    this.#filtersPerSubscribe = brokerProfile.filtersPerSubscribe ?? Number.POSITIVE_INFINITY;
    this.#engine = engine;
    this.#operations = operations;
    this.#emitter = emitter;
    this.report = report;
    this.#acknowledgements = new Acknowledgements(engine, emitter, ackTimeoutMs);
    this.#unrouted = new Unrouted(engine, emitter, unroutedHoldMs);
  }

  /** The second argument may be the handler. */
  async subscribe(
    filters: string | readonly (string | FilterOptions)[],
    optionsOrHandler: SubscribeOptions | MessageHandler = {},
    maybeHandler?: MessageHandler,
  ): Promise<Subscription | SubscriptionGroup> {
    const [options, handler] =
      typeof optionsOrHandler === 'function' ? [{}, optionsOrHandler] : [optionsOrHandler, maybeHandler];
    const requests = subscriptionRequests([filters].flat(), options);
    const group = await this.#subscribe(requests, options, handler);
    return Array.isArray(filters) ? group : (group.subscriptions[0] as Subscription);
  }

  async #subscribe(
    asked: readonly SubscriptionRequest[],
    options: SubscribeOptions,
    handler: MessageHandler | undefined,
  ): Promise<SubscriptionGroup> {
    const { properties, timeoutMs } = options;
    const wishes = wishesOf(options, handler);
    options.signal?.throwIfAborted();
    // Registered at once: messages may come before the SUBACK [SEC-3.8.4-a].
    const handles = asked.map((request) => new SubscriptionHandle(request, wishes, this));
    const overlaps = asked.some(({ filter }) => this.#router.overlaps(filter));
    for (const handle of handles) this.#router.add(handle);
    const requests = asked.map((request) => together(request, this.#router.handlesOf(request.filter)));
    const connections = this.#engine.status === 'connected' ? -1 : this.#connections;
    // Not at once: a handler is not called while it is being registered.
    queueMicrotask(() => this.#deliverUnrouted());
    let packet: SubackPacket;
    try {
      const own = overlaps ? { ...properties, subscriptionIdentifier: this.#identifiers.assign(handles) } : properties;
      packet = await subscribeInParts(requests, this.#filtersPerSubscribe, (part) =>
        this.#operations.begin(
          options.signal,
          (op) => this.#engine.dispatch({ type: 'subscribe', op, subscriptions: part, properties: own, timeoutMs }),
          (suback) => suback as SubackPacket,
        ),
      );
    } catch (error) {
      for (const handle of handles) this.#drop(handle);
      // After an abort or a timeout the server may have made the subscription all the same.
      const isPartial = requests.length > this.#filtersPerSubscribe;
      const isUnknown = isPartial || !(error instanceof MqttError) || error.code === 'ACK_TIMEOUT';
      if (isUnknown && connections !== this.#connections) this.#takeBack(handles);
      throw error;
    }
    const subscriptions: SubscriptionHandle[] = [];
    const refused: { readonly filter: string; readonly reasonCode: number }[] = [];
    for (const [index, handle] of handles.entries()) {
      const { filter } = handle;
      const reasonCode = packet.reasonCodes[index] as number;
      if (reasonCode < 0x80) {
        subscriptions.push(handle);
        for (const each of this.#router.handlesOf(filter)) each.grantedQos = reasonCode as QoS;
      } else {
        refused.push({ filter, reasonCode });
        this.#drop(handle);
      }
    }
    if (subscriptions.length === 0) {
      const filters = refused.map(({ filter }) => filter).join("', '");
      throw this.#error(filterRefused(packet, refused[0]?.reasonCode as number, filters));
    }
    const unsubscribe = async (bounds?: OperationOptions): Promise<void> => {
      await Promise.all(subscriptions.map((handle) => handle.unsubscribe(bounds)));
    };
    return { subscriptions, refused, unsubscribe };
  }

  /** Messages that found the buffer of their subscription full. */
  get dropped(): number {
    return this.#router.all().reduce((sum, { dropped }) => sum + dropped, this.#droppedBefore);
  }

  /** Messages of QoS 1 and 2 that matched nothing and were acknowledged. */
  get unrouted(): number {
    return this.#unrouted.count;
  }

  /** Returns whether everybody is done with the message. */
  deliver(packet: DeliveredPacket, delivery: number): boolean {
    const handles = this.#router.match(packet.topic);
    if (handles.length === 0 && delivery !== 0 && !this.#emitter.has('messageReceived'))
      return this.#unrouted.add(packet, delivery);
    const message = new ReceivedMessage(packet);
    if (this.#isDurable && packet.qos === 2) message.running = [];
    const addressees = this.#addressees(packet, handles);
    const holders =
      delivery !== 0 && addressees.some(withholds)
        ? this.#acknowledgements.hold(packet, delivery, addressees.filter(withholds))
        : undefined;
    for (const handle of addressees) handle.deliver(holders?.get(handle) ?? message);
    if (this.#emitter.has('messageReceived')) this.#emitter.emit('messageReceived', { message });
    return holders === undefined && !this.#isRunning(message, delivery);
  }

  /** A stored message may be needed again until its handlers have finished, though it is acknowledged before. */
  #isRunning({ running = [] }: ReceivedMessage, delivery: number): boolean {
    if (running.length === 0) return false;
    this.#engine.dispatch({ type: 'acknowledge', delivery, reasonCode: 0, unfinished: true });
    void Promise.all(running).then(() => this.#engine.dispatch({ type: 'processed', delivery }));
    return true;
  }

  /** Of all that match; nearly always these. */
  #addressees(packet: DeliveredPacket, matching: readonly SubscriptionHandle[]): readonly SubscriptionHandle[] {
    return matching.length > 1 && this.#identifiers.areUsed ? this.#identifiers.select(packet, matching) : matching;
  }

  connectionChanged(event: LifecycleEvent): void {
    const { type } = event;
    if (type === 'disconnection') this.#unrouted.connectionLost();
    if (type !== 'connectionSuccess') return;
    for (const part of [this.#acknowledgements, this.#unrouted, this.#identifiers]) part.connected(event.settings);
    this.#connections += 1;
  }

  /** A listener has come or gone. */
  listenersChanged(): void {
    if (this.#emitter.has('messageReceived')) this.#deliverUnrouted();
  }

  /** The server refused a filter that it had granted in a session it has lost. */
  refused(filter: string, failure: Failure): void {
    const error = this.#error(failure);
    const handles = this.#router.handlesOf(filter);
    for (const handle of handles) {
      this.#drop(handle, error);
    }
    // Iterators throw it.
    if (handles.some(({ hasHandler }) => hasHandler)) this.report(error);
  }

  /** Nothing more will be received. */
  end(error: MqttError | undefined): void {
    this.#acknowledgements.clear();
    this.#unrouted.clear();
    for (const handle of this.#router.all()) {
      this.#drop(handle, error);
    }
  }

  #deliverUnrouted(): void {
    const isWanted = (topic: string): boolean =>
      this.#emitter.has('messageReceived') || this.#router.match(topic).length > 0;
    this.#unrouted.take(isWanted, (packet, delivery) => {
      if (this.deliver(packet, delivery)) this.#engine.dispatch({ type: 'acknowledge', delivery, reasonCode: 0 });
    });
  }

  async unsubscribe(handle: SubscriptionHandle, { signal, timeoutMs }: OperationOptions = {}): Promise<void> {
    const { filter } = handle;
    signal?.throwIfAborted();
    checkTimeout(timeoutMs);
    if (!this.#router.handlesOf(filter).includes(handle)) return;
    this.#drop(handle);
    if (this.#router.handlesOf(filter).length > 0) return;
    await this.#operations.begin(signal, (op) =>
      this.#engine.dispatch({ type: 'unsubscribe', op, filters: [filter], timeoutMs }),
    );
  }

  #takeBack(handles: readonly SubscriptionHandle[]): void {
    const filters = handles.map(({ filter }) => filter).filter((filter) => this.#router.handlesOf(filter).length === 0);
    for (const part of pieces(filters, this.#filtersPerSubscribe))
      this.#engine.dispatch({ type: 'unsubscribe', op: 0, filters: part });
  }

  #drop(handle: SubscriptionHandle, error?: MqttError): void {
    this.#droppedBefore += handle.dropped;
    const { filter } = handle;
    this.#router.remove(handle);
    if (this.#router.handlesOf(filter).length === 0) this.#unrouted.filterEnded(filter);
    handle.end(error);
  }

  #error(failure: Failure): MqttError {
    return new MqttError(failure, this.#engine.version);
  }
}

const withholds = (handle: SubscriptionHandle): boolean => handle.withholds;
