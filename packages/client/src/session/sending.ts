/* What the application asked for: sent at once if it may be, otherwise it waits in the queue, or fails. */
import type { BrokerProfile } from './broker-profile.ts';
import type { SessionConfig } from './config.ts';
import type { ConnectionStatus, OutgoingMessage, SessionEvent } from './events.ts';
import type { Failure } from './failure.ts';
import { failure } from './failures.ts';
import { refusal, requestRefusal } from './limits.ts';
import type { SessionLoad } from './load.ts';
import type { Journal } from './journal.ts';
import { withExpiry } from './message-expiry.ts';
import type { Operation, PublishOperation } from './operation.ts';
import type { Outbound } from './outbound.ts';
import type { Outlet } from './outlet.ts';
import { PacketIds } from './packet-ids.ts';
import { publishExcess, requestExcess } from './profile-limits.ts';
import { Queue } from './queue.ts';
import type { NegotiatedSettings } from './settings.ts';
import { type Subscriptions, requestPacket } from './subscriptions.ts';
import type { Turn } from './turn.ts';

type Request = SessionEvent & { readonly type: 'subscribe' | 'unsubscribe' };
type RequestOperation = Exclude<Operation, PublishOperation>;

export class Sending {
  readonly #turn: Turn;
  readonly #outlet: Outlet;
  readonly #outbound: Outbound;
  readonly #subscriptions: Subscriptions;
  readonly #queue: Queue;
  readonly #packetIds: PacketIds;
  /** Absent when it limits nothing. */
  readonly #profile: BrokerProfile | undefined;
  /** Operations that are over once nothing waits. */
  #awaitDrained: number[] = [];
  /** Requests of the session's own that wait for room. Valid for the connection. */
  #own: RequestOperation[] = [];

  constructor(turn: Turn, config: SessionConfig, outlet: Outlet, outbound: Outbound, subscriptions: Subscriptions) {
    this.#turn = turn;
    this.#outlet = outlet;
    this.#outbound = outbound;
    this.#subscriptions = subscriptions;
    this.#profile = Object.keys(config.brokerProfile).length > 0 ? config.brokerProfile : undefined;
    this.#queue = new Queue(turn, config.offlineQueue);
    this.#packetIds = new PacketIds((id) => outbound.isInUse(id) || subscriptions.exchanges.has(id));
  }

  /** Operations that are not over. */
  get size(): number {
    return this.#outbound.exchanges.size + this.#subscriptions.exchanges.size + this.#queue.size;
  }

