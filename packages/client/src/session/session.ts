/*
 * The session: `handle(event) → actions`, and `nextDeadline()`. It decides everything and performs nothing.
 *
 *   lifecycle      when to connect, and what a lost connection means
 *   stopping       the end that the application asked for
 *   outbound       QoS 1 and 2 messages on their way to the server
 *   inbound        QoS 1 and 2 messages on their way to the application
 *   subscriptions  SUBSCRIBE, UNSUBSCRIBE, and what to subscribe again
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
import { Lifecycle } from './lifecycle.ts';
import type { PublishOperation } from './operation.ts';
import { Outbound, type Violation } from './outbound.ts';
import { Outlet } from './outlet.ts';
import { Sending } from './sending.ts';
import type { NegotiatedSettings } from './settings.ts';
import { Stopping } from './stopping.ts';
import { Subscriptions } from './subscriptions.ts';
import { InboundAliases } from './topic-aliases.ts';
import { Turn } from './turn.ts';

const TOO_MANY = 'more QoS 1 and 2 messages at a time than `receiveMaximum`';

/** MQTT's client state machine, without any input or output. */
export class Session {
  readonly #config: SessionConfig;
  readonly #turn = new Turn();
  readonly #connection: ConnectionState;
  readonly #handshake: Handshake;
  readonly #lifecycle: Lifecycle;
  readonly #authentication: Authentication;
  readonly #stopping: Stopping;
  /** What every PUBLISH leaves through. While it is not open the engine tells the `socketLevel` now and then. */
  readonly outlet: Outlet;
  readonly #outbound: Outbound;
  readonly #inbound: Inbound;
  readonly #inboundAliases: InboundAliases;
  readonly #subscriptions: Subscriptions;
  readonly #sending: Sending;
  /** All that acknowledgements have as properties is Reason String and User Property [MQTT-3.1.2-29]. */
  readonly #mayNotExplain: boolean;

  constructor(config: SessionConfig) {
    const turn = this.#turn;
    this.#config = config;
    this.#mayNotExplain = config.connectProperties?.requestProblemInformation === false;
    this.outlet = new Outlet(turn, config);
    this.#outbound = new Outbound(turn, config.ackTimeoutMs, this.outlet);
    this.#inboundAliases = new InboundAliases(config.topicAliasing);
    this.#inbound = new Inbound(turn, config.limits.receiveMaximum);
    this.#subscriptions = new Subscriptions(turn, config.ackTimeoutMs);
    this.#sending = new Sending(turn, config, this.outlet, this.#outbound, this.#subscriptions);
    this.#connection = new ConnectionState(turn, config.pingTimeoutMs, (reason) => this.#connectionLost(reason));
    this.#handshake = new Handshake(config);
    this.#authentication = new Authentication(turn, config.authenticationMethod, config.ackTimeoutMs);
    const hooks = {
      online: (settings: NegotiatedSettings, resumed: boolean) => this.#online(settings, resumed),
      ended: (reason: Failure, keepsSession: boolean) => this.#ended(reason, keepsSession),
      isBusy: () => this.#sending.size > 0,
    };
    this.#lifecycle = new Lifecycle(turn, config, this.#connection, this.#handshake, hooks);
    this.#stopping = new Stopping(turn, this.#connection, this.#handshake, hooks);
  }

  get status(): ConnectionStatus {
    return this.#connection.status;
  }

