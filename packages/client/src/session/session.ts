/*
 * The session: `handle(event) → actions`, and `nextDeadline()`. It decides everything and performs nothing.
 *
 *   lifecycle      when to connect, and what a lost connection means
 *   outbound       QoS 1 and 2 messages on their way to the server
 *   inbound        QoS 1 and 2 messages on their way to the application
 *   subscriptions  SUBSCRIBE, UNSUBSCRIBE, and what to subscribe again
 *   queue          what waits for a connection or for the send quota
 */
import type { Packet } from '@mqtide/codec';
import type { SessionConfig } from './config.ts';
import type { Action, ConnectionStatus, OutgoingMessage, SessionEvent, StopRequest } from './events.ts';
import type { Failure } from './failure.ts';
import { failure } from './failures.ts';
import { Inbound } from './inbound.ts';
import { Lifecycle } from './lifecycle.ts';
import { refusal, subscribeRefusal } from './limits.ts';
import type { Operation, PublishOperation } from './operation.ts';
import { Outbound, type Violation } from './outbound.ts';
import { PacketIds } from './packet-ids.ts';
import { Queue } from './queue.ts';
import type { NegotiatedSettings } from './settings.ts';
import { Subscriptions } from './subscriptions.ts';
import { Turn } from './turn.ts';

/** MQTT's client state machine, without any input or output. */
export class Session {
  readonly #config: SessionConfig;
  readonly #turn = new Turn();
  readonly #lifecycle: Lifecycle;
  readonly #outbound: Outbound;
  readonly #inbound: Inbound;
  readonly #subscriptions: Subscriptions;
  readonly #queue: Queue;
  readonly #packetIds: PacketIds;
  #draining: { readonly request: StopRequest; readonly until: number } | undefined;

