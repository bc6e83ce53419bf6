import { once } from 'node:events';
import {
  type ConnectPacket,
  Decoder,
  type Packet,
  type PacketOf,
  type PacketType,
  type ProtocolVersion,
  type PublishPacket,
} from '@mqtide/codec';
import { WebSocket } from 'ws';
import { bytesOf } from './packets.ts';

/** A client outside the browser whose every packet is written by hand, and which answers nothing by itself. */
export class HandClient {
  readonly #socket: WebSocket;
  readonly #version: ProtocolVersion;
  readonly #received: Packet[] = [];
  readonly #closed: Promise<number>;
  #wake: () => void = () => {};

  /** Opens the socket and says nothing yet. @throws Error with the status of the refusal */
  static async open(url: string, version: ProtocolVersion = 5): Promise<HandClient> {
    const client = new HandClient(new WebSocket(url, 'mqtt'), version);
    await once(client.#socket, 'open');
    return client;
  }

  /** Opens the socket, and connects. */
  static async connect(
    url: string,
    fields: Partial<Omit<ConnectPacket, 'type'>> = {},
  ): Promise<HandClient & { readonly connack: PacketOf<'connack'> | undefined }> {
    const client = await HandClient.open(url, fields.protocolVersion ?? 5);
    client.sendConnect(fields);
    const packet = await client.next();
    return Object.assign(client, { connack: packet?.type === 'connack' ? packet : undefined });
  }

  private constructor(socket: WebSocket, version: ProtocolVersion) {
    this.#socket = socket;
    this.#version = version;
    const decoder = new Decoder({ version, sender: 'server' });
    socket.on('message', (data) => {
      this.#received.push(...decoder.push(data as Buffer));
      this.#wake();
    });
    // A refusal is thrown by `open`, and `close` follows everything else.
    socket.on('error', () => {});
    this.#closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        resolve(code);
        this.#wake();
      });
    });
  }

  /** The close code, when the connection is over. */
  get closed(): Promise<number> {
    return this.#closed;
  }

  sendConnect(fields: Partial<Omit<ConnectPacket, 'type'>> = {}): void {
    const protocolVersion = this.#version;
    this.send({ type: 'connect', protocolVersion, clientId: '', cleanStart: true, keepAliveSeconds: 60, ...fields });
  }

  /** Sends packets in one frame. */
  send(...packets: readonly Packet[]): void {
    this.#socket.send(bytesOf(packets, this.#version));
  }

  /** Sends a PUBLISH, of QoS 1 where it has a packet identifier. */
  publish(topic: string, payload: string | Uint8Array = '', fields: Partial<PublishPacket> = {}): void {
    const content = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
    const qos = fields.packetId === undefined ? 0 : 1;
    this.send({ type: 'publish', topic, payload: content, qos, retain: false, duplicate: false, ...fields });
  }

  /** Sends a SUBSCRIBE at QoS 1. */
  subscribe(packetId: number, ...filters: readonly string[]): void {
    this.send({ type: 'subscribe', packetId, subscriptions: filters.map((filter) => ({ filter, qos: 1 })) });
  }

  /** Subscribes, and takes the answer. */
  async subscribed(...filters: readonly string[]): Promise<readonly number[] | undefined> {
    this.subscribe(60_000, ...filters);
    return (await this.nextOf('suback'))?.reasonCodes;
  }

  /** The next packet, now or when it comes; `undefined` when the connection is over. */
  async next(): Promise<Packet | undefined> {
    while (this.#received.length === 0) {
      if (this.#socket.readyState >= WebSocket.CLOSING) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.shift();
  }

  /** Whether it is let live: it is answered, and nothing else has come before the answer. */
  async isAlive(): Promise<boolean> {
    this.send({ type: 'pingreq' });
    return (await this.next())?.type === 'pingresp';
  }

  /** The next packet of a type; others are lost. */
  async nextOf<Type extends PacketType>(type: Type): Promise<PacketOf<Type> | undefined> {
    for (let packet = await this.next(); packet !== undefined; packet = await this.next()) {
      if (packet.type === type) return packet as PacketOf<Type>;
    }
    return undefined;
  }

  /** The next message: what its payload says in JSON. */
  async nextJson(): Promise<{ readonly topic: string; readonly content: unknown } | undefined> {
    const packet = await this.nextOf('publish');
    if (packet?.packetId !== undefined) this.send({ type: 'puback', packetId: packet.packetId, reasonCode: 0 });
    return packet && { topic: packet.topic, content: JSON.parse(new TextDecoder().decode(packet.payload)) as unknown };
  }

  /** Leaves with a Close frame. */
  async close(): Promise<void> {
    this.#socket.close();
    await this.#closed;
  }

  /** Leaves without a word. */
  terminate(): void {
    this.#socket.terminate();
  }
}
