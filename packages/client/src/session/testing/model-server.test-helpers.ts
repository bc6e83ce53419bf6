/*
 * A server as the standard describes one, packet by packet, for the random walk: it keeps a session, answers everything,
 * and throws when the client breaks a rule. Messages are told apart by their topics.
 */
import type {
  ConnectPacket,
  Packet,
  PropertiesOf,
  ProtocolVersion,
  PublishPacket,
  QoS,
  SubscriptionRequest,
} from '@mqtide/codec';
import { publish, puback, pubcomp, pubrec, pubrel, suback, unsuback } from './packets.test-helpers.ts';
import type { SeededRandom } from './random.test-helpers.ts';

interface Outgoing {
  readonly topic: string;
  readonly qos: QoS;
  readonly packetId: number;
  isReleased: boolean;
  /** Whether its PUBLISH went out on this connection, and counts against the client's Receive Maximum. */
  isOfThisConnection: boolean;
}

interface ServerSession {
  /** QoS 2 identifiers of the client that wait for PUBREL. */
  lastPacketId: number;
  readonly incoming: Set<number>;
  /** QoS 2 messages of the client that arrived in this session. */
  readonly exactlyOnce: Set<string>;
  readonly outgoing: Map<number, Outgoing>;
  readonly subscriptions: Set<string>;
  readonly waiting: { readonly topic: string; readonly qos: QoS }[];
}

interface ServerConnection {
  readonly version: ProtocolVersion;
  readonly receiveMaximum: number;
  expirySeconds: number;
}

const newSession = (): ServerSession => ({
  lastPacketId: 0,
  incoming: new Set(),
  exactlyOnce: new Set(),
  outgoing: new Map(),
  subscriptions: new Set(),
  waiting: [],
});
/** Identifiers from here on are of nothing: a walk lets the server mention them. */
export const STRAY = 60_000;

const REFUSALS = [0x80, 0x83, 0x87, 0x97] as const;

