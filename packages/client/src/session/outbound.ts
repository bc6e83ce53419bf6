/*
 * Publishing. A QoS 1 or 2 message is an exchange, from its first transmission to its last acknowledgement:
 *
 *   QoS 1   PUBLISH ─► PUBACK                          awaits: puback
 *   QoS 2   PUBLISH ─► PUBREC ─► PUBREL ─► PUBCOMP     awaits: pubrec, then pubcomp
 *
 * Exchanges are session state: they outlive the connection and are sent again when the session is resumed, and never
 * otherwise [MQTT-4.4.0-1]. The order of the map is the order of first transmission; a PUBREC moves its exchange to
 * the end, so that among themselves the PUBRELs stand in the order of their PUBRECs [MQTT-4.6.0-4].
 *
 * The send quota of section 4.9 is derived: the exchanges that are on this connection.
 */
import type { AckPacket, PubrecPacket } from '@mqtide/codec';
import type { SessionConfig, SessionLossPolicy } from './config.ts';
import type { OutgoingMessage } from './events.ts';
import { type Exchange, Exchanges } from './exchanges.ts';
import type { Failure } from './failure.ts';
import { failure, refusedBy } from './failures.ts';
import { ForeignSession } from './foreign-session.ts';
import { ENDED_EACH, HangUps } from './hang-ups.ts';
import { refusal } from './limits.ts';
import type { PublishOperation } from './operation.ts';
import type { Outlet } from './outlet.ts';
import type { Turn } from './turn.ts';

/** The server may not have the message yet. */
interface Published extends Exchange {
  readonly awaits: 'puback' | 'pubrec';
  readonly operation: PublishOperation;
}

/** The server has the message, which is not needed any more [MQTT-4.3.3-6]. */
interface Released extends Exchange {
  readonly awaits: 'pubcomp';
  /** The PUBREC, which says how the message fared; PUBCOMP only ends the exchange. */
  readonly received: PubrecPacket;
}

/** What came of an acknowledgement: something to complain about, or nothing. */
export type Violation = string | undefined;

export class Outbound {
  readonly #turn: Turn;
  readonly #outlet: Outlet;
  // Valid for the session.
  readonly exchanges: Exchanges<Published | Released>;
  /** Identifiers of messages that were given up: the server may still answer to them. */
  readonly #reserved = new Set<number>();
  /** What is known of a session that we did not begin. */
  #foreign: ForeignSession | undefined;
  readonly hangUps: HangUps<Published>;
  readonly #hangsUp: boolean;
  // Valid for the connection.
  readonly #toResend = new Set<Published>();

  constructor(turn: Turn, { ackTimeoutMs, brokerProfile }: SessionConfig, outlet: Outlet) {
    this.#hangsUp = brokerProfile.hangsUpOnDeniedPublish ?? false;
    this.hangUps = new HangUps(turn, this.#hangsUp);
    this.#outlet = outlet;
    this.exchanges = new Exchanges(turn, ackTimeoutMs);
    this.#turn = turn;
  }

  /** Whether an identifier may not be used for something new [MQTT-2.2.1-3]. */
  isInUse(packetId: number): boolean {
    return this.exchanges.has(packetId) || this.#reserved.has(packetId) || this.#foreign?.isClearing(packetId) === true;
  }

  /** Whether one more QoS 1 or 2 message may go out now [MQTT-4.9.0-2]. */
  #hasQuota(): boolean {
    const { settings } = this.#turn;
    return settings !== undefined && this.#toResend.size === 0 && this.exchanges.size < settings.receiveMaximum;
  }

