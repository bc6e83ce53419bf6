/*
 * The session: `handle(event) → actions`, and `nextDeadline()`. It decides everything and performs nothing.
 *
 *   lifecycle      when to connect, and what a lost connection means
 *   stopping       the end that the application asked for
 *   outbound       QoS 1 and 2 messages on their way to the server
 *   inbound        QoS 1 and 2 messages on their way to the application
 *   subscriptions  SUBSCRIBE, UNSUBSCRIBE, and what to subscribe again
 *   storage        what is to survive the page, written down in the journal
 *   sending        what goes out at once, and what waits in the queue for a connection or for the send quota
 */
import type { Packet } from '@mqtide/codec';
import { Authentication, withoutData } from './authentication.ts';
import type { SessionConfig } from './config.ts';
import { ConnectionState } from './connection.ts';
import type { Action, AuthenticationAnswer, ConnectionStatus, SessionEvent } from './events.ts';
import type { Failure } from './failure.ts';
import { failure } from './failures.ts';
import { Handshake } from './handshake.ts';
import { Inbound } from './inbound.ts';
import type { SessionLoad } from './load.ts';
import { isRestored } from './journal.ts';
import { Lifecycle } from './lifecycle.ts';
import type { PublishOperation } from './operation.ts';
import { Outbound, type Violation } from './outbound.ts';
import { Outlet } from './outlet.ts';
import { Receiving } from './receiving.ts';
import type { SessionStart } from './resumption.ts';
import { Sending } from './sending.ts';
import type { NegotiatedSettings } from './settings.ts';
import { Storage } from './storage.ts';
import { Stopping } from './stopping.ts';
import { Subscriptions } from './subscriptions.ts';
import { InboundAliases } from './topic-aliases.ts';
import { Turn } from './turn.ts';

/** MQTT's client state machine, without any input or output. */
export class Session {
  readonly #config: SessionConfig;
  readonly #turn = new Turn();
  readonly #connection: ConnectionState;
  readonly #handshake: Handshake;
  readonly #lifecycle: Lifecycle;
  readonly #authentication: Authentication;
  readonly #stopping: Stopping;
  readonly #storage: Storage;
  /** What every PUBLISH leaves through. While it is not open the engine tells the `socketLevel` now and then. */
  readonly outlet: Outlet;
  readonly #outbound: Outbound;
  readonly #inbound: Inbound;
  readonly #inboundAliases: InboundAliases;
  readonly #subscriptions: Subscriptions;
  readonly #sending: Sending;
  readonly #receiving: Receiving;

