/*
 * A small honest broker without sockets and timers: packets in, packets out, and the time is asked for. The parts:
 *
 *   connecting     CONNECT, CONNACK, DISCONNECT, take-over          sessions   what outlives a connection, wills
 *   incoming       PUBLISH and PUBREL of clients                    link       what ends with a connection
 *   outgoing       queue, window and retransmission to clients      routing    who gets a message
 *   subscribing    SUBSCRIBE, UNSUBSCRIBE, retained messages        rules      what clients must do
 *   dispatch       which packet is whose
 *
 * Packets that arrive while another is being handled wait for their turn, so that two ends which call each other
 * directly see the same order as two ends with a wire in between.
 */
import type { Packet, PacketType, PropertiesOf } from '@mqtide/codec';
import type { BrokerCore } from './core.ts';
import { receiveMalformed, receivePacket } from './dispatch.ts';
import { Faults } from './faults.ts';
import { type BrokerPeer, Link } from './link.ts';
import { type MessageInput, messageOfInput, messageOfWill } from './message.ts';
import type { BrokerOptions } from './options.ts';
import { RetainedMessages } from './retained.ts';
import { route } from './routing.ts';
import type { BrokerSession } from './session.ts';
import { Sessions } from './sessions.ts';
import { type Violation, ViolationLog } from './violations.ts';

/** A packet that came or left. */
export interface Traffic {
  readonly direction: 'received' | 'sent';
  /** The number of the connection, counted from 1. */
  readonly connection: number;
  readonly clientId: string;
  readonly at: number;
  readonly packet: Packet;
}

/** One end of a connection to the broker. */
export interface BrokerConnection {
  /** The number of the connection, counted from 1. */
  readonly number: number;
  receive(packet: Packet): void;
  /** The bytes that came are no packet; the reason code is what to close with. */
  receiveMalformed(reasonCode: number, message: string): void;
  /** A text frame came. */
  receiveText(): void;
  /** The client or the network closed the connection. */
  closed(): void;
}

/** An MQTT broker in memory, for 5.0 and 3.1.1, that also watches whether its clients keep to the protocol. */
export class Broker {
  /** What is to go wrong. */
  readonly faults: Faults = new Faults();
  /** Called when something happened after which `nextDeadline()` may be another; see `driveBroker`. */
  onActivity: (() => void) | undefined;
  readonly #options: BrokerOptions;
  readonly #violations = new ViolationLog();
  readonly #links = new Set<Link>();
  readonly #traffic: Traffic[] = [];
  readonly #core: BrokerCore;
  readonly #inbox: (() => void)[] = [];
  #isBusy = false;
  #connectionCount = 0;

  constructor(options: BrokerOptions = {}) {
    this.#options = options;
    const now = options.now ?? (() => performance.now());
    let arrivals = 0;
    let clientIds = 0;
    this.#core = {
      options,
      sessions: new Sessions((will, clientId) => {
        route(this.#core, messageOfWill(will, { now: now(), publisher: clientId }));
      }),
      retained: new RetainedMessages(),
      faults: this.faults,
      shareTurns: new Map(),
      now,
      nextArrival: () => arrivals++,
      nextClientId: () => `assigned-${++clientIds}`,
    };
  }

  /** Opens a connection. The broker sends to `peer`; give it what comes from the client. */
  connect(peer: BrokerPeer): BrokerConnection {
    const link = new Link(++this.#connectionCount, peer, {
      faults: this.faults,
      violations: this.#violations,
      now: () => this.#core.now(),
      record: (direction, { number, clientId }, packet) => {
        if (this.#options.recordTraffic === false) return;
        this.#traffic.push({ direction, connection: number, clientId, at: this.#core.now(), packet });
      },
      ended: (ended) => this.#ended(ended),
    });
    this.#links.add(link);
    return {
      number: link.number,
      receive: (packet) => this.#inTurn(() => receivePacket(this.#core, link, packet)),
      receiveMalformed: (reasonCode, message) => this.#inTurn(() => receiveMalformed(link, reasonCode, message)),
      receiveText: () => this.#inTurn(() => void link.violated('textFrame')),
      closed: () => this.#inTurn(() => link.hasEnded()),
    };
  }

