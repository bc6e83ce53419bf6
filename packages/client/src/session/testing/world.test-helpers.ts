/*
 * What a random walk happens in: a session with an application and a store, time, and books of what every action must be
 * allowed by. Throws at the first thing that is wrong.
 */
import type { Action, Outcome, SessionEvent } from '../events.ts';
import { Session } from '../session.ts';
import type { BareEvent } from './driver.test-helpers.ts';
import { Link } from './link.test-helpers.ts';
import { nameOf, topicOf } from './messages.test-helpers.ts';
import { PendingOperations } from './pending.test-helpers.ts';
import { StoreLine } from './store-line.test-helpers.ts';

/** How often one moment may need a tick before it is a busy loop. */
const MAX_TICKS_AT_ONCE = 4;

/** The statuses in which nothing may be left to settle. */
export const ENDED: readonly string[] = ['stopped', 'failed'];

export abstract class World extends Link {
  events = 0;
  protected session: Session;
  /** The session may be stored, or live in memory. */
  protected readonly line: StoreLine = new StoreLine();
  // The application.
  protected readonly pending: PendingOperations;
  /** Messages whose publishing succeeded with QoS 1 or 2. */
  protected readonly succeeded: string[] = [];
  /** Deliveries that are not acknowledged. */
  protected readonly held: number[] = [];
  protected readonly delivered: Set<string> = new Set<string>();
  /** QoS 2 messages by topic, with their last delivery; what the application refused may come again. */
  protected readonly entered: Map<string, number> = new Map<string, number>();
  /** Filters that were granted, and those that somebody ended, by the operation that did. */
  protected readonly subscribed: Set<string> = new Set<string>();
  protected readonly ending: Map<number, string> = new Map<number, string>();
  protected readonly ended: Set<string> = new Set<string>();
  /** Filters that this page asked to end last, whatever came of it. */
  protected readonly unwanted: Set<string> = new Set<string>();
  protected keepsSession = false;
  protected readonly cancelled: Set<number> = new Set<number>();
  /** Messages that were durable at some time, and those of them that may be lost: failed, cancelled, or given up. */
  protected readonly everStored: Set<string> = new Set<string>();
  protected readonly excused: Set<string> = new Set<string>();
  /** Topics by the number of their record. */
  protected readonly restoredTopics: Map<number, string> = new Map<number, string>();
  /** Received messages that the next page has to be given again. */
  protected readonly unprocessed: Set<string> = new Set<string>();

  constructor(seed: number) {
    super(seed);
    this.pending = new PendingOperations(this.config);
    this.session = new Session(this.config);
    this.tell({ type: 'start' });
  }

  protected tell(event: BareEvent): void {
    this.events += 1;
    if (event.type === 'start') this.starting();
    if (event.type === 'received') this.wire.received(event.packet);
    const full = { random: this.random.next(), ...event, now: this.now } as SessionEvent;
    this.take(this.session.handle(full));
    const { status } = this.session;
    const { all } = this.pending;
    if (ENDED.includes(status) && this.line.isEmpty && all.length > 0)
      throw new Error(`not settled when ${status}: ${all.join()}`);
    if (status === 'waiting' && this.session.nextDeadline() === Number.POSITIVE_INFINITY)
      throw new Error('waits for nothing');
  }

  /** The store does what it was asked. */
  protected abstract commit(fails?: boolean): void;

  /** Nobody was promised that this one arrives. */
  protected excuse(op: number): void {
    for (const qos of ['q1', 'q2']) this.excused.add(`${qos}-${op}`);
  }

