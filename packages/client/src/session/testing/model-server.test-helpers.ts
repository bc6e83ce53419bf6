/*
 * A server as the standard describes one, packet by packet, for the random walk: it keeps a session, answers everything,
 * and throws when the client breaks a rule. Messages are told apart by the names in their payloads.
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
import { AliasWriter } from './aliases.test-helpers.ts';
import { METHOD, auth, bytes } from './authentication.test-helpers.ts';
import { nameOf, payloadOf, topicOf } from './messages.test-helpers.ts';
import { disconnect, publish, puback, pubcomp, pubrec, pubrel, suback, unsuback } from './packets.test-helpers.ts';
import type { SeededRandom } from './random.test-helpers.ts';
import { move } from './redirect-checks.test-helpers.ts';
import { ServerAuthentication } from './server-authentication.test-helpers.ts';
import { type Outgoing, type ServerConnection, type ServerSession, newSession } from './server-session.test-helpers.ts';

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
  /** Filters that it did not end when it was asked to. */
  readonly notEnded = new Set<string>();
  readonly #random: SeededRandom;
  readonly #aliases: AliasWriter;
  readonly #authentication: ServerAuthentication;
  /** The CONNECT that is being authenticated. */
  #connecting: ConnectPacket | undefined;
  #session: ServerSession | undefined;
  #connection: ServerConnection | undefined;
  #hasRefused = false;
  #isNew = false;
  #lastMessage = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#aliases = new AliasWriter(random);
    this.#authentication = new ServerAuthentication(random);
  }

  /** What is answered to a packet. */
  receive(packet: Packet): Packet[] {
    if (packet.type === 'connect') return this.#connect(packet);
    const connection = this.#connection;
    const session = this.#session;
    // Whom it has refused it does not listen to any more.
    if (this.#hasRefused) return [];
    if (this.#connecting !== undefined) return this.#greet(packet, this.#connecting);
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
      case 'auth': {
        const step = this.#authentication.receive(packet);
        if (step !== 'content') return [step];
        this.#hasRefused = !this.isKind && this.#random.chance(0.1);
        return [this.#hasRefused ? disconnect(0x87) : auth(0, { authenticationData: bytes(0) })];
      }
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
    const name = `s${this.#lastMessage}`;
    if (qos === 0) return this.#connection === undefined ? [] : [this.#toClient({ name, qos })];
    this.#session?.waiting.push({ name, qos });
    return this.#sendWaiting();
  }

  /** In 3.1.1 a server may send again what is not acknowledged, on the same connection. */
  repeat(): Packet[] {
    if (this.#connection?.version !== 4 || this.#session === undefined) return [];
    const sent = [...this.#session.outgoing.values()].filter((each) => each.isOfThisConnection);
    return sent.length === 0 ? [] : [this.#again(this.#random.pick(sent))];
  }

  /**
   * A session whose begin the client has not heard of ends with the connection. A real one need not, and if the client
   * still held the state of an earlier session then, neither side could know.
   */
  connectionLost(wasHeard = true): void {
    if (this.#connection?.expirySeconds === 0 || (!wasHeard && this.#isNew)) this.#session = undefined;
    this.#connection = undefined;
    this.#connecting = undefined;
    this.#authentication.connectionLost();
    this.#hasRefused = false;
  }

  /** The session expires while nobody is connected. */
  expire(): void {
    if (this.#connection === undefined) this.#session = undefined;
  }

  #connect(packet: ConnectPacket): Packet[] {
    if (this.#connection !== undefined || this.#connecting !== undefined) throw new Error('a second CONNECT');
    this.#hasRefused = !this.isKind && this.#random.chance(0.1);
    if (this.#hasRefused) return [this.#refusal(packet)];
    if (packet.properties?.authenticationMethod === undefined) return this.#accept(packet);
    const step = this.#authentication.begin();
    if (step === 'content') return this.#accept(packet);
    this.#connecting = packet;
    return [step];
  }

  /** Before CONNACK a client may go on with the authentication, or go. */
  #greet(packet: Packet, connect: ConnectPacket): Packet[] {
    if (packet.type === 'disconnect') {
      this.connectionLost();
      return [];
    }
    if (packet.type !== 'auth') throw new Error(`${packet.type} before CONNACK`);
    const step = this.#authentication.receive(packet);
    if (step !== 'content') return [step];
    this.#connecting = undefined;
    this.#hasRefused = !this.isKind && this.#random.chance(0.1);
    return this.#hasRefused ? [this.#refusal(connect)] : this.#accept(connect);
  }

  #refusal({ protocolVersion }: ConnectPacket): Packet {
    const connack = { type: 'connack', sessionPresent: false } as const;
    if (protocolVersion === 4) return { ...connack, reasonCode: 3 };
    if (this.#random.chance(0.3)) return { ...connack, ...move(this.#random) };
    return { ...connack, reasonCode: this.#random.pick([0x87, 0x88, 0x89, 0x97]) };
  }

  #accept({ protocolVersion: version, cleanStart, properties }: ConnectPacket): Packet[] {
    if (cleanStart) this.#session = undefined;
    const sessionPresent = this.#session !== undefined;
    this.#isNew = !sessionPresent;
    this.#session ??= newSession();
    const asked = version === 4 ? (cleanStart ? 0 : 0xffff_ffff) : (properties?.sessionExpiryInterval ?? 0);
    const isAuthenticated = properties?.authenticationMethod !== undefined;
    const said: PropertiesOf<'connack'> = {
      ...(version === 5 && !this.isKind && this.#connackProperties()),
      ...(isAuthenticated && { authenticationMethod: METHOD, authenticationData: bytes(0) }),
    };
    this.#aliases.connected(properties?.topicAliasMaximum ?? 0);
    this.#connection = {
      version,
      receiveMaximum: properties?.receiveMaximum ?? 65_535,
      expirySeconds: said.sessionExpiryInterval ?? asked,
    };
    const { outgoing } = this.#session;
    for (const each of outgoing.values()) each.isOfThisConnection = !each.isReleased;
    return [
      { type: 'connack', sessionPresent, reasonCode: 0, ...(version === 5 && { properties: said }) },
      ...Array.from(outgoing.values(), (each) => this.#again(each)),
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
      ...(random.chance(0.6) && { topicAliasMaximum: random.below(4) }),
    };
  }

  #publish(packet: PublishPacket, session: ServerSession, version: ProtocolVersion): Packet[] {
    const { qos, packetId = 0 } = packet;
    const name = nameOf(packet);
    if (qos === 2 && session.incoming.has(packetId)) {
      if (!packet.duplicate) throw new Error(`a new QoS 2 message under identifier ${packetId}, which is in use`);
      return [pubrec(packetId)];
    }
    const code =
      qos === 0 ? 0 : this.#code(this.#random.chance(0.2) && version === 5 ? 0x10 : 0, version === 4 ? [] : REFUSALS);
    if (code < 0x80) this.arrived.add(name);
    if (qos === 0) return [];
    if (qos === 1) return [puback(packetId, code)];
    if (code < 0x80) {
      if (session.exactlyOnce.has(name)) throw new Error(`${name} arrives twice in one session`);
      session.incoming.add(packetId);
      session.exactlyOnce.add(name);
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
    if (code === 0x87) this.notEnded.add(filter);
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
    this.taken.add(message.name);
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
    if (message.qos === 1) this.taken.add(message.name);
    return this.#sendWaiting();
  }

  #sendWaiting(): Packet[] {
    const session = this.#session;
    const connection = this.#connection;
    if (session === undefined || connection === undefined) return [];
    const packets: Packet[] = [];
    const underWay = (): number => [...session.outgoing.values()].filter((each) => each.isOfThisConnection).length;
    while (session.waiting.length > 0 && underWay() < connection.receiveMaximum) {
      const { name, qos } = session.waiting.shift() as { name: string; qos: QoS };
      // The first that is free, so that identifiers come again soon. Not where answers may come twice, after `repeat`.
      let packetId = connection.version === 5 ? 1 : session.lastPacketId + 1;
      while (session.outgoing.has(packetId)) packetId += 1;
      session.lastPacketId = packetId;
      const message: Outgoing = { name, qos, packetId, isReleased: false, isOfThisConnection: true };
      session.outgoing.set(packetId, message);
      packets.push(this.#toClient(message));
    }
    return packets;
  }

  #again(message: Outgoing): Packet {
    return message.isReleased ? pubrel(message.packetId) : this.#toClient(message, true);
  }

  #toClient({ name, qos, packetId }: Partial<Outgoing> & { name: string; qos: QoS }, duplicate = false): Packet {
    return this.#aliases.apply(publish(packetId, { topic: topicOf(name), payload: payloadOf(name), qos, duplicate }));
  }
}
