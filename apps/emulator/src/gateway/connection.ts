/*
 * One client. What it sends is judged packet by packet and passed on to the broker over a connection of its own; what the
 * broker sends is judged and passed on to the client. Everything here ends with the connection.
 */
import {
  type ConnectPacket,
  Decoder,
  type DisconnectPacket,
  encode,
  MalformedPacketError,
  type Packet,
  type ProtocolVersion,
} from '@mqtide/codec';
import type { RawData, WebSocket } from 'ws';
import { BrokerLink } from '../broker/broker-link.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { mayDo, type Principal } from '../policy/principal.ts';
import { brokerConnect, windowOf } from './broker-connect.ts';
import { Bucket } from './bucket.ts';
import type { ClientLink, DisconnectReason, Throttling } from './client-link.ts';
import { connackOf } from './connack.ts';
import { type Admission, admit, type Upgrade } from './connecting.ts';
import { Delivering } from './delivering.ts';
import type { Gateway } from './gateway.ts';
import { Lifetime } from './lifetime.ts';
import { Outgoing } from './outgoing.ts';
import { Publishing } from './publishing.ts';
import { Subscribing } from './subscribing.ts';

/** What a connection has once it is let in. */
interface Established {
  readonly admission: Admission;
  readonly broker: BrokerLink;
  readonly publishing: Publishing;
  readonly subscribing: Subscribing;
  readonly delivering: Delivering;
  readonly outgoing: Outgoing;
}

export class Connection implements ClientLink {
  version: ProtocolVersion = 5;
  readonly cloud: Cloud;
  readonly #socket: WebSocket;
  readonly #gateway: Gateway;
  readonly #upgrade: Upgrade;
  readonly #decoder: Decoder;
  readonly #bytes: Bucket;
  #principal: Principal | undefined;
  #established: Established | undefined;
  #phase: 'waiting' | 'connecting' | 'connected' | 'ended' = 'waiting';
  /** When the last frame came, in milliseconds of this machine. */
  #arrivedAt = 0;
  /** Packets are handled one after the other. */
  #work = Promise.resolve();
  readonly #lifetime: Lifetime;