  /** An identifier for a message, `next` in general. For QoS 2 in a session that we did not begin it may have to wait. */
  packetIdFor({ qos }: OutgoingMessage, next: () => number | undefined): number | undefined {
    if (!this.#hasQuota()) return undefined;
    const foreign = this.#foreign;
    if (foreign === undefined) return next();
    const packetId = foreign.take((each) => this.isInUse(each));
    // QoS 1 needs none that is cleared, but does not overtake QoS 2 that waits for one.
    if (qos < 2) return packetId === undefined && foreign.isClearingSome ? undefined : next();
    if (packetId === undefined) for (const each of foreign.toClear(next)) this.#sendPubrel(each);
    return packetId;
  }

  /** The first transmission of a QoS 1 or 2 message: an unused identifier, DUP 0 [MQTT-4.3.2-2] [MQTT-4.3.3-2]. */
  transmit(operation: PublishOperation, packetId: number): void {
    const exchange = published(packetId, operation);
    this.exchanges.add(exchange);
    this.#turn.journal?.transmitted(operation, operation.message, packetId);
    this.#send(exchange, false);
  }

  onPuback(packet: AckPacket<'puback'>): Violation {
    const exchange = this.exchanges.get(packet.packetId);
    if (exchange === undefined) return this.#answered(packet.packetId);
    if (exchange.awaits !== 'puback') return 'PUBACK for a message of QoS 2';
    this.#end(exchange);
    if (packet.reasonCode >= 0x80) this.#turn.fail(exchange.operation.op, refusedBy('PUBLISH_REFUSED', packet, 5));
    else this.#turn.settle(exchange.operation.op, { ok: true, packet });
    return undefined;
  }

  onPubrec(packet: PubrecPacket): Violation {
    const exchange = this.exchanges.get(packet.packetId);
    if (exchange?.awaits === 'puback') return 'PUBREC for a message of QoS 1';
    if (exchange === undefined) {
      const reasonCode = this.#turn.settings?.protocolVersion === 5 ? 0x92 : 0;
      this.#turn.send({ type: 'pubrel', packetId: packet.packetId, reasonCode });
      return undefined;
    }
    if (packet.reasonCode >= 0x80) {
      // The exchange is over: no PUBREL, the identifier is free [MQTT-4.3.3-4].
      this.#end(exchange);
      this.#turn.fail(exchange.operation.op, refusedBy('PUBLISH_REFUSED', packet, 5));
      return undefined;
    }
    this.#release(exchange, exchange.awaits === 'pubcomp' ? exchange.received : packet);
    return undefined;
  }

  onPubcomp(packet: AckPacket<'pubcomp'>): Violation {
    const exchange = this.exchanges.get(packet.packetId);
    if (exchange === undefined) return this.#answered(packet.packetId);
    if (exchange.awaits !== 'pubcomp') return 'PUBCOMP before PUBREC';
    this.#end(exchange);
    this.#turn.settle(exchange.operation.op, { ok: true, packet: exchange.received });
    return undefined;
  }

  /** Goes on with an exchange of an earlier page. */
  restore(operation: PublishOperation, packetId: number): void {
    this.exchanges.add(published(packetId, operation));
  }

  /** The same, after PUBREC. */
  restoreReleased(operation: Released['operation'], received: PubrecPacket): void {
    this.exchanges.add({ awaits: 'pubcomp', packetId: received.packetId, operation, received });
  }

  /** The server still has the session: everything unacknowledged goes out again, PUBRELs first. */
  resume(isForeign: boolean): void {
    if (isForeign) this.#foreign = new ForeignSession();
    this.#toResend.clear();
    for (const exchange of this.exchanges) {
      if (exchange.awaits === 'pubcomp') this.#sendPubrel(exchange.packetId);
      else this.#toResend.add(exchange);
    }
    this.hangUps.resumed(this.#toResend.values().next().value);
    this.resendWhatQuotaAllows();
  }

  /** Resent messages use the quota of the new connection, before any new message, in their old order [MQTT-4.6.0-1]. */
  resendWhatQuotaAllows(): void {
    const { settings } = this.#turn;
    if (settings === undefined) return;
    for (const exchange of this.#toResend) {
      if (this.hangUps.holdsBack(exchange)) return;
      if (this.exchanges.size - this.#toResend.size >= settings.receiveMaximum) return;
      if (!this.#outlet.admits(exchange.operation.message)) return;
      this.#toResend.delete(exchange);
      const refused = refusal(exchange.operation.message, settings);
      if (refused === undefined) {
        this.hangUps.sent(exchange);
        this.#send(exchange, true);
      } else {
        // The limits of this connection forbid what those of an earlier one allowed [MQTT-3.2.2-11].
        this.#turn.fail(exchange.operation.op, refused);
        exchange.operation.op = undefined;
        // The server may hold the identifier of QoS 2: it is free when the server has released it.
        const { packetId } = exchange;
        if (exchange.awaits === 'pubrec') this.#release(exchange, { type: 'pubrec', packetId, reasonCode: 0 });
        else this.#end(exchange);
      }
    }
  }

  /** A new session on the server: nothing is sent again. Returns what is to be published anew, in order. */
  startAnew(policy: SessionLossPolicy): PublishOperation[] {
    const again = this.#abandon(policy);
    return again;
  }

  connectionLost(reason: Failure): void {
    this.#toResend.clear();
    this.#foreign?.connectionLost();
    const guilty = this.hangUps.connectionLost(reason.code);
    // Of a server that is not known for it the network may be the reason: then only what nobody waits for any more.
    if (guilty === undefined || !(this.#hangsUp || guilty.operation.op === undefined)) return;
    this.#end(guilty);
    this.#reserved.add(guilty.packetId);
    const topic = `'${guilty.operation.message.topic}', ${ENDED_EACH}`;
    this.#turn.fail(guilty.operation.op, failure('PUBLISH_REFUSED', topic));
  }

  /** Takes back a message that the codec refused to encode. */
  discard(packetId: number): number | undefined {
    const exchange = this.exchanges.get(packetId);
    if (exchange !== undefined) this.#end(exchange);
    return exchange?.operation.op;
  }

  /** Forgets the session. */
  clear(): void {
    this.hangUps.resumed(undefined);
    this.#foreign = undefined;
    this.#reserved.clear();
    this.exchanges.clear();
    this.#toResend.clear();
  }

  #abandon(policy: SessionLossPolicy): PublishOperation[] {
    const again: PublishOperation[] = [];
    for (const exchange of this.exchanges) {
      const { op } = exchange.operation;
      const isAgain = policy === 'republish' || (policy === 'republishQos1' && exchange.awaits === 'puback');
      if (op !== undefined && exchange.awaits !== 'pubcomp' && isAgain) {
        again.push(exchange.operation);
        continue;
      }
      this.#turn.journal?.over(exchange.operation);
      // The server had taken the message: PUBREC says so.
      if (exchange.awaits === 'pubcomp') this.#turn.settle(op, { ok: true, packet: exchange.received });
      else this.#turn.fail(op, failure('SESSION_LOST'));
    }
    this.clear();
    return again;
  }

  /** An answer to nothing that anybody waits for. */
  #answered(packetId: number): undefined {
    this.#reserved.delete(packetId);
    this.#foreign?.cleared(packetId);
  }

  #end(exchange: Published | Released): void {
    this.#turn.journal?.over(exchange.operation);
    this.hangUps.over(exchange);
    this.exchanges.delete(exchange.packetId);
    if (exchange.awaits !== 'pubcomp') this.#toResend.delete(exchange);
  }

  #send(exchange: Published, duplicate: boolean): void {
    this.#outlet.send(exchange.operation.message, undefined, exchange.packetId, duplicate);
  }

  /** The message is not needed any more: from here on the exchange is about its identifier. */
  #release(exchange: Published | Released, received: PubrecPacket): void {
    const { packetId } = exchange;
    const { op, deadline } = exchange.operation;
    const operation = { op, deadline };
    this.#turn.journal?.received(exchange.operation, operation, received);
    this.#end(exchange);
    this.exchanges.add({ awaits: 'pubcomp', packetId, operation, received });
    this.#sendPubrel(packetId);
  }

  #sendPubrel(packetId: number): void {
    this.#turn.send({ type: 'pubrel', packetId, reasonCode: 0 });
  }
}

function published(packetId: number, operation: PublishOperation): Published {
  return { awaits: operation.message.qos === 1 ? 'puback' : 'pubrec', packetId, operation };
}