  /** Lets time pass, with a tick at every deadline; now and then a first one comes late. */
  protected pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    while (!this.line.isEmpty) this.commit();
    if (this.random.chance(0.15)) {
      this.now = end;
      this.pending.slept(end);
      this.#tick();
      while (!this.line.isEmpty) this.commit();
    }
    let ticks = 0;
    for (let due = this.session.nextDeadline(); due <= end; due = this.session.nextDeadline()) {
      ticks = due > this.now ? 1 : ticks + 1;
      if (ticks > MAX_TICKS_AT_ONCE) throw new Error(`${ticks} ticks at ${this.now}`);
      this.now = Math.max(this.now, due);
      this.#tick();
      while (!this.line.isEmpty) this.commit();
    }
    this.now = end;
    this.#checkDeadlines();
  }

  /** The socket is asked for its level, as an engine does: not while the store holds back what will be in it. */
  protected tellLevel(): void {
    if (this.session.outlet.isFull && this.line.isEmpty)
      this.tell({ type: 'socketLevel', bufferedBytes: this.bufferedBytes });
  }

  #tick(): void {
    this.tellLevel();
    this.tell({ type: 'tick' });
  }

  #perform(action: Action): void {
    switch (action.do) {
      case 'dial':
        this.dial(action);
        break;
      case 'hangUp':
        this.hangUp();
        break;
      case 'send':
        if (action.op !== undefined) this.#settle(action.op, { ok: true });
        this.put(action.packet);
        break;
      case 'deliver':
        this.#deliver(action);
        break;
      case 'settle':
        this.#settle(action.op, action.outcome);
        break;
      case 'unsubscribed':
        this.subscribed.delete(action.filter);
        break;
      case 'authenticate':
        this.askMechanism();
        break;
      case 'restored':
      case 'storeFailed':
        break;
      case 'openStore':
      case 'store':
      case 'closeStore':
        throw new Error(`${action.do} is not performed`);
      case 'status':
        if (ENDED.includes(action.status)) this.subscribed.clear();
    }
  }

  /** Performs what the store lets pass; doing so can add others. */
  protected take(actions: Action[]): void {
    for (const action of actions) {
      // The application learns of it later, but what the session does next depends on it.
      if (action.do === 'status') this.#statusChanged(action);
      if (action.do === 'send') {
        this.wire.sent(action.packet, this.now);
        this.pending.sent(action.packet, this.now);
      }
      if (action.do === 'deliver' && action.packet.redelivered !== true && this.wire.phase !== 'online')
        throw new Error(`delivers while ${this.wire.phase}`);
      if (!this.line.holds(action)) actions.push(...this.act(action));
    }
  }

  protected act(action: Action): Action[] {
    // The codec would refuse it at the door if it could refuse the first packet with an alias.
    const isAlias = action.do === 'send' && action.packet.type === 'publish' && action.packet.properties !== undefined;
    if (action.do === 'send' && !isAlias && this.pending.isOf(action.packet) && this.random.chance(0.01))
      return this.#refuse(action);
    this.#perform(action);
    return [];
  }

  #deliver({ packet, delivery }: Action & { readonly do: 'deliver' }): void {
    const topic = nameOf(packet);
    if (packet.topic !== topicOf(topic) || packet.properties?.topicAlias !== undefined)
      throw new Error(`${topic} is delivered for ${packet.topic}`);
    if (packet.redelivered === true) {
      if (!this.unprocessed.delete(topic)) throw new Error(`${topic} is delivered again, but was processed`);
    } else {
      this.wire.delivered(packet);
      const { protocolVersion, session } = this.config;
      // In 3.1.1 a client may go on with a session that it knows nothing of.
      const knows = protocolVersion === 5 || session.behavior !== 'rejoinAlways';
      if (knows && packet.qos === 2 && this.entered.has(topic)) throw new Error(`${topic} is delivered twice`);
    }
    this.delivered.add(topic);
    if (packet.qos === 2) this.entered.set(topic, delivery);
    if (delivery !== 0) this.held.push(delivery);
  }

  #statusChanged({ status, event }: Action & { readonly do: 'status' }): void {
    if (event?.type === 'connectionSuccess') {
      this.connected(event.settings);
    }
    // What is stored is read again.
    if (this.config.isDurable) return;
    if (status === 'failed' || (status === 'stopped' && !this.keepsSession)) this.wire.forgotten();
  }

  #settle(op: number, outcome: Outcome): void {
    if (op === 0) return;
    if (op < 0) {
      if (!outcome.ok) this.excused.add(this.restoredTopics.get(-op) ?? '');
      return;
    }
    // Its outcome may have waited for the store when the application gave it up.
    if (this.cancelled.delete(op)) return;
    this.pending.settle(op);
    if (!outcome.ok) {
      this.excuse(op);
      return;
    }
    this.succeeded.push(...['q1', 'q2'].map((qos) => `${qos}-${op}`).filter((topic) => this.wire.fresh.has(topic)));
    const { packet } = outcome;
    if (packet?.type === 'suback' && (packet.reasonCodes[0] ?? 0x80) < 0x80) this.subscribed.add(`f-${op}`);
    const filter = this.ending.get(op);
    if (packet?.type === 'unsuback' && filter !== undefined) this.ended.add(filter);
  }

  /** The codec refuses a packet: it does not leave, and the session is told. */
  #refuse({ packet, op }: Action & { readonly do: 'send' }): Action[] {
    this.wire.takenBack(packet);
    const event = { type: 'unsendable', packet, message: '', random: 0, now: this.now } as const;
    return this.session.handle(op === undefined ? event : { ...event, op });
  }

  #checkDeadlines(): void {
    this.pending.checkDeadlines(this.now);
    if (this.settings !== undefined) {
      const { keepAliveSeconds } = this.settings;
      const silence = this.now - this.wire.lastSentAt;
      if (keepAliveSeconds > 0 && silence > keepAliveSeconds * 1_000) throw new Error(`silent for ${silence} ms`);
    } else if (this.attempt !== undefined && this.now - this.attempt.since >= this.config.connectTimeoutMs) {
      throw new Error('an attempt that never ends');
    }
  }
}
