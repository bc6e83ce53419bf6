/*
 * The broker that the test plays itself: every packet of the client is taken one by one, and every answer is written
 * by hand. For transcripts; where an honest broker is enough, `createPair` is less work.
 */
import { Decoder, encode, type Packet, type PacketOf, type PacketType, type ProtocolVersion } from '@mqtide/codec';
import { joinBytes, toHex } from './bytes.ts';
import { differences, type Expected } from './expected.ts';
import type { MemoryConnection } from './memory-connection.ts';
import type { MemoryTransport } from './memory-transport.ts';

/** How a scripted broker reads and waits. */
export interface ScriptedBrokerOptions {
  readonly transport: MemoryTransport;
  /** Called before anything is looked at: lets what is on its way arrive. `() => clock.settle()`, as a rule. */
  readonly settle: () => Promise<void>;
}

function listOf(packets: readonly Packet[]): string {
  return packets.length === 0 ? 'nothing' : packets.map(({ type }) => type.toUpperCase()).join(', ');
}

/** A connection of the client, on which the test plays the broker. */
export class ScriptedConnection {
  /** The wire, for what no broker does: stalling it, splitting frames, text. */
  readonly wire: MemoryConnection;
  readonly #settle: () => Promise<void>;
  readonly #decoder = new Decoder({ version: 5, sender: 'client' });
  readonly #received: Packet[] = [];
  #framesRead = 0;
  #packetsTaken = 0;
  #version: ProtocolVersion = 5;

  constructor(wire: MemoryConnection, settle: () => Promise<void>) {
    this.wire = wire;
    this.#settle = settle;
  }

  /** The version in which packets are sent: that of the CONNECT, and 5 before it. */
  get version(): ProtocolVersion {
    return this.#version;
  }

  /** Every packet that arrived so far, in order, taken or not. Throws on bytes that are no packet of a client. */
  get received(): readonly Packet[] {
    for (; this.#framesRead < this.wire.sent.length; this.#framesRead++) {
      this.#received.push(...this.#decoder.push(this.wire.sent[this.#framesRead] ?? new Uint8Array()));
    }
    this.#version = this.#decoder.version;
    return this.#received;
  }

  /** The packets that arrived and were not taken yet. */
  get untaken(): readonly Packet[] {
    return this.received.slice(this.#packetsTaken);
  }

  /** Takes the next packet. Fails when there is none, when it is of another type, or when a given field differs. */
  async expectPacket<Type extends PacketType>(type: Type, fields?: Expected<PacketOf<Type>>): Promise<PacketOf<Type>> {
    await this.#settle();
    const next = this.received[this.#packetsTaken];
    const before = listOf(this.#received.slice(0, this.#packetsTaken));
    if (next === undefined) {
      const state = this.wire.state === 'open' ? '' : ` and the connection is ${this.wire.state}`;
      throw new Error(`expected ${type.toUpperCase()}, but nothing arrived${state}; before: ${before}`);
    }
    if (next.type !== type) {
      throw new Error(`expected ${type.toUpperCase()}, but ${listOf([next])} arrived; before: ${before}`);
    }
    const wrong = differences(next, fields ?? {});
    if (wrong.length > 0) throw new Error(`${type.toUpperCase()} is not as expected:\n  ${wrong.join('\n  ')}`);
    this.#packetsTaken++;
    return next as PacketOf<Type>;
  }

  /** Fails when a packet arrived that was not taken. */
  async expectNothing(): Promise<void> {
    await this.#settle();
    if (this.untaken.length > 0) throw new Error(`expected nothing, but ${listOf(this.untaken)} arrived`);
  }

  /** Fails unless the client has closed the connection. */
  async expectClosed(): Promise<void> {
    await this.#settle();
    if (this.wire.closedBy === 'client') return;
    throw new Error(`expected the client to close the connection, which is ${this.wire.state}`);
  }

  /**
   * Accepts the connection, takes the CONNECT and answers it: with success, unless fields say otherwise.
   * Returns the CONNECT.
   */
  async acceptClient(connack: Partial<Omit<PacketOf<'connack'>, 'type'>> = {}): Promise<PacketOf<'connect'>> {
    if (this.wire.state === 'opening') this.wire.accept();
    const connect = await this.expectPacket('connect');
    this.send({ type: 'connack', sessionPresent: false, reasonCode: 0, ...connack });
    return connect;
  }

  /** Sends packets, all in one frame. */
  send(...packets: readonly Packet[]): void {
    this.wire.deliver(joinBytes(packets.map((packet) => encode(packet, this.#version))));
  }

  /** Sends bytes as they are: a `Uint8Array`, or hexadecimal digits with or without spaces. */
  sendBytes(bytes: Uint8Array | string): void {
    this.wire.deliver(typeof bytes === 'string' ? fromHex(bytes) : bytes);
  }

  /** Closes the connection with a close frame, or loses it with 1006. */
  close(code = 1006, reason = ''): void {
    this.wire.drop(code, reason);
  }

  /** What arrived, byte by byte, for the message of a failing test. */
  toString(): string {
    return `${listOf(this.received)} [${toHex(this.wire.sentBytes)}]`;
  }
}

/** Hands out the connections of a client one by one. */
export class ScriptedBroker {
  readonly #transport: MemoryTransport;
  readonly #settle: () => Promise<void>;
  #connectionsTaken = 0;

  constructor({ transport, settle }: ScriptedBrokerOptions) {
    this.#transport = transport;
    this.#settle = settle;
  }

  /** The next connection that the client asked for. Fails when it asked for none. */
  async nextConnection(): Promise<ScriptedConnection> {
    await this.#settle();
    const wire = this.#transport.connections[this.#connectionsTaken];
    if (wire === undefined)
      throw new Error(`the client asked for ${this.#connectionsTaken} connection(s), not for more`);
    this.#connectionsTaken++;
    return new ScriptedConnection(wire, this.#settle);
  }

  /** Fails when the client asked for a connection that was not taken. */
  async expectNoConnection(): Promise<void> {
    await this.#settle();
    const more = this.#transport.connections.length - this.#connectionsTaken;
    if (more > 0) throw new Error(`expected no connection, but the client asked for ${more} more`);
  }
}

function fromHex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new TypeError(`not hexadecimal: ${text}`);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
