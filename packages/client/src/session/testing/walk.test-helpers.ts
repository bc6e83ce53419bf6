/* A random walk: an application that does everything, and a server and a network that do every harm. */
import type { Packet, QoS } from '@mqtide/codec';
import { STRAY } from './model-server.test-helpers.ts';
import {
  disconnect,
  message,
  puback,
  pubcomp,
  pubrec,
  pubrel,
  requests,
  suback,
  unsuback,
} from './packets.test-helpers.ts';
import { Pages } from './pages.test-helpers.ts';
import { ENDED } from './world.test-helpers.ts';

/** What can happen, and how often it does. */
const STEPS = {
  wire: 40,
  publish: 16,
  acknowledge: 14,
  serverSends: 8,
  time: 8,
  request: 4,
  cancel: 3,
  harm: 3,
  stray: 2,
  tickEarly: 2,
  hint: 1,
  stop: 0.4,
  commit: 20,
  crash: 0.5,
};

export class Walk extends Pages {
  /** Lets one thing happen, and throws when something is wrong after it. */
  step(): void {
    const random = this.random;
    if (ENDED.includes(this.session.status) && random.chance(0.2)) this.tell({ type: 'start' });
    switch (random.weighted(STEPS)) {
      case 'wire':
        this.moveWire();
        break;
      case 'publish':
        this.#publish();
        break;
      case 'acknowledge':
        this.#acknowledge();
        break;
      case 'serverSends':
        this.down.push(...(random.chance(0.2) ? this.server.repeat() : this.server.send(random.below(3) as QoS)));
        break;
      case 'time':
        this.pass(random.pick([1, 50, 1_000, 5_000, 20_000, 70_000]) * random.next());
        break;
      case 'request':
        this.#request();
        break;
      case 'cancel':
        this.#cancel();
        break;
      case 'harm':
        this.#harm();
        break;
      case 'stray':
        if (this.settings !== undefined && !this.isDead) this.down.push(this.#stray(STRAY + random.below(5_000)));
        break;
      case 'tickEarly':
        this.#tickEarly();
        break;
      case 'hint':
        this.tell({ type: 'hint', hint: random.pick(['awake', 'offline'] as const) });
        break;
      case 'stop':
        this.#stop();
        break;
      case 'commit':
        this.commit(random.chance(0.005));
        break;
      case 'crash':
        if (this.config.isDurable) this.crash();
    }
  }

  /** Everything that can get through gets through; then the client stops, and the books are compared. */
  finish(): void {
    this.server.isKind = true;
    if (this.isDead) this.cut();
    for (let round = 0; round < 400 && this.#isBusy(); round++) {
      if (ENDED.includes(this.session.status)) this.tell({ type: 'start' });
      for (let count = 0; count < 60; count++) this.moveWire(true);
      while (this.held.length > 0) this.#acknowledge();
      this.pass(1_000);
    }
    if (this.#isBusy()) throw new Error(`still ${this.session.status}, and ${this.pending.all.length} operations`);
    this.#checkSubscriptions();
    this.#checkStored();
    this.keepsSession = false;
    this.tell({ type: 'stop', sessionExpirySeconds: 0 });
    this.pass(5_000);
    if (this.session.status !== 'stopped') throw new Error(`${this.session.status} after stop`);
    if (this.session.nextDeadline() < Number.POSITIVE_INFINITY) throw new Error('a deadline after stop');
    const { arrived, taken } = this.server;
    for (const topic of this.succeeded)
      if (!arrived.has(topic)) throw new Error(`${topic} succeeded but did not arrive`);
    for (const topic of taken) if (!this.delivered.has(topic)) throw new Error(`${topic} was answered, not delivered`);
  }

  /** What is to be over in the end. An identifier may stay: see what remains in docs/decisions/0030. */
  get #left(): string[] {
    const isIdentifier = (value: unknown): boolean => (value as { packet?: unknown }).packet === undefined;
    const records = [...this.line.records].filter(([key]) => key !== 'session');
    return records.flatMap(([key, value]) => (key.startsWith('r') && isIdentifier(value) ? [] : key));
  }

  #checkStored(): void {
    // Otherwise what is stored waits for the next start.
    if (this.session.status !== 'connected') return;
    for (const topic of this.everStored)
      if (topic.startsWith('q') && !this.server.arrived.has(topic) && !this.excused.has(topic))
        throw new Error(`${topic} was stored, and is lost`);
    for (const topic of this.unprocessed) throw new Error(`${topic} was not delivered again`);
    if (this.#left.length > 0) throw new Error(`${this.#left.join()} is left in the store`);
  }

  #checkSubscriptions(): void {
    for (const filter of this.subscribed) {
      const isEnding = [...this.ending.values()].includes(filter);
      if (!isEnding && !this.server.hasSubscription(filter)) throw new Error(`${filter} is not subscribed`);
    }
    for (const filter of this.ended)
      if (this.server.hasSubscription(filter)) throw new Error(`${filter} is still there`);
  }