  /** Publishes a message in the name of the broker. Returns how many subscribers it had. */
  publish(message: MessageInput): number {
    return route(this.#core, messageOfInput(message, { now: this.#core.now() }));
  }

  /** Sends a client DISCONNECT, where its version has that, and closes its connection. */
  disconnect(clientId: string, reasonCode: number, properties?: PropertiesOf<'disconnect'>): void {
    this.#linkOf(clientId).disconnect(reasonCode, properties);
  }

  /** Loses the connection of a client, without a word. */
  drop(clientId: string): void {
    this.#linkOf(clientId).lose();
  }

  /** Loses every connection. */
  dropAll(): void {
    for (const link of Array.from(this.#links)) link.lose();
  }

  /** Loses every connection, and with them the sessions and what was retained: a broker without a disk restarts. */
  restartEmpty(): void {
    for (const session of this.#core.sessions.all) session.will = undefined;
    this.dropAll();
    this.#core.sessions.forget();
    this.#core.retained.clear();
  }

  /** The session of a client: its subscriptions, what is in flight and what waits. */
  session(clientId: string): BrokerSession | undefined {
    return this.#core.sessions.get(clientId);
  }

  /** Clients that are connected, by the order of their sessions. */
  get connectedClients(): string[] {
    return [...this.#core.sessions.all].filter(({ link }) => link !== undefined).map(({ clientId }) => clientId);
  }

  /** The retained message of a topic. */
  retained(topic: string): Uint8Array | undefined {
    return this.#core.retained.get(topic, this.#core.now())?.payload;
  }

  /** Every packet that came or left, in order. */
  get traffic(): readonly Traffic[] {
    return this.#traffic;
  }

  /** The packets of one type that came, in order. */
  received<Type extends PacketType>(type: Type): Extract<Packet, { readonly type: Type }>[] {
    return this.#packets('received', type);
  }

  /** The packets of one type that left, in order. */
  sent<Type extends PacketType>(type: Type): Extract<Packet, { readonly type: Type }>[] {
    return this.#packets('sent', type);
  }

  /** Everything that clients did wrong. */
  get violations(): readonly Violation[] {
    return this.#violations.list;
  }

  /** Throws an error that lists what clients did wrong, if they did. */
  assertNoViolations(): void {
    this.#violations.assertNone();
  }

  /** Forgets what clients did wrong: for a test that provokes it. */
  clearViolations(): void {
    this.#violations.clear();
  }

  /** When `tick()` has something to do next; undefined when nothing waits. */
  nextDeadline(): number | undefined {
    let next = this.#core.sessions.nextDeadline();
    for (const link of this.#links) next = Math.min(next, link.deadline);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** Does what is due: silent clients are disconnected, sessions end, wills are published. */
  tick(): void {
    const now = this.#core.now();
    for (const link of Array.from(this.#links)) {
      if (link.deadline > now) continue;
      if (link.state !== 'disconnected') link.disconnect(0x8d);
      else {
        link.violated('closeAfterDisconnect');
        link.end(1000);
      }
    }
    this.#core.sessions.tick(now);
  }

  /** Handles one thing after the other, also when handling one leads to the next. */
  #inTurn(handle: () => void): void {
    this.#inbox.push(handle);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) next();
    } finally {
      this.#isBusy = false;
    }
    this.onActivity?.();
  }

  #ended(link: Link): void {
    this.#links.delete(link);
    const { session } = link;
    if (session === undefined || session.link !== link) return;
    link.session = undefined;
    this.#core.sessions.detach(session, this.#core.now());
    if (!this.#isBusy) this.onActivity?.();
  }

  #packets<Type extends PacketType>(
    direction: Traffic['direction'],
    type: Type,
  ): Extract<Packet, { readonly type: Type }>[] {
    const isOfType = (packet: Packet): packet is Extract<Packet, { readonly type: Type }> => packet.type === type;
    return this.#traffic
      .filter((entry) => entry.direction === direction)
      .map(({ packet }) => packet)
      .filter(isOfType);
  }

  #linkOf(clientId: string): Link {
    const link = this.#core.sessions.get(clientId)?.link;
    if (link === undefined) throw new Error(`no client '${clientId}' is connected`);
    return link;
  }
}