export class ModelServer {
  /** Messages of the client that arrived. */
  readonly arrived = new Set<string>();
  /** Messages to the client that it has taken responsibility for. */
  readonly taken = new Set<string>();
  /** Whether it answers without refusing and without limits from now on. */
  isKind = false;
  readonly #random: SeededRandom;
  #session: ServerSession | undefined;
  #connection: ServerConnection | undefined;
  #hasRefused = false;
  #isNew = false;
  #lastMessage = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** What is answered to a packet. */
  receive(packet: Packet): Packet[] {
    if (packet.type === 'connect') return this.#connect(packet);
    const connection = this.#connection;
    const session = this.#session;
    // Whom it has refused it does not listen to any more.
    if (this.#hasRefused) return [];
    if (connection === undefined || session === undefined) throw new Error(`${packet.type} without a connection`);
    const { version } = connection;
    switch (packet.type) {
      case 'publish':
        return this.#publish(packet, session, version);
      case 'pubrel':
        return [pubcomp(packet.packetId, session.incoming.delete(packet.packetId) || version === 4 ? 0 : 0x92)];
      case 'puback':
      case 'pubcomp':
        return this.#finish(session, packet.packetId, version);
      case 'pubrec':
        return this.#received(session, packet.packetId, packet.reasonCode, version);
      case 'subscribe':
        return [
          suback(packet.packetId, ...packet.subscriptions.map((each) => this.#subscribe(each, session, version))),
        ];
      case 'unsubscribe': {
        const codes = packet.filters.map((filter) => this.#unsubscribe(filter, session, version));
        return [unsuback(packet.packetId, ...(version === 5 ? codes : []))];
      }
      case 'pingreq':
        return [{ type: 'pingresp' }];
      case 'disconnect':
        connection.expirySeconds = packet.properties?.sessionExpiryInterval ?? connection.expirySeconds;
        this.connectionLost();
        return [];
      default:
        throw new Error(`${packet.type} from a client`);
    }
  }

  hasSubscription(filter: string): boolean {
    return this.#session?.subscriptions.has(filter) === true;
  }

  /** A message to the client: sent if it may be, kept if there is a session, otherwise dropped. */
  send(qos: QoS): Packet[] {
    this.#lastMessage += 1;
    const topic = `s${this.#lastMessage}`;
    if (qos === 0) return this.#connection === undefined ? [] : [publish(undefined, { topic })];
    this.#session?.waiting.push({ topic, qos });
    return this.#sendWaiting();
  }

  /** In 3.1.1 a server may send again what is not acknowledged, on the same connection. */
  repeat(): Packet[] {
    if (this.#connection?.version !== 4 || this.#session === undefined) return [];
    const sent = [...this.#session.outgoing.values()].filter((each) => each.isOfThisConnection);
    return sent.length === 0 ? [] : [again(this.#random.pick(sent))];
  }

  /**
   * A session whose begin the client has not heard of ends with the connection. A real one need not, and if the client
   * still held the state of an earlier session then, neither side could know.
   */
  connectionLost(wasHeard = true): void {
    if (this.#connection?.expirySeconds === 0 || (!wasHeard && this.#isNew)) this.#session = undefined;
    this.#connection = undefined;
    this.#hasRefused = false;
  }

  /** The session expires while nobody is connected. */
  expire(): void {
    if (this.#connection === undefined) this.#session = undefined;
  }

  #connect({ protocolVersion: version, cleanStart, properties }: ConnectPacket): Packet[] {
    if (this.#connection !== undefined) throw new Error('a second CONNECT');
    this.#hasRefused = !this.isKind && this.#random.chance(0.1);
    if (this.#hasRefused)
      return [
        {
          type: 'connack',
          sessionPresent: false,
          reasonCode: version === 5 ? this.#random.pick([0x88, 0x89, 0x97]) : 3,
        },
      ];
    if (cleanStart) this.#session = undefined;
    const sessionPresent = this.#session !== undefined;
    this.#isNew = !sessionPresent;
    this.#session ??= newSession();
    const asked = version === 4 ? (cleanStart ? 0 : 0xffff_ffff) : (properties?.sessionExpiryInterval ?? 0);
    const said = version === 5 && !this.isKind ? this.#connackProperties() : {};
    this.#connection = {
      version,
      receiveMaximum: properties?.receiveMaximum ?? 65_535,
      expirySeconds: said.sessionExpiryInterval ?? asked,
    };
    const { outgoing } = this.#session;
    for (const each of outgoing.values()) each.isOfThisConnection = !each.isReleased;
    return [
      { type: 'connack', sessionPresent, reasonCode: 0, ...(version === 5 && { properties: said }) },
      ...Array.from(outgoing.values(), again),
      ...this.#sendWaiting(),
    ];
  }

  #connackProperties(): PropertiesOf<'connack'> {
    const random = this.#random;
    return {
      ...(random.chance(0.7) && { receiveMaximum: 1 + random.below(5) }),
      ...(random.chance(0.1) && { maximumQoS: random.below(2) as 0 | 1 }),
      ...(random.chance(0.1) && { serverKeepAlive: 5 + random.below(100) }),
      ...(random.chance(0.05) && { sessionExpiryInterval: 0 }),
    };
  }

  #publish(packet: PublishPacket, session: ServerSession, version: ProtocolVersion): Packet[] {
    const { qos, packetId = 0, topic } = packet;
    if (qos === 2 && session.incoming.has(packetId)) {
      if (!packet.duplicate) throw new Error(`a new QoS 2 message under identifier ${packetId}, which is in use`);
      return [pubrec(packetId)];
    }
    const code =
      qos === 0 ? 0 : this.#code(this.#random.chance(0.2) && version === 5 ? 0x10 : 0, version === 4 ? [] : REFUSALS);
    if (code < 0x80) this.arrived.add(topic);
    if (qos === 0) return [];
    if (qos === 1) return [puback(packetId, code)];
    if (code < 0x80) {
      if (session.exactlyOnce.has(topic)) throw new Error(`${topic} arrives twice in one session`);
      session.incoming.add(packetId);
      session.exactlyOnce.add(topic);
    }
    return [pubrec(packetId, code)];
  }

  #subscribe({ filter, qos }: SubscriptionRequest, { subscriptions }: ServerSession, version: ProtocolVersion): number {
    const code = this.#code(qos, version === 4 ? [0x80] : REFUSALS);
    if (code < 0x80) subscriptions.add(filter);
    return code;
  }

  #unsubscribe(filter: string, { subscriptions }: ServerSession, version: ProtocolVersion): number {
    const code = this.#code(0, version === 4 ? [] : [0x87]);
    if (code === 0x87) return code;
    return subscriptions.delete(filter) ? 0 : 0x11;
  }

  /** The code, or now and then one of the others. */
  #code(usual: number, others: readonly number[]): number {
    return others.length > 0 && !this.isKind && this.#random.chance(0.08) ? this.#random.pick(others) : usual;
  }

  #received(session: ServerSession, packetId: number, reasonCode: number, version: ProtocolVersion): Packet[] {
    const message = session.outgoing.get(packetId);
    if (message === undefined) return version === 5 ? [pubrel(packetId, 0x92)] : [pubrel(packetId)];
    if (reasonCode >= 0x80) return this.#finish(session, packetId, version);
    message.isReleased = true;
    this.taken.add(message.topic);
    return [pubrel(packetId)];
  }

  #finish(session: ServerSession, packetId: number, version: ProtocolVersion): Packet[] {
    const message = session.outgoing.get(packetId);
    if (message === undefined) {
      if (version === 5 && packetId < STRAY)
        throw new Error(`an acknowledgement of ${packetId}, which is not under way`);
      return [];
    }
    session.outgoing.delete(packetId);
    if (message.qos === 1) this.taken.add(message.topic);
    return this.#sendWaiting();
  }

  #sendWaiting(): Packet[] {
    const session = this.#session;
    const connection = this.#connection;
    if (session === undefined || connection === undefined) return [];
    const packets: Packet[] = [];
    const underWay = (): number => [...session.outgoing.values()].filter((each) => each.isOfThisConnection).length;
    while (session.waiting.length > 0 && underWay() < connection.receiveMaximum) {
      const { topic, qos } = session.waiting.shift() as { topic: string; qos: QoS };
      // The first that is free, so that identifiers come again soon. Not where answers may come twice, after `repeat`.
      let packetId = connection.version === 5 ? 1 : session.lastPacketId + 1;
      while (session.outgoing.has(packetId)) packetId += 1;
      session.lastPacketId = packetId;
      const message: Outgoing = {
        topic,
        qos,
        packetId,
        isReleased: false,
        isOfThisConnection: true,
      };
      session.outgoing.set(message.packetId, message);
      packets.push(publish(message.packetId, { topic, qos }));
    }
    return packets;
  }
}

const again = ({ isReleased, packetId, topic, qos }: Outgoing): Packet =>
  isReleased ? pubrel(packetId) : publish(packetId, { topic, qos, duplicate: true });