  constructor(socket: WebSocket, upgrade: Upgrade, gateway: Gateway) {
    this.#socket = socket;
    this.#upgrade = upgrade;
    this.#gateway = gateway;
    this.cloud = gateway.cloud;
    const { packetBytes, bytesPerSecond } = this.cloud.limits;
    this.#decoder = new Decoder({ version: 5, sender: 'client', maximumPacketSize: packetBytes });
    this.#bytes = new Bucket(bytesPerSecond, performance.now());
    this.#lifetime = new Lifetime(this.cloud, {
      end: (reasonCode, reason) => this.end(reasonCode, reason),
      renewed: (principal) => {
        this.#principal = principal;
      },
    });
    socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    // `close` follows.
    socket.on('error', () => {});
    socket.on('close', (code) => this.#closed(code));
  }

  get connectionId(): string {
    return this.#upgrade.connectionId;
  }

  /** Once it is let in. */
  get clientId(): string | undefined {
    return this.#established?.admission.clientId;
  }

  /** Who is connected, once that is known. */
  get principal(): Principal | undefined {
    return this.#principal;
  }

  send(packet: Packet): void {
    if (this.#phase !== 'ended') this.#socket.send(encode(packet, this.version));
  }

  forward(packet: Packet): void {
    this.#established?.broker.send(packet);
  }

  may(action: string, resource: string): boolean {
    if (this.#principal === undefined || this.#established === undefined) return false;
    const { variables } = this.#established.admission;
    return mayDo(this.#principal, { action, resource: this.cloud.arn(resource), variables });
  }

  end(reasonCode: number, reason: DisconnectReason): void {
    if (this.version === 5 && this.#phase === 'connected') this.send({ type: 'disconnect', reasonCode });
    this.#finish(reason);
  }

  throttled(how: Throttling): void {
    this.#gateway.throttled[how] += 1;
  }

  /** Delivers a message of a service to this client, where it is subscribed or anyway. */
  inject(topic: string, payload: Uint8Array, anyway: boolean): void {
    this.#established?.delivering.inject(topic, payload, anyway);
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#phase === 'ended') return;
    this.#arrivedAt = performance.now();
    let packets: readonly Packet[] = [];
    let failure: MalformedPacketError | undefined;
    const bytes = data as Buffer;
    try {
      packets = this.#decoder.push(bytes);
    } catch (error) {
      failure = error instanceof MalformedPacketError ? error : new MalformedPacketError(0x81, String(error));
      packets = failure.packetsBefore;
    }
    if (!isBinary) failure = new MalformedPacketError(0x81, 'a text frame');
    const delayMs = this.#bytes.spend(bytes.length, this.#arrivedAt);
    const mayGoOn = delayMs > 0 ? this.#hold(delayMs) : undefined;
    this.#work = this.#handleAll(this.#work, packets, failure, mayGoOn);
  }

  /** Takes nothing more from the client. Resolves when it has waited for what it has sent. */
  #hold(delayMs: number): Promise<void> {
    this.#socket.pause();
    this.throttled('delayed');
    return new Promise((resolve) => this.#lifetime.after(delayMs, resolve));
  }

  async #handleAll(
    before: Promise<void>,
    packets: readonly Packet[],
    failure: MalformedPacketError | undefined,
    mayGoOn: Promise<void> | undefined,
  ): Promise<void> {
    await before;
    if (mayGoOn !== undefined) {
      await mayGoOn;
      this.#socket.resume();
    }
    for (const packet of packets) if (this.#phase !== 'ended') await this.#handle(packet);
    if (failure !== undefined) this.end(this.#codeOf(failure), 'CLIENT_ERROR');
  }

  #codeOf({ reasonCode }: MalformedPacketError): number {
    return reasonCode === 0x95 ? this.cloud.switches.tooLarge : reasonCode;
  }

  async #handle(packet: Packet): Promise<void> {
    const established = this.#established;
    if (packet.type === 'connect' && this.#phase === 'waiting') return this.#connect(packet);
    if (established === undefined || this.#phase !== 'connected') return this.#finish('CLIENT_ERROR');
    this.#lifetime.heard(established.admission);
    switch (packet.type) {
      case 'publish':
        return established.publishing.receive(packet);
      case 'puback':
        return established.outgoing.acknowledged(packet.packetId);
      case 'subscribe':
        return established.subscribing.subscribe(packet);
      case 'unsubscribe':
        return established.subscribing.unsubscribe(packet);
      case 'pingreq':
        return this.send({ type: 'pingresp' });
      case 'disconnect':
        return this.#finish('CLIENT_INITIATED_DISCONNECT', packet);
      default:
        // A second CONNECT, and what has no place without QoS 2 and AUTH.
        return this.end(0x82, 'CLIENT_ERROR');
    }
  }

  async #connect(packet: ConnectPacket): Promise<void> {
    this.#phase = 'connecting';
    this.version = packet.protocolVersion;
    const arrivedAt = this.#arrivedAt;
    const answer = await admit(packet, this.#upgrade, this.cloud);
    if (this.#phase !== 'connecting') return;
    if ('refused' in answer) return this.#refuse(answer.refused, 'AUTH_ERROR');
    if (!this.#gateway.mayConnect(answer.clientId, arrivedAt)) return this.#refuse(0x97, 'THROTTLED');
    this.#principal = answer.principal;
    await this.#establish(packet, answer);
  }

  /** Resolves when the broker has answered. */
  #establish(packet: ConnectPacket, admission: Admission): Promise<void> {
    const { limits, faults } = this.cloud;
    const session = this.#gateway.sessionOf(this.version, admission.clientId, packet.cleanStart);
    const rate = new Bucket(limits.publishesPerSecond, performance.now(), limits.publishBurst);
    return new Promise((resolve) => {
      const lost = (): void => {
        if (this.#phase === 'connecting') this.#refuse(0x80, 'SERVER_ERROR');
        else this.end(0x80, 'SERVER_ERROR');
        resolve();
      };
      const received = (answer: Packet): void => {
        if (answer.type !== 'connack') return this.#fromBroker(answer);
        if (this.#phase === 'connecting') this.#welcome(packet, admission, answer.sessionPresent, outgoing);
        resolve();
      };
      const broker = new BrokerLink(this.#gateway.brokerPort, { received, lost });
      const outgoing = new Outgoing({
        window: windowOf(packet, limits),
        rate,
        storedPerSecond: packet.cleanStart ? undefined : limits.storedMessagesPerSecond,
        faults,
        dice: this.#gateway.dice,
        session,
        send: (delivery) => this.send(delivery),
      });
      this.#established = {
        admission,
        broker,
        outgoing,
        publishing: new Publishing(this, rate),
        subscribing: new Subscribing(this, session),
        delivering: new Delivering(this, session, outgoing),
      };
      this.#gateway.entered(this, admission.clientId);
      broker.send(brokerConnect(packet, admission, limits));
    });
  }

  #welcome(packet: ConnectPacket, admission: Admission, sessionPresent: boolean, outgoing: Outgoing): void {
    if (!sessionPresent) {
      this.#gateway.sessionOf(this.version, admission.clientId, true);
      outgoing.drained();
    }
    this.#phase = 'connected';
    if (this.version === 5) this.send(connackOf(packet, admission, sessionPresent, this.cloud.limits));
    else this.send({ type: 'connack', sessionPresent, reasonCode: 0 });
    this.#lifetime.begin(packet, this.#upgrade, admission);
    this.#gateway.announce('connected', this);
  }

  #fromBroker(packet: Packet): void {
    const established = this.#established;
    if (established === undefined || this.#phase === 'ended') return;
    if (packet.type === 'publish') established.delivering.receive(packet);
    else if (packet.type === 'puback') established.publishing.acknowledged(packet);
    else if (packet.type === 'suback') established.subscribing.granted(packet);
    else if (packet.type === 'unsuback') established.subscribing.removed(packet);
    else if (packet.type === 'disconnect') this.end(packet.reasonCode, 'SERVER_INITIATED_DISCONNECT');
  }

  #refuse(reasonCode: number, reason: DisconnectReason): void {
    const { refusedConnect311: returnCode } = this.cloud.switches;
    if (this.version === 5) this.send({ type: 'connack', sessionPresent: false, reasonCode });
    // Written by hand: 7 is no return code of 3.1.1.
    else if (returnCode !== 'close') this.#socket.send(Uint8Array.of(0x20, 2, 0, returnCode));
    this.#finish(reason);
  }

  #closed(code: number): void {
    // 1006: the network is gone. Anything else came in a Close frame, which suppresses the will.
    if (code === 1006) this.#finish('CONNECTION_LOST');
    else this.#finish('CLIENT_INITIATED_DISCONNECT', { type: 'disconnect', reasonCode: 0 });
  }

  /** @param goodbye to the broker; without it the broker publishes the will */
  #finish(reason: DisconnectReason, goodbye?: DisconnectPacket): void {
    if (this.#phase === 'ended') return;
    const wasConnected = this.#phase === 'connected';
    this.#phase = 'ended';
    this.#lifetime.stop();
    this.#established?.outgoing.stop();
    if (goodbye !== undefined) this.forward(goodbye);
    this.#established?.broker.end();
    // The other side's Close frame would not be read.
    if (this.#socket.isPaused) this.#socket.resume();
    this.#socket.close();
    this.#gateway.left(this);
    if (wasConnected) this.#gateway.announce('disconnected', this, reason);
  }
}
