/* A random walk: an application that does everything, and a server and a network that do every harm. */
import type { Packet, QoS } from '@mqtide/codec';
import { STRAY } from './model-server.test-helpers.ts';
import { auth } from './authentication.test-helpers.ts';
import { messageNamed, nameOf } from './messages.test-helpers.ts';
import {
  disconnect,
  puback,
  publish,
  pubcomp,
  pubrec,
  pubrel,
  requests,
  suback,
  unsuback,
} from './packets.test-helpers.ts';
import { move } from './redirect-checks.test-helpers.ts';
import { WalkEnd } from './walk-end.test-helpers.ts';
import { ENDED } from './world.test-helpers.ts';

/** What can happen, and how often it does. */
const STEPS = {
  wire: 40,
  publish: 16,
  acknowledge: 14,
  serverSends: 8,
  time: 8,
  request: 4,
  mechanism: 4,
  renew: 1.5,
  level: 2,
  cancel: 3,
  harm: 3,
  stray: 2,
  tickEarly: 2,
  hint: 1,
  stop: 0.4,
  commit: 20,
  crash: 0.5,
};

export class Walk extends WalkEnd {
  /** Lets one thing happen, and throws when something is wrong after it. */
  step(): void {
    const random = this.random;
    if (ENDED.includes(this.session.status) && random.chance(0.2)) this.tell({ type: 'start' });
    switch (random.weighted(STEPS)) {
      case 'wire':
        for (let count = random.below(5); count >= 0; count--) this.moveWire();
        break;
      case 'publish':
        this.#publish();
        break;
      case 'acknowledge':
        this.acknowledge();
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
      case 'mechanism':
        this.answerStep(random.chance(0.05));
        break;
      case 'renew':
        this.#renew();
        break;
      case 'level':
        this.tellLevel();
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

  #publish(): void {
    const qos = this.random.below(3) as QoS;
    const begun = this.#begin();
    this.tellLevel();
    const plain = messageNamed(`q${qos}-${begun.op}`, qos, this.#size());
    const mayAlias = this.config.topicAliasing.outbound === 'manual' && this.config.protocolVersion === 5;
    const properties = { topicAlias: 1 + this.random.below(4) };
    this.tell({
      type: 'publish',
      ...begun,
      message: mayAlias && this.random.chance(0.7) ? { ...plain, properties } : plain,
    });
  }

  /** Now and then one fills the socket. */
  #size(): number {
    const { brokerProfile, offlineQueue } = this.config;
    const mayBeLarge = brokerProfile.bytesPerSecond === undefined && offlineQueue.maxBytes > 1_000_000;
    return mayBeLarge && this.random.chance(0.02) ? this.random.pick([400_000, 1_200_000]) : this.random.below(20);
  }

  #renew(): void {
    if (this.config.authenticationMethod === undefined && this.random.chance(0.9)) return;
    const timeoutMs = this.random.chance(0.8) ? undefined : 1 + this.random.below(30_000);
    const op = this.pending.beginNow(this.now, timeoutMs ?? this.config.ackTimeoutMs);
    this.tell({ type: 'reauthenticate', op, timeoutMs });
  }

  #request(): void {
    const begun = this.#begin();
    const filter = `f-${begun.op}`;
    if (this.random.chance(0.6)) {
      this.tell({ type: 'subscribe', ...begun, subscriptions: requests(filter) });
      return;
    }
    const subscribed = 1 + this.random.below(begun.op);
    const ending = `f-${subscribed}`;
    this.ending.set(begun.op, ending);
    // Otherwise it may be granted after this.
    if (!this.pending.all.includes(subscribed)) this.unwanted.add(ending);
    this.tell({ type: 'unsubscribe', ...begun, filters: [filter, ending] });
  }

  /** A new operation, now and then with a timeout of its own. */
  #begin(): { readonly op: number; readonly timeoutMs?: number } {
    if (this.random.chance(0.9)) return { op: this.pending.begin(this.now) };
    const timeoutMs = 1 + this.random.below(30_000);
    return { op: this.pending.begin(this.now, timeoutMs), timeoutMs };
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
      const name = `b-${op}`;
      this.tell({ type: 'publish', op, message: messageNamed(name, 1) });
      while (!this.line.isEmpty) this.commit();
      const packet = this.up.at(-1);
      if (packet?.type !== 'publish' || nameOf(packet) !== name || packet.packetId === undefined) return;
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
    const kind = this.random.weighted({
      cut: 6,
      die: 1,
      malformed: 1,
      goodbye: 2,
      move: 1,
      takenOver: 0.2,
      broken: 0.6,
    });
    if (kind === 'die') {
      this.isDead = true;
      this.server.connectionLost(this.settings !== undefined);
    } else if (kind === 'malformed') this.tell({ type: 'malformed', reasonCode: 0x81, message: '' });
    else if (kind === 'cut' || this.settings?.protocolVersion !== 5) this.cut();
    else if (kind === 'broken') this.#breakRules();
    else if (kind === 'move') {
      const { reasonCode, properties } = move(this.random);
      this.receive(disconnect(reasonCode, properties));
    } else this.receive(disconnect(kind === 'goodbye' ? 0x8b : 0x8e));
  }

  /** What the server may never send ends the connection. */
  #breakRules(): void {
    const { inboundMaximum } = this.config.topicAliasing;
    this.receive(
      this.random.pick<Packet>([
        publish(undefined, { topic: 'a', properties: { topicAlias: inboundMaximum + 1 } }),
        publish(undefined, { topic: '', properties: { topicAlias: 16 } }),
        auth(0x19),
        auth(0x18, { authenticationMethod: 'other' }),
        { type: 'connack', sessionPresent: false, reasonCode: 0 },
      ]),
    );
    if (this.settings !== undefined) throw new Error('goes on with a server that breaks the rules');
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