  constructor(config: SessionConfig) {
    const turn = this.#turn;
    this.#config = config;
    this.outlet = new Outlet(turn, config);
    this.#handshake = new Handshake(config);
    this.#outbound = new Outbound(turn, config, this.outlet);
    this.#inboundAliases = new InboundAliases(config.topicAliasing);
    this.#inbound = new Inbound(turn, this.#handshake);
    this.#subscriptions = new Subscriptions(turn, config);
    this.#sending = new Sending(turn, config, this.outlet, this.#outbound, this.#subscriptions);
    this.#connection = new ConnectionState(turn, config.pingTimeoutMs, (reason) => this.#connectionLost(reason));
    this.#authentication = new Authentication(turn, config.authenticationMethod, config.ackTimeoutMs);
    const hooks = {
      online: (settings: NegotiatedSettings, session: SessionStart) => this.#online(settings, session),
      ended: (reason: Failure, keepsSession: boolean) => this.#ended(reason, keepsSession),
      isBusy: () => this.#sending.size > 0,
    };
    this.#lifecycle = new Lifecycle(turn, config, this.#connection, this.#handshake, hooks);
    this.#receiving = new Receiving(config, {
      handshake: this.#handshake,
      lifecycle: this.#lifecycle,
      authentication: this.#authentication,
      outbound: this.#outbound,
      inbound: this.#inbound,
      inboundAliases: this.#inboundAliases,
      subscriptions: this.#subscriptions,
      sending: this.#sending,
      outlet: this.outlet,
    });
    const lasting = [this.#handshake, this.#sending, this.#inbound];
    this.#storage = new Storage(turn, config, this.#connection, this.#lifecycle, lasting);
    this.#stopping = new Stopping(turn, this.#connection, this.#handshake, hooks);
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  /** What is under way. */
  get load(): SessionLoad {
    return { ...this.#sending.load, inbound: this.#inbound.unanswered };
  }

  /** When the next `tick` is due at the latest, never later than the earliest deadline; `Infinity` while there is none. */
  nextDeadline(): number {
    return this.#turn.wakeAt;
  }

  /** Takes one event and puts what is to be done, in order, behind `actions`, which it returns. */
  handle(event: SessionEvent, actions: Action[] = []): Action[] {
    this.#turn.begin(event, actions);
    this.#dispatch(event);
    this.#sending.tellDrained();
    this.#stopping.settle();
    return actions;
  }

  #dispatch(event: SessionEvent): void {
    switch (event.type) {
      case 'publish':
        this.#sending.publish(event, this.status);
        return;
      case 'received':
        this.#received(event.packet);
        return;
      case 'acknowledge':
        if (event.unfinished !== true) this.#turn.journal?.processed(event.delivery);
        this.#inbound.acknowledge(event.delivery, event.reasonCode);
        return;
      case 'heard':
        this.#connection.keepAlive.heard();
        return;
      case 'tick':
        this.#tick();
        return;
      case 'subscribe':
      case 'unsubscribe':
        this.#sending.request(event, this.status);
        return;
      case 'socketLevel':
        this.#sending.socketLevel(event.bufferedBytes);
        return;
      case 'awaitDrained':
        this.#sending.awaitDrained(event.op);
        return;
      case 'cancel':
        this.#sending.cancel(event.op);
        this.#authentication.cancel(event.op);
        return;
      case 'start':
        if (this.status === 'stopping') this.#stopping.finish();
        if (!['idle', 'stopped', 'failed'].includes(this.status)) return;
        this.#sending.started();
        this.#storage.start();
        return;
      case 'stop':
        this.#stopping.stop(event);
        return;
      case 'opened':
        if (this.#lifecycle.opened(event.credentials)) this.#authentication.connecting();
        return;
      case 'dialFailed':
        this.#lifecycle.dialFailed(event.failure);
        return;
      case 'closed':
        if (this.#connection.phase === 'closing') this.#stopping.closed();
        else this.#lifecycle.closed(event.code, event.reason);
        return;
      case 'reauthenticate':
        this.#authentication.renew(event);
        return;
      case 'hint':
        this.#lifecycle.hint(event.hint);
        return;
      case 'authenticationStep':
        this.#authenticate(event);
        return;
      case 'malformed':
        this.#lifecycle.malformed(event.reasonCode, event.message);
        return;
      case 'processed':
      case 'restored':
      case 'storeFailed':
        this.#storage.handle(event);
        return;
      case 'unsendable':
        this.#unsendable(event.packet, event.op, event.message);
    }
  }

  #received(packet: Packet): void {
    const violation = this.#connection.phase === 'online' ? this.#receiving.process(packet) : this.#greet(packet);
    if (violation !== undefined) this.#lifecycle.violated(0x82, violation);
    this.#connection.keepAlive.heard();
  }

  /** Before CONNACK the server may say nothing else [MQTT-3.2.0-1]. */
  #greet(packet: Packet): Violation {
    if (this.#connection.phase !== 'handshake' || this.#authentication.holds(packet)) return undefined;
    if (packet.type === 'auth') return this.#authentication.onAuth(packet);
    if (packet.type === 'connack') {
      const objection = this.#authentication.objection(packet);
      if (objection !== undefined) return objection;
      this.#lifecycle.onConnack(withoutData(packet));
    } else if (packet.type === 'disconnect') this.#lifecycle.onDisconnect(packet);
    else return `${packet.type.toUpperCase()} before CONNACK`;
    return undefined;
  }

  #online(settings: NegotiatedSettings, session: SessionStart): void {
    this.#turn.journal?.connected(settings);
    this.outlet.connected(settings);
    let again: PublishOperation[] = [];
    const isNew = session === 'new';
    if (!isNew) {
      this.#outbound.resume(session === 'adopted');
    } else {
      this.#inbound.clear();
      again = this.#outbound.startAnew(this.#config.session.onLost);
    }
    this.#sending.online(settings, again, isNew);
  }

  #authenticate(answer: AuthenticationAnswer): void {
    if (!this.#connection.isOpen) return;
    const outcome = this.#authentication.answered(answer);
    if ('code' in outcome) this.#lifecycle.authenticationFailed(outcome);
    else for (const packet of outcome) this.#received(packet);
  }

  #connectionLost(reason: Failure): void {
    this.#authentication.connectionLost(reason);
    this.#outbound.connectionLost(reason);
    this.outlet.connectionLost();
    this.#inboundAliases.connectionLost();
    this.#inbound.connectionLost();
    this.#sending.connectionLost(reason);
  }

  #ended(reason: Failure, keepsSession: boolean): void {
    const { journal } = this.#turn;
    for (const op of this.#sending.takeOperations()) if (!isRestored(op)) this.#turn.fail(op, reason);
    this.#subscriptions.clear();
    if (!keepsSession) journal?.clear();
    this.#storage.close();
    // What is stored is read again: another page may have gone on with it.
    if (keepsSession && journal === undefined) return;
    this.#outbound.clear();
    this.#inbound.clear();
  }

  #tick(): void {
    this.#turn.ticked();
    if (this.#connection.phase !== 'closing') this.#lifecycle.tick();
    else if (this.#connection.isOverdue) this.#stopping.closed();
    const { overdue } = this.#authentication;
    if (overdue !== undefined) this.#lifecycle.authenticationFailed(overdue);
    // What has just ended takes nothing more.
    if (this.#connection.phase === 'online') this.#sending.tick();
    this.#sending.expire();
    this.#connection.schedule();
    this.outlet.schedule();
    this.#stopping.schedule();
  }

  /** The codec refuses what the checks at the door let pass: that operation fails, and nothing else. */
  #unsendable(packet: Packet, op: number | undefined, message: string): void {
    if (packet.type === 'connect') this.#lifecycle.fail(failure('INVALID_ARGUMENT', message));
    else if (packet.type === 'auth') this.#lifecycle.authenticationFailed(failure('AUTHENTICATION_FAILED', message));
    else if (packet.type === 'publish' || packet.type === 'subscribe' || packet.type === 'unsubscribe') {
      const part = packet.type === 'publish' ? this.#outbound : this.#subscriptions;
      const waiting = packet.packetId === undefined ? op : part.discard(packet.packetId);
      if (packet.type === 'publish') this.outlet.aliases.forget();
      this.#turn.fail(waiting, failure('INVALID_ARGUMENT', message));
      this.#sending.sendMore();
    }
  }
}
