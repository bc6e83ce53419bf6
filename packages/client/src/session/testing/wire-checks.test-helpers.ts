/*
 * What must hold for what a client sends and delivers, whatever happens. Told every packet in both directions, it keeps
 * its own books and throws at the first thing that is wrong.
 */
import { type Packet, type ProtocolVersion, type PublishPacket, encode } from '@mqtide/codec';
import type { BrokerProfile } from '../broker-profile.ts';
import type { Journal } from '../journal.ts';
import type { NegotiatedSettings } from '../settings.ts';
import { nameOf } from './messages.test-helpers.ts';
import { RateChecks } from './rate-checks.test-helpers.ts';

interface Transmitted {
  readonly topic: string;
  readonly qos: number;
  /** PUBREC came: only PUBREL may be sent for it. */
  isReleased: boolean;
  isOnThisConnection: boolean;
  /** A server did not take its QoS, so it may have been given up, or had no turn yet. */
  timesResent: number;
  mayBeGone: boolean;
}

interface Arrival {
  readonly packetId: number;
  readonly answer: 'puback' | 'pubrec';
}

type Phase = 'none' | 'open' | 'handshake' | 'online' | 'over';

export class WireChecks {
  /** How often each message was sent for the first time: more than once only where the session was lost. */
  readonly fresh = new Map<string, number>();
  /** The operation whose message was sent last for the first time: they leave in the order in which they were published. */
  #lastOp = 0;
  phase: Phase = 'none';
  lastSentAt = 0;
  #version: ProtocolVersion = 5;
  #receiveMaximum = 0;
  /** Identifiers of the client under way, with the message or the request, in the order of the first transmission. */
  readonly #messages = new Map<number, Transmitted>();
  readonly #requests = new Set<number>();
  /** Resends of this connection have to come in this order. */
  #toResend: number[] = [];
  /** Messages to the client that wait for an answer, in order of arrival. */
  #arrivals: Arrival[] = [];
  /** QoS 2 identifiers of the server that were delivered, until PUBREL or a refusal. */
  readonly #delivered = new Set<number>();
  readonly #rates: RateChecks;
  /** How many connections may end with a message before it is given up. */
  readonly #tooOften: number;

  constructor(profile: BrokerProfile) {
    this.#rates = new RateChecks(profile);
    this.#tooOften = profile.hangsUpOnDeniedPublish === true ? 3 : 5;
  }

  opened(version: ProtocolVersion): void {
    this.phase = 'open';
    this.#version = version;
  }