  #isBusy(): boolean {
    const { status } = this.session;
    const isMoving = this.pending.all.length + this.up.length + this.down.length + this.wire.underWay > 0;
    const isStored = status === 'connected' && this.#left.length > 0;
    return (
      isMoving ||
      isStored ||
      !this.line.isEmpty ||
      this.held.length > 0 ||
      (status !== 'connected' && !ENDED.includes(status))
    );
  }

  #publish(): void {
    const qos = this.random.below(3) as QoS;
    const begun = this.#begin();
    const payload = new Uint8Array(this.random.below(20));
    this.tell({ type: 'publish', ...begun, message: message({ topic: `q${qos}-${begun.op}`, qos, payload }) });
  }

  #request(): void {
    const begun = this.#begin();
    const filter = `f-${begun.op}`;
    if (this.random.chance(0.6)) {
      this.tell({ type: 'subscribe', ...begun, subscriptions: requests(filter) });
      return;
    }
    const ending = `f-${1 + this.random.below(begun.op)}`;
    this.ending.set(begun.op, ending);
    this.tell({ type: 'unsubscribe', ...begun, filters: [filter, ending] });
  }

  /** A new operation, now and then with a timeout of its own. */
  #begin(): { readonly op: number; readonly timeoutMs?: number } {
    if (this.random.chance(0.9)) return { op: this.pending.begin(this.now) };
    const timeoutMs = 1 + this.random.below(30_000);
    return { op: this.pending.begin(this.now, timeoutMs), timeoutMs };
  }

  #acknowledge(): void {
    const [delivery] = this.held.splice(this.random.below(this.held.length), 1);
    if (delivery === undefined) return;
    const reasonCode = this.random.chance(0.05) ? 0x80 : 0;
    for (const [topic, last] of this.entered) if (reasonCode > 0 && last === delivery) this.entered.delete(topic);
    this.tell({ type: 'acknowledge', delivery, reasonCode });
  }

  #cancel(): void {
    const { all } = this.pending;
    if (all.length === 0) return;
    const op = this.random.pick(all);
    this.pending.giveUp(op);
    this.excuse(op);
    if (!this.line.isEmpty) this.cancelled.add(op);
    this.tell({ type: 'cancel', op });
  }

  /** Lets the identifiers begin again while some are in use. */
  useUpIdentifiers(): void {
    for (let count = 0; count < 65_530 && this.settings !== undefined && !this.isDead; count++) {
      const op = this.pending.begin(this.now);
      const topic = `b-${op}`;
      this.tell({ type: 'publish', op, message: message({ topic }) });
      while (!this.line.isEmpty) this.commit();
      const packet = this.up.at(-1);
      if (packet?.type !== 'publish' || packet.topic !== topic || packet.packetId === undefined) return;
      this.up.pop();
      this.tell({ type: 'received', packet: puback(packet.packetId) });
    }
  }

  #stray(packetId: number): Packet {
    const code = this.settings?.protocolVersion === 5 ? [0] : [];
    return this.random.pick<Packet>([
      puback(packetId),
      pubrec(packetId),
      pubrel(packetId),
      pubcomp(packetId),
      suback(packetId, 0),
      unsuback(packetId, ...code),
      { type: 'pingresp' },
    ]);
  }

  #harm(): void {
    if (this.attempt?.isOpen !== true) return;
    const kind = this.random.weighted({ cut: 6, die: 1, malformed: 1, goodbye: 2, takenOver: 0.2 });
    if (kind === 'die') {
      this.isDead = true;
      this.server.connectionLost(this.settings !== undefined);
    } else if (kind === 'malformed') this.tell({ type: 'malformed', reasonCode: 0x81, message: '' });
    else if (kind === 'cut' || this.settings?.protocolVersion !== 5) this.cut();
    else this.tell({ type: 'received', packet: disconnect(kind === 'goodbye' ? 0x8b : 0x8e) });
  }

  #stop(): void {
    if (ENDED.includes(this.session.status)) {
      this.tell({ type: 'start' });
      return;
    }
    if (this.session.status === 'stopping') {
      if (this.random.chance(0.5)) this.tell({ type: 'start' });
      else this.tell({ type: 'stop', drainMs: 1_000 });
      return;
    }
    this.keepsSession = this.random.chance(0.3);
    const isAsked = this.keepsSession || this.config.isDurable;
    if (!this.keepsSession) this.excuseAll();
    this.tell({
      type: 'stop',
      ...(isAsked && { sessionExpirySeconds: this.keepsSession ? 60 : 0 }),
      ...(this.random.chance(0.5) && { drainMs: 5_000 }),
    });
  }

  /** A tick before the deadline finds nothing to do. */
  #tickEarly(): void {
    const due = this.session.nextDeadline();
    if (due <= this.now) return;
    const actions = this.session.handle({ type: 'tick', now: this.now, random: 0.5 });
    if (actions.length > 0) throw new Error(`${actions[0]?.do} at ${this.now}, before the deadline ${due}`);
  }
}
