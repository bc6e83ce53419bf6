/*
 * What a random walk happens in: a session and a model server with a wire between them, time, and books of what every
 * action must be allowed by. Throws at the first thing that is wrong.
 */
import type { Packet, ProtocolVersion } from '@mqtide/codec';
import type { SessionConfig } from '../config.ts';
import type { Action, Outcome, SessionEvent } from '../events.ts';
import { Session } from '../session.ts';
import type { NegotiatedSettings } from '../settings.ts';
import type { BareEvent } from './driver.test-helpers.ts';
import { ModelServer } from './model-server.test-helpers.ts';
import { PendingOperations } from './pending.test-helpers.ts';
import { SeededRandom } from './random.test-helpers.ts';
import { randomConfig } from './walk-config.test-helpers.ts';
import { StoreLine } from './store-line.test-helpers.ts';
import { WireChecks } from './wire-checks.test-helpers.ts';

/** How often one moment may need a tick before it is a busy loop. */
const MAX_TICKS_AT_ONCE = 4;

/** The statuses in which nothing may be left to settle. */
export const ENDED: readonly string[] = ['stopped', 'failed'];

export abstract class World {
  events = 0;
  protected readonly random: SeededRandom;
  protected readonly config: SessionConfig;
  protected session: Session;
  /** The session may be stored, or live in memory. */
  protected readonly line: StoreLine = new StoreLine();
  protected readonly server: ModelServer;
  protected readonly wire: WireChecks = new WireChecks();
  protected now = 1_000;
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
  protected keepsSession = false;
  protected readonly cancelled: Set<number> = new Set<number>();
  /** Messages that were durable at some time, and those of them that may be lost: failed, cancelled, or given up. */
  protected readonly everStored: Set<string> = new Set<string>();
  protected readonly excused: Set<string> = new Set<string>();
  /** Topics by the number of their record. */
  protected readonly restoredTopics: Map<number, string> = new Map<number, string>();
  /** Received messages that the next page has to be given again. */
  protected readonly unprocessed: Set<string> = new Set<string>();
  // The connection.
  protected attempt: { readonly version: ProtocolVersion; readonly since: number; isOpen: boolean } | undefined;
  protected settings: NegotiatedSettings | undefined;
  /** Nothing gets through any more, and nobody says so. */
  protected isDead = false;
  protected up: Packet[] = [];
  protected down: Packet[] = [];
  protected isClosing = false;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.config = randomConfig(this.random);
    this.pending = new PendingOperations(this.config);
    this.session = new Session(this.config);
    this.server = new ModelServer(this.random);
    this.tell({ type: 'start' });
  }

  protected tell(event: BareEvent): void {
    this.events += 1;
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

  /** One packet gets through, or a connection comes about. */
  protected moveWire(isKind = false): void {
    const chance = (probability: number): boolean => !isKind && this.random.chance(probability);
    if (this.isClosing && this.session.status === 'stopping') {
      this.isClosing = false;
      this.tell({ type: 'closed', code: 1000, reason: '' });
    } else if (this.attempt === undefined || this.isDead) {
      return;
    } else if (!this.attempt.isOpen) {
      if (chance(0.15)) this.tell({ type: 'closed', code: 1006, reason: '' });
      else if (chance(0.1))
        this.tell({ type: 'dialFailed', failure: { code: 'URL_FAILED', message: '', retryable: true } });
      else {
        this.attempt.isOpen = true;
        this.wire.opened(this.attempt.version);
        this.tell({ type: 'opened', credentials: {} });
      }
    } else if (this.up.length > 0 && (this.down.length === 0 || this.random.chance(0.5))) {
      this.down.push(...this.server.receive(this.up.shift() as Packet));
    } else if (this.down.length > 0) {
      this.tell({ type: 'received', packet: this.down.shift() as Packet });
    }
  }

  /** The connection is lost, with everything that is on its way. */
  protected cut(): void {
    this.up = [];
    this.tell({ type: 'closed', code: 1006, reason: '' });
  }

  /** Lets time pass, with a tick at every deadline; now and then a first one comes late. */
  protected pass(milliseconds: number): void {
    const end = this.now + milliseconds;
    while (!this.line.isEmpty) this.commit();
    if (this.random.chance(0.15)) {
      this.now = end;
      this.pending.slept(end);
      this.tell({ type: 'tick' });
      while (!this.line.isEmpty) this.commit();
    }
    let ticks = 0;
    for (let due = this.session.nextDeadline(); due <= end; due = this.session.nextDeadline()) {
      ticks = due > this.now ? 1 : ticks + 1;
      if (ticks > MAX_TICKS_AT_ONCE) throw new Error(`${ticks} ticks at ${this.now}`);
      this.now = Math.max(this.now, due);
      this.tell({ type: 'tick' });
      while (!this.line.isEmpty) this.commit();
    }
    this.now = end;
    this.#checkDeadlines();
  }

  #perform(action: Action): void {
    switch (action.do) {
      case 'dial':
        if (this.attempt !== undefined) throw new Error('dials while a connection is open');
        this.attempt = { version: action.version, since: this.now, isOpen: false };
        this.isClosing = false;
        break;
      case 'hangUp':
        this.#hangUp();
        break;
      case 'send':
        if (action.op !== undefined) this.#settle(action.op, { ok: true });
        this.up.push(action.packet);
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
        throw new Error('authenticates without a method');
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
      if (!this.line.holds(action)) actions.push(...this.act(action));
    }
  }

  protected act(action: Action): Action[] {
    if (action.do === 'send' && this.pending.isOf(action.packet) && this.random.chance(0.01))
      return this.#refuse(action);
    this.#perform(action);
    return [];
  }

  #deliver({ packet, delivery }: Action & { readonly do: 'deliver' }): void {
    const { topic } = packet;
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
      this.settings = event.settings;
      this.wire.connected(this.settings);
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

  #hangUp(): void {
    if (this.attempt === undefined) {
      // It may not have been performed yet.
      if (this.config.isDurable) return;
      throw new Error('hangs up twice');
    }
    // What was sent before still goes out, unless the connection is lost first.
    if (this.attempt.isOpen && !this.isDead && this.random.chance(0.7)) {
      for (const packet of this.up) this.server.receive(packet);
    }
    this.connectionLost();
    this.isClosing = true;
  }

  protected connectionLost(): void {
    this.server.connectionLost(this.settings !== undefined);
    this.wire.disconnected();
    this.attempt = undefined;
    this.settings = undefined;
    this.isDead = false;
    this.up = [];
    this.down = [];
    if (!this.server.isKind && this.random.chance(0.25)) this.server.expire();
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