  /** Messages that are not acknowledged. */
  get underWay(): number {
    return [...this.#messages.values()].filter((each) => !each.mayBeGone).length;
  }

  connected({ rejoinedSession, receiveMaximum, maximumQoS }: NegotiatedSettings): void {
    this.phase = 'online';
    this.#receiveMaximum = receiveMaximum;
    if (!rejoinedSession) this.forgotten();
    for (const message of this.#messages.values()) {
      message.isOnThisConnection = false;
      if (!message.isReleased && message.qos > maximumQoS) message.mayBeGone = true;
    }
    this.#toResend = [...this.#messages].filter(([, message]) => !message.isReleased).map(([packetId]) => packetId);
  }

  /** The page before is gone: what goes on is what it stored. */
  restored(publishes: Journal['publishes'], receptions: Journal['receptions']): void {
    this.forgotten();
    this.#rates.forgotten();
    this.#requests.clear();
    this.#arrivals = [];
    this.#toResend = [];
    // What was decided and not stored never left.
    this.#lastOp = 0;
    for (const [, { message, packetId, received }] of publishes) {
      const id = packetId ?? 0;
      const { qos = 2 } = message ?? {};
      const topic = message === undefined ? '' : nameOf(message);
      const isReleased = received !== undefined;
      if (id > 0)
        this.#messages.set(id, { topic, qos, isReleased, isOnThisConnection: false, mayBeGone: false, timesResent: 0 });
    }
    for (const [, { packetId, isReleased }] of receptions) if (isReleased !== true) this.#delivered.add(packetId);
  }

  /** Both sides, or the client alone, forget the session. */
  forgotten(): void {
    this.#messages.clear();
    this.#delivered.clear();
  }

  disconnected(): void {
    this.phase = 'over';
    this.#requests.clear();
    this.#arrivals = [];
  }

  sent(packet: Packet, now: number): void {
    encode(packet, this.#version);
    this.lastSentAt = now;
    const expected = packet.type === 'connect' ? 'open' : 'online';
    const isOfHandshake = packet.type === 'disconnect' || (packet.type === 'auth' && packet.reasonCode === 0x18);
    if (this.phase !== expected && !(isOfHandshake && this.phase === 'handshake'))
      throw new Error(`${packet.type} while the connection is ${this.phase}`);
    switch (packet.type) {
      case 'connect':
        this.phase = 'handshake';
        return;
      case 'disconnect':
        this.phase = 'over';
        return;
      case 'publish':
        this.#rates.published(now);
        if (packet.qos > 0) this.#published(packet, packet.packetId ?? 0);
        else if (packet.duplicate) throw new Error('DUP with QoS 0');
        return;
      case 'subscribe':
      case 'unsubscribe':
        this.#taken(packet.packetId);
        this.#requests.add(packet.packetId);
        return;
      case 'puback':
      case 'pubrec':
        this.#answered(packet.type, packet.packetId, packet.reasonCode);
        return;
      case 'pubrel': {
        const message = this.#messages.get(packet.packetId);
        // Its message may not be sent any more, and the server may hold the identifier.
        if (message?.mayBeGone === true && message.qos === 2) message.isReleased = true;
        if (packet.reasonCode === 0 && this.#version === 5 && message?.isReleased !== true)
          throw new Error(`PUBREL ${packet.packetId} without PUBREC`);
        return;
      }
      default:
    }
  }

  /** The codec refused it: it never left. */
  takenBack(packet: Packet): void {
    if (packet.type === 'publish' && packet.packetId !== undefined) this.#messages.delete(packet.packetId);
    if (packet.type === 'subscribe' || packet.type === 'unsubscribe') this.#requests.delete(packet.packetId);
  }

  /** Before the client handles it. */
  received(packet: Packet): void {
    switch (packet.type) {
      case 'puback':
      case 'pubcomp':
        this.#messages.delete(packet.packetId);
        return;
      case 'pubrec': {
        const message = this.#messages.get(packet.packetId);
        if (message === undefined) return;
        this.#messages.delete(packet.packetId);
        message.isReleased = true;
        if (packet.reasonCode < 0x80) this.#messages.set(packet.packetId, message);
        return;
      }
      case 'suback':
      case 'unsuback':
        this.#requests.delete(packet.packetId);
        return;
      case 'pubrel':
        this.#delivered.delete(packet.packetId);
        this.#arrivals = this.#arrivals.filter(
          ({ packetId, answer }) => answer !== 'pubrec' || packetId !== packet.packetId,
        );
        return;
      case 'publish': {
        const { qos, packetId = 0 } = packet;
        const answer = qos === 1 ? 'puback' : 'pubrec';
        // A new message, whatever the identifier was used for in a session that the page before did not see end.
        if (!packet.duplicate) this.#delivered.delete(packetId);
        // A repetition that comes before the answer has one answer with it.
        const isOpen = this.#arrivals.some((each) => each.answer === 'pubrec' && each.packetId === packetId);
        if (qos > 0 && !(qos === 2 && isOpen)) this.#arrivals.push({ packetId, answer });
        return;
      }
      default:
    }
  }

  delivered(packet: PublishPacket): void {
    const { qos, packetId = 0 } = packet;
    if (qos !== 2) return;
    if (this.#delivered.has(packetId))
      throw new Error(`${nameOf(packet)}: QoS 2 message ${packetId} is delivered twice`);
    this.#delivered.add(packetId);
  }

  #published(packet: PublishPacket, packetId: number): void {
    const { duplicate, qos } = packet;
    const topic = nameOf(packet);
    if (duplicate) this.#resent(packetId, topic);
    else {
      this.#taken(packetId);
      this.#passOverUntil(undefined);
      this.#messages.set(packetId, {
        topic,
        qos,
        isReleased: false,
        isOnThisConnection: true,
        mayBeGone: false,
        timesResent: 0,
      });
      this.#inOrder(topic);
    }
    const underWay = [...this.#messages.values()].filter((message) => message.isOnThisConnection).length;
    if (underWay > this.#receiveMaximum)
      throw new Error(`${underWay} messages under way, over ${this.#receiveMaximum}`);
  }

  #inOrder(topic: string): void {
    const count = (this.fresh.get(topic) ?? 0) + 1;
    this.fresh.set(topic, count);
    if (count > 1) return;
    const op = Number(topic.split('-')[1]);
    if (op < this.#lastOp) throw new Error(`${topic} leaves after ${this.#lastOp}`);
    this.#lastOp = op;
  }

  #resent(packetId: number, topic: string): void {
    const message = this.#messages.get(packetId);
    if (message?.topic !== topic || message.isReleased)
      throw new Error(`DUP with ${packetId}, which is not that message`);
    if (message.isOnThisConnection) throw new Error(`${packetId} is sent twice on one connection`);
    this.#passOverUntil(packetId);
    message.isOnThisConnection = true;
    message.timesResent += 1;
    // A message that seems to end every connection is given up.
    message.mayBeGone = message.timesResent >= this.#tooOften;
  }

  /** Before a message is sent again, those before it are; and all are before a new one. */
  #passOverUntil(packetId: number | undefined): void {
    for (let first = this.#toResend.shift(); first !== packetId; first = this.#toResend.shift()) {
      if (first === undefined) throw new Error(`${packetId} is sent again out of order`);
      // What was acknowledged is passed over, and what was given up.
      const passedOver = this.#messages.get(first);
      if (passedOver === undefined || passedOver.isReleased) continue;
      if (!passedOver.mayBeGone) throw new Error(`${first} is not sent again before ${packetId}`);
      this.#messages.delete(first);
    }
  }

  #taken(packetId: number): void {
    if (packetId === 0) throw new Error('identifier 0');
    const isTaken = this.#messages.get(packetId)?.mayBeGone === false;
    if (isTaken || this.#requests.has(packetId)) throw new Error(`${packetId} is in use`);
  }

  #answered(answer: Arrival['answer'], packetId: number, reasonCode: number): void {
    const first = this.#arrivals.shift();
    if (first?.packetId !== packetId || first.answer !== answer)
      throw new Error(`${answer} ${packetId} where ${first?.answer} ${first?.packetId} is due`);
    if (answer === 'pubrec' && reasonCode >= 0x80) this.#delivered.delete(packetId);
  }
}
