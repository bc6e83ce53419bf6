import {
  type AckType,
  type ConnackPacket,
  type ConnectPacket,
  Decoder,
  encode,
  type Packet,
  type PacketOf,
  type PacketType,
  type ProtocolVersion,
  type PublishPacket,
  type SubscriptionRequest,
} from '@mqtide/codec';
import type { Broker } from './broker/broker.ts';
import { type ByteConnection, connectBytes } from './broker/byte-connection.ts';
import { joinBytes } from './bytes.ts';

/**
 * A connection to a test broker on which every packet is written by hand: the other party of an application under
 * test, or a client that breaks the rules on purpose. Nothing is answered for you, and everything happens at once.
 */
export class RawClient {
  readonly version: ProtocolVersion;
  /** Every packet of the broker, in order. */
  readonly received: Packet[] = [];
  readonly #connection: ByteConnection;
  #taken = 0;
  #isOpen = true;

  constructor(broker: Broker, version: ProtocolVersion = 5) {
    this.version = version;
    const decoder = new Decoder({ version, sender: 'server' });
    this.#connection = connectBytes(broker, {
      confirmsArrival: true,
      send: (bytes, arrived) => {
        this.received.push(...decoder.push(bytes));
        arrived();
      },
      close: () => {
        this.#isOpen = false;
      },
    });
  }

  /** Whether the broker has left the connection open. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends a CONNECT, by default with a clean start and without keep alive, and takes the CONNACK. */
  connect(fields: Partial<Omit<ConnectPacket, 'type' | 'protocolVersion'>> = {}): ConnackPacket {
    this.send({
      type: 'connect',
      protocolVersion: this.version,
      clientId: 'raw',
      cleanStart: true,
      keepAliveSeconds: 0,
      ...fields,
    });
    return this.take('connack');
  }

  /** Sends packets, all in one frame. */
  send(...packets: readonly Packet[]): void {
    this.sendBytes(joinBytes(packets.map((packet) => encode(packet, this.version))));
  }

  /** Sends a PUBLISH: by default of QoS 0, to the topic `a`, without a payload. */
  publish(fields: Partial<Omit<PublishPacket, 'type'>> = {}): void {
    const defaults = { topic: 'a', payload: new Uint8Array(), qos: 0, retain: false, duplicate: false } as const;
    this.send({ type: 'publish', ...defaults, ...fields });
  }

  /** Sends a SUBSCRIBE; a filter alone asks for QoS 2. */
  subscribe(packetId: number, ...subscriptions: readonly (string | SubscriptionRequest)[]): void {
    this.send({
      type: 'subscribe',
      packetId,
      subscriptions: subscriptions.map((each) => (typeof each === 'string' ? { filter: each, qos: 2 } : each)),
    });
  }

  /** Sends a PUBACK, PUBREC, PUBREL or PUBCOMP. */
  acknowledge(type: AckType, packetId: number, reasonCode = 0): void {
    this.send({ type, packetId, reasonCode });
  }

  sendBytes(bytes: Uint8Array): void {
    if (this.#isOpen) this.#connection.onData(bytes);
  }

  sendText(): void {
    if (this.#isOpen) this.#connection.onText();
  }

  /** Closes the connection; without a DISCONNECT before it, as a network does. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#connection.onClose();
  }

  /** The packets that were not taken yet, which are then taken. */
  takeAll(): Packet[] {
    const packets = this.received.slice(this.#taken);
    this.#taken = this.received.length;
    return packets;
  }

  /** Takes the next packet. Throws when there is none, or when it is of another type. */
  take<Type extends PacketType>(type: Type): PacketOf<Type> {
    const next = this.received[this.#taken];
    if (next?.type !== type) {
      throw new Error(`expected ${type.toUpperCase()}, but the broker sent ${next?.type.toUpperCase() ?? 'nothing'}`);
    }
    this.#taken++;
    return next as PacketOf<Type>;
  }
}