  /** What is under way. */
  get load(): SessionLoad {
    return { ...this.#sending.load, inbound: this.#inbound.unanswered };
  }

  /** When the next `tick` is due at the latest: never later than the earliest deadline. */
  nextDeadline(): number | undefined {
    const { wakeAt } = this.#turn;
    return wakeAt === Number.POSITIVE_INFINITY ? undefined : wakeAt;
  }

  /** Takes one event and puts what is to be done, in order, behind `actions`, which it returns. */
  handle(event: SessionEvent, actions: Action[] = []): Action[] {
    this.#turn.begin(event.now, actions);
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
        this.#received(event.packet, event.random);
        return;
      case 'acknowledge':
        this.#inbound.acknowledge(event.delivery, event.reasonCode);
        return;
      case 'heard':
        this.#connection.keepAlive.heard();
        return;
      case 'tick':
        this.#tick(event.random);
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
        this.#lifecycle.start();
        return;
      case 'stop':
        this.#stopping.stop(event);
        return;
      case 'opened':
        if (this.#lifecycle.opened(event.credentials)) this.#authentication.connecting();
        return;
      case 'dialFailed':
        this.#lifecycle.dialFailed(event.failure, event.random);
        return;
      case 'closed':
        if (this.#connection.phase === 'closing') this.#stopping.closed();
        else this.#lifecycle.closed(event.code, event.reason, event.random);
        return;
      case 'reauthenticate':
        this.#authentication.renew(event, this.#connection.settings);
        return;
      case 'authenticationStep':
        this.#authenticate(event, event.random);
        return;
      case 'malformed':
        this.#lifecycle.malformed(event.reasonCode, event.message, event.random);
        return;
      case 'unsendable':
        this.#unsendable(event.packet, event.op, event.message, event.random);
    }
  }

  #received(packet: Packet, random: number): void {
    const violation = this.#connection.phase === 'online' ? this.#process(packet, random) : this.#greet(packet, random);
    if (violation !== undefined) this.#lifecycle.violated(0x82, violation, random);
    this.#connection.keepAlive.heard();
  }

  /** Before CONNACK the server may say nothing else [MQTT-3.2.0-1]. */
  #greet(packet: Packet, random: number): Violation {
    if (this.#connection.phase !== 'handshake' || this.#authentication.holds(packet)) return undefined;
    if (packet.type === 'auth') return this.#authentication.onAuth(packet);
    if (packet.type === 'connack') {
      const objection = this.#authentication.objection(packet);
      if (objection !== undefined) return objection;
      this.#lifecycle.onConnack(withoutData(packet), random);
    } else if (packet.type === 'disconnect') this.#lifecycle.onDisconnect(packet, random);
    else return `${packet.type.toUpperCase()} before CONNACK`;
    return undefined;
  }

  #process(packet: Packet, random: number): Violation {
    if (this.#mayNotExplain && explains(packet))
      return `properties in ${packet.type.toUpperCase()}, though \`requestProblemInformation\` is false`;
    switch (packet.type) {
      case 'publish': {
        this.outlet.received();
        const resolved = this.#inboundAliases.resolve(packet);
        const reasonCode = typeof resolved === 'number' ? resolved : this.#inbound.onPublish(resolved);
        if (reasonCode !== undefined)
          this.#lifecycle.violated(reasonCode, reasonCode === 0x93 ? TOO_MANY : 'a topic alias not agreed on', random);
        return undefined;
      }
      case 'puback':
        return this.#thenSendMore(this.#outbound.onPuback(packet));
      case 'pubrec':
        return this.#thenSendMore(this.#outbound.onPubrec(packet, this.#handshake.version));
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
      case 'auth':
        return this.#authentication.onAuth(packet);
      default:
        // A second CONNACK [MQTT-3.2.0-2], or a client's packet.
        return `an unexpected ${packet.type.toUpperCase()}`;
    }
  }

  #thenSendMore(violation: Violation): Violation {
    if (violation === undefined) this.#sending.sendMore();
    return violation;
  }

  #online(settings: NegotiatedSettings, resumed: boolean): void {
    this.outlet.connected(settings);
    this.#inbound.connected(settings.protocolVersion);
    let again: PublishOperation[] = [];
    if (resumed) {
      this.#outbound.resume(settings);
    } else {
      this.#inbound.clear();
      again = this.#outbound.startAnew(settings, this.#config.session.onLost);
    }
    this.#sending.online(settings, again, !resumed);
  }

  #authenticate(answer: AuthenticationAnswer, random: number): void {
    if (!this.#connection.isOpen) return;
    const outcome = this.#authentication.answered(answer, this.#connection.settings);
    if ('code' in outcome) this.#lifecycle.authenticationFailed(outcome, random);
    else for (const packet of outcome) this.#received(packet, random);
  }

  #connectionLost(reason: Failure): void {
    this.#authentication.connectionLost(reason);
    this.#outbound.connectionLost();
    this.outlet.connectionLost();
    this.#inboundAliases.connectionLost();
    this.#inbound.connectionLost();
    this.#sending.connectionLost();
  }

  #ended(reason: Failure, keepsSession: boolean): void {
    for (const op of this.#sending.takeOperations()) this.#turn.fail(op, reason);
    this.#subscriptions.clear();
    if (keepsSession) return;
    this.#outbound.clear();
    this.#inbound.clear();
  }

  #tick(random: number): void {
    this.#turn.forgetWake();
    if (this.#connection.phase !== 'closing') this.#lifecycle.tick(random);
    else if (this.#connection.isOverdue) this.#stopping.closed();
    const { overdue } = this.#authentication;
    if (overdue !== undefined) this.#lifecycle.authenticationFailed(overdue, random);
    this.#sending.tick();
    this.#sending.expire();
    this.#connection.schedule();
    this.#authentication.schedule();
    this.outlet.schedule();
    this.#stopping.schedule();
  }

  /** The codec refuses what the checks at the door let pass: that operation fails, and nothing else. */
  #unsendable(packet: Packet, op: number | undefined, message: string, random: number): void {
    if (packet.type === 'connect') this.#lifecycle.unconnectable(message);
    else if (packet.type === 'auth')
      this.#lifecycle.authenticationFailed(failure('AUTHENTICATION_FAILED', message), random);
    else if (packet.type === 'publish' || packet.type === 'subscribe' || packet.type === 'unsubscribe') {
      const part = packet.type === 'publish' ? this.#outbound : this.#subscriptions;
      const waiting = packet.packetId === undefined ? op : part.discard(packet.packetId);
      if (packet.type === 'publish') this.outlet.aliases.forget();
      this.#turn.fail(waiting, failure('INVALID_ARGUMENT', message));
      this.#sending.sendMore();
    }
  }
}

/** Whether an acknowledgement or an AUTH has a Reason String or a User Property. */
function explains(packet: Packet): boolean {
  if (packet.type === 'publish' || packet.type === 'disconnect' || !('properties' in packet)) return false;
  return packet.type !== 'auth' || 'reasonString' in packet.properties || 'userProperties' in packet.properties;
}