  /** What waits and what is under way, without what is received. */
  get load(): Omit<SessionLoad, 'inbound'> {
    const { exchanges } = this.#outbound;
    const requests = this.#subscriptions.exchanges;
    return {
      queued: { count: this.#queue.size, bytes: this.#queue.bytes },
      unacknowledged: { count: exchanges.size + requests.size, bytes: exchanges.bytes + requests.bytes },
      outbound: exchanges.size,
    };
  }

  publish({ op, message, timeoutMs }: SessionEvent & { readonly type: 'publish' }, status: ConnectionStatus): void {
    if (!this.#outlet.isOpen) this.tick();
    const { settings } = this.#turn;
    const excess = this.#profile && publishExcess(message, this.#profile);
    if (excess !== undefined) this.#turn.fail(op, excess);
    // QoS 0 waits for nothing but the outlet while there is a connection.
    else if (message.qos === 0 && status === 'connected' && settings !== undefined && this.#outlet.admits(message))
      this.#transmitOnce(op, message, settings);
    else {
      const lasting = withExpiry(message, this.#turn.now);
      this.#submit({ kind: 'publish', op, message: lasting, deadline: this.#deadline(timeoutMs) }, status);
    }
  }

  request(event: Request, status: ConnectionStatus): void {
    if (event.type === 'unsubscribe') this.#subscriptions.unwanted(event.filters);
    const { type, now: _now, timeoutMs, ...rest } = event;
    const operation = { ...rest, kind: type, deadline: this.#deadline(timeoutMs) } as RequestOperation;
    const excess = this.#profile && requestExcess(operation, this.#profile);
    if (excess === undefined) this.#submit(operation, status);
    else this.#turn.fail(operation.op, excess);
  }

  /** Goes on with what an earlier page published. */
  restore({ publishes }: Journal): void {
    const waiting: Parameters<Queue['restore']>[0][number][] = [];
    for (const [record, { message, expiresAt = Infinity, packetId, received, isGivenUp }] of publishes) {
      const operation = { op: isGivenUp ? undefined : -record, deadline: Infinity, record };
      if (received !== undefined) this.#outbound.restoreReleased(operation, received);
      else if (message === undefined) continue;
      else if (packetId === undefined)
        waiting.push({ operation: { kind: 'publish', message, ...operation }, expiresAt });
      else this.#outbound.restore({ kind: 'publish', message, ...operation }, packetId);
    }
    this.#queue.restore(waiting);
  }

  started(): void {
    this.#queue.started();
  }

  online(settings: NegotiatedSettings, again: readonly PublishOperation[], sessionLost: boolean): void {
    this.#queue.pushFront(again);
    this.#own = this.#subscriptions.toRenew(sessionLost, settings, this.#profile?.filtersPerSubscribe);
    this.#transmitOwn();
    this.#queue.takeEach((operation) => this.#transmit(operation));
    this.#own.push(...this.#subscriptions.toTakeBack());
    this.#transmitOwn();
  }

  connectionLost(reason: Failure): void {
    this.#own = [];
    this.#queue.pushFront(this.#subscriptions.connectionLost(reason.code, this.#outbound.exchanges.size > 0));
    this.#queue.connectionLost();
  }

  /** An acknowledgement has made room. */
  sendMore(): void {
    // Timers of a hidden page are slow.
    this.tick();
    this.#outbound.resendWhatQuotaAllows();
    this.#transmitOwn();
    if (this.#queue.size > 0) this.#queue.drain((operation) => this.#transmit(operation));
  }

  awaitDrained(op: number): void {
    this.#awaitDrained.push(op);
  }

  tellDrained(): void {
    if (this.#awaitDrained.length === 0 || this.#queue.size > 0 || !this.#outlet.isOpen) return;
    for (const op of this.#awaitDrained.splice(0)) this.#turn.settle(op, { ok: true });
  }

  /** There may be room in the socket. */
  socketLevel(bufferedBytes: number): void {
    if (this.#outlet.report(bufferedBytes)) this.#release();
  }

  /** Time has passed: `brokerProfile` may let more leave, or nothing has to be alone any more. */
  tick(): void {
    const isSuspicious = this.#outbound.hangUps.isSuspicious || this.#subscriptions.hangUps.isSuspicious;
    if (this.#outlet.tick() || isSuspicious) this.#release();
  }

  /** QoS 0 does not wait for the quota, as QoS 1 and 2 before it may have to. */
  #release(): void {
    this.#outbound.resendWhatQuotaAllows();
    this.#transmitOwn();
    this.#queue.takeEach(
      (operation) => this.#transmit(operation),
      () => !this.#outlet.isOpen,
    );
  }

  /** Nobody waits any more: what was not sent is not sent. */
  cancel(op: number): void {
    this.#awaitDrained = this.#awaitDrained.filter((each) => each !== op);
    if (!this.#queue.forget(op) && !this.#outbound.exchanges.forget(op)) this.#subscriptions.exchanges.forget(op);
  }

  expire(): void {
    for (const part of this.#parts) part.expire();
  }

  /** The operations that somebody waits for, which are the caller's to settle from now on. */
  takeOperations(): (number | undefined)[] {
    return this.#parts.flatMap((part) => part.takeOperations());
  }

  get #parts(): [Outbound['exchanges'], Subscriptions['exchanges'], Queue] {
    return [this.#outbound.exchanges, this.#subscriptions.exchanges, this.#queue];
  }

  #submit(operation: Operation, status: ConnectionStatus): void {
    if (status === 'stopping' || status === 'stopped' || status === 'failed') {
      const reason =
        status === 'failed'
          ? failure('INVALID_STATE', 'the client has failed', {
              hint: 'See `client.state.error`; `start()` tries again.',
            })
          : failure('STOPPED');
      this.#turn.fail(operation.op, reason);
      return;
    }
    if (status === 'connected' && this.#transmit(operation)) return;
    const wait = status === 'connected' || status === 'idle' ? status : 'offline';
    const refused = this.#queue.push(operation, wait);
    if (refused !== undefined) this.#turn.fail(operation.op, refused);
  }

  #transmitOwn(): void {
    while (this.#own[0] !== undefined && this.#transmit(this.#own[0])) this.#own.shift();
  }

  /** Sends an operation, or fails it for good. Returns `false` while it has to wait, for room, quota or an identifier. */
  #transmit(operation: Operation): boolean {
    const { settings } = this.#turn;
    if (settings === undefined || this.#subscriptions.holdsBack) return false;
    if (operation.kind === 'publish') return this.#transmitPublish(operation, settings);
    if (this.#outbound.hangUps.isOnTrial) return false;
    const packetId = this.#packetIds.next();
    if (packetId === undefined) return false;
    const packet = requestPacket(operation, packetId, settings);
    const refused = requestRefusal(packet, settings);
    if (refused === undefined) this.#subscriptions.transmit(operation, packet);
    else this.#turn.fail(operation.op, refused);
    return true;
  }

  #transmitPublish(operation: PublishOperation, settings: NegotiatedSettings): boolean {
    const { message, op } = operation;
    if (!this.#outlet.admits(message)) return false;
    if (message.qos === 0) {
      this.#transmitOnce(op as number, message, settings);
      return true;
    }
    const refused = refusal(message, settings);
    if (refused !== undefined) {
      this.#turn.journal?.over(operation);
      this.#turn.fail(op, refused);
      return true;
    }
    // An exhausted quota holds back PUBLISH alone [MQTT-3.3.4-8], and earlier messages go first.
    const packetId = this.#outbound.packetIdFor(message, this.#packetIds.next);
    if (packetId === undefined) return false;
    this.#outbound.transmit(operation, packetId);
    return true;
  }

  /** QoS 0: sent once, never again [MQTT-4.3.1-1]. */
  #transmitOnce(op: number, message: OutgoingMessage, settings: NegotiatedSettings): void {
    const refused = refusal(message, settings);
    if (refused === undefined) this.#outlet.send(message, op);
    else this.#turn.fail(op, refused);
  }

  #deadline(timeoutMs: number | undefined): number {
    return timeoutMs === undefined ? Number.POSITIVE_INFINITY : this.#turn.now + timeoutMs;
  }
}