  constructor(config: SessionConfig) {
    const turn = this.#turn;
    this.#config = config;
    this.#outbound = new Outbound(turn, config.ackTimeoutMs);
    this.#inbound = new Inbound(turn, config.limits.receiveMaximum);
    this.#subscriptions = new Subscriptions(turn, config.ackTimeoutMs);
    this.#queue = new Queue(turn, config.offlineQueue);
    this.#packetIds = new PacketIds((id) => this.#outbound.isInUse(id) || this.#subscriptions.isInUse(id));
    this.#lifecycle = new Lifecycle(turn, config, {
      online: (settings, resumed) => this.#online(settings, resumed),
      connectionLost: () => this.#connectionLost(),
      ended: (failure, keepsSession) => this.#ended(failure, keepsSession),
    });
  }

  get status(): ConnectionStatus {
    return this.#lifecycle.status;
  }

  /** When the next `tick` is due at the latest: never later than the earliest deadline. */
  nextDeadline(): number | undefined {
    const { wakeAt } = this.#turn;
    return wakeAt === Number.POSITIVE_INFINITY ? undefined : wakeAt;
  }

  /** Takes one event and returns what is to be done, in order. */
  handle(event: SessionEvent): Action[] {
    this.#turn.now = event.now;
    this.#dispatch(event);
    if (this.#draining !== undefined) this.#finishDraining(this.#draining);
    return this.#turn.takeActions();
  }

  #dispatch(event: SessionEvent): void {
    switch (event.type) {
      case 'publish':
        this.#publish(event);
        return;
      case 'received':
        this.#received(event.packet, event.random);
        return;
      case 'acknowledge':
        this.#inbound.acknowledge(event.delivery, event.reasonCode);
        return;
      case 'tick':
        this.#tick(event.random);
        return;
      case 'subscribe': {
        const { op, subscriptions, properties } = event;
        const deadline = this.#deadline(event.timeoutMs);
        this.#submit({ kind: 'subscribe', op, subscriptions, deadline, ...(properties && { properties }) });
        return;
      }
      case 'unsubscribe': {
        const { op, filters, properties } = event;
        const deadline = this.#deadline(event.timeoutMs);
        this.#submit({ kind: 'unsubscribe', op, filters, deadline, ...(properties && { properties }) });
        return;
      }
      case 'cancel':
        if (!this.#queue.forget(event.op) && !this.#outbound.forget(event.op)) this.#subscriptions.forget(event.op);
        return;
      case 'start':
        if (!['idle', 'stopped', 'failed'].includes(this.status)) return;
        this.#queue.started();
        this.#lifecycle.start();
        return;
      case 'stop':
        this.#stop(event);
        return;
      case 'opened':
        this.#lifecycle.opened(event.credentials);
        return;
      case 'dialFailed':
        this.#lifecycle.dialFailed(event.failure, event.random);
        return;
      case 'closed':
        this.#lifecycle.closed(event.code, event.reason, event.random);
        return;
      case 'malformed':
        this.#lifecycle.malformed(event.reasonCode, event.message, event.random);
        return;
      case 'unsendable':
        this.#unsendable(event.packet, event.op, event.message);
    }
  }

  #received(packet: Packet, random: number): void {
    this.#lifecycle.heard();
    const violation = this.#lifecycle.phase === 'online' ? this.#process(packet, random) : this.#greet(packet, random);
    if (violation !== undefined) this.#lifecycle.violated(0x82, violation, random);
  }

  /** Before CONNACK the server may say nothing else [MQTT-3.2.0-1]. */
  #greet(packet: Packet, random: number): Violation {
    if (this.#lifecycle.phase !== 'handshake') return undefined;
    if (packet.type === 'connack') this.#lifecycle.onConnack(packet, random);
    else if (packet.type === 'disconnect') this.#lifecycle.onDisconnect(packet, random);
    else return `${packet.type.toUpperCase()} before CONNACK`;
    return undefined;
  }

  #process(packet: Packet, random: number): Violation {
    switch (packet.type) {
      case 'publish': {
        const reasonCode = this.#inbound.onPublish(packet);
        if (reasonCode !== undefined)
          this.#lifecycle.violated(reasonCode, 'more QoS 1 and 2 messages at a time than `receiveMaximum`', random);
        return undefined;
      }
      case 'puback':
        return this.#thenSendMore(this.#outbound.onPuback(packet));
      case 'pubrec':
        return this.#thenSendMore(this.#outbound.onPubrec(packet, this.#lifecycle.version));
      case 'pubcomp':
        return this.#thenSendMore(this.#outbound.onPubcomp(packet));
      case 'pubrel':
        this.#inbound.onPubrel(packet);
        return undefined;
      case 'suback':
        return this.#subscriptions.onSuback(packet);
      case 'unsuback':
        return this.#subscriptions.onUnsuback(packet);
      case 'pingresp':
        return undefined;
      case 'disconnect':
        this.#lifecycle.onDisconnect(packet, random);
        return undefined;
      default:
        // A second CONNACK [MQTT-3.2.0-2], an AUTH that was not asked for [MQTT-4.12.0-6], or a client's packet.
        return `an unexpected ${packet.type.toUpperCase()}`;
    }
  }

  #thenSendMore(violation: Violation): Violation {
    if (violation === undefined) {
      this.#outbound.resendWhatQuotaAllows();
      if (this.#queue.size > 0) this.#queue.drain((operation) => this.#transmit(operation));
    }
    return violation;
  }

  /** Sends an operation now if it may go now; otherwise it waits, or fails. */
  #submit(operation: Operation): void {
    const { status } = this;
    if (status === 'stopping' || status === 'stopped' || status === 'failed') {
      this.#turn.fail(operation.op, failure('STOPPED'));
      return;
    }
    if (status === 'connected' && this.#transmit(operation)) return;
    const wait = status === 'connected' || status === 'idle' ? status : 'offline';
    const refused = this.#queue.push(operation, wait);
    if (refused !== undefined) this.#turn.fail(operation.op, refused);
  }

  /** Sends an operation, or fails it for good. Returns `false` while it has to wait for quota or for an identifier. */
  #transmit(operation: Operation): boolean {
    const { settings } = this.#lifecycle;
    if (settings === undefined) return false;
    if (operation.kind === 'publish') return this.#transmitPublish(operation, settings);
    const refused = operation.kind === 'subscribe' ? subscribeRefusal(operation, settings) : undefined;
    if (refused !== undefined) {
      this.#turn.fail(operation.op, refused);
      return true;
    }
    const packetId = this.#packetIds.next();
    if (packetId === undefined) return false;
    this.#subscriptions.transmit(operation, packetId);
    return true;
  }

  #publish({ op, message, timeoutMs }: SessionEvent & { readonly type: 'publish' }): void {
    const { settings } = this.#lifecycle;
    // QoS 0 waits for nothing while there is a connection.
    if (message.qos === 0 && settings !== undefined && this.status === 'connected')
      this.#transmitOnce(op, message, settings);
    else this.#submit({ kind: 'publish', op, message, deadline: this.#deadline(timeoutMs) });
  }

  #transmitPublish(operation: PublishOperation, settings: NegotiatedSettings): boolean {
    const { message, op } = operation;
    if (message.qos === 0) {
      this.#transmitOnce(op as number, message, settings);
      return true;
    }
    const refused = refusal(message, settings);
    if (refused !== undefined) {
      this.#turn.fail(op, refused);
      return true;
    }
    // An exhausted quota holds back PUBLISH alone [MQTT-3.3.4-8], and earlier messages go first.
    const packetId = this.#outbound.hasQuota() ? this.#packetIds.next() : undefined;
    if (packetId === undefined) return false;
    this.#outbound.transmit(operation, packetId);
    return true;
  }

  /** QoS 0: sent once, never again [MQTT-4.3.1-1]. */
  #transmitOnce(op: number, message: OutgoingMessage, settings: NegotiatedSettings): void {
    const refused = refusal(message, settings);
    if (refused !== undefined) {
      this.#turn.fail(op, refused);
      return;
    }
    const { topic, payload, retain, properties } = message;
    const packet = { type: 'publish', topic, payload, qos: 0, retain, duplicate: false } as const;
    this.#turn.sendAndSettle(properties === undefined ? packet : { ...packet, properties }, op);
  }

  #online(settings: NegotiatedSettings, resumed: boolean): void {
    this.#inbound.connected(settings.protocolVersion);
    if (resumed) {
      this.#outbound.resume(settings);
    } else {
      this.#inbound.clear();
      this.#queue.pushFront(this.#outbound.startAnew(settings, this.#config.session.onLost));
    }
    for (const renewal of this.#subscriptions.toRenew(!resumed)) this.#transmit(renewal);
    this.#queue.takeEach((operation) => this.#transmit(operation));
  }

  #connectionLost(): void {
    this.#outbound.connectionLost();
    this.#inbound.connectionLost();
    this.#queue.pushFront(this.#subscriptions.connectionLost());
    this.#queue.connectionLost();
  }

  #ended(reason: Failure, keepsSession: boolean): void {
    const operations = [
      ...this.#outbound.takeOperations(),
      ...this.#subscriptions.takeOperations(),
      ...this.#queue.takeOperations(),
    ];
    for (const op of operations) this.#turn.fail(op, reason);
    this.#subscriptions.clear();
    if (keepsSession) return;
    this.#outbound.clear();
    this.#inbound.clear();
  }

  #stop(request: StopRequest): void {
    const { status } = this;
    if (status === 'stopping' || status === 'stopped') return;
    const { drainMs = 0 } = request;
    if (status !== 'connected' || drainMs <= 0) {
      this.#lifecycle.stop(request);
      return;
    }
    this.#draining = { request, until: this.#turn.now + drainMs };
    this.#turn.wake(this.#draining.until);
    this.#lifecycle.drain();
  }

  /** Stops once everything that was accepted is over, or the time is up, or the connection is gone. */
  #finishDraining({ request, until }: { readonly request: StopRequest; readonly until: number }): void {
    const left = this.#outbound.size + this.#subscriptions.size + this.#queue.size;
    if (left > 0 && this.#turn.now < until && this.#lifecycle.phase === 'online') return;
    this.#draining = undefined;
    this.#lifecycle.stop(request);
  }

  #tick(random: number): void {
    this.#turn.forgetWake();
    this.#lifecycle.tick(random);
    this.#outbound.expire();
    this.#subscriptions.expire();
    this.#queue.expire();
    this.#lifecycle.schedule();
    if (this.#draining !== undefined) this.#turn.wake(this.#draining.until);
  }

  /** The codec refuses what the checks at the door let pass: that operation fails, and nothing else. */
  #unsendable(packet: Packet, op: number | undefined, message: string): void {
    if (packet.type === 'connect') this.#lifecycle.unconnectable(message);
    else if (packet.type === 'publish') {
      const waiting = packet.packetId === undefined ? op : this.#outbound.discard(packet.packetId);
      this.#turn.fail(waiting, failure('INVALID_ARGUMENT', message));
    }
  }

  #deadline(timeoutMs: number | undefined): number {
    return timeoutMs === undefined ? Number.POSITIVE_INFINITY : this.#turn.now + timeoutMs;
  }
}
