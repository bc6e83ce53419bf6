import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Decoder, encode, type Packet, type PacketType, type ProtocolVersion } from '@mqtide/codec';
import { type WebSocket, WebSocketServer } from 'ws';

/** A packet on its way, seen from the page. */
export interface Step {
  readonly direction: 'up' | 'down';
  readonly type: PacketType;
}

/**
 * MQTT over WebSocket in front of a broker's TCP port, packet by packet: it can stop everything at the moment at which a
 * certain packet is to pass.
 */
export class PacketGate {
  readonly #server: WebSocketServer;
  readonly #tcpPort: number;
  #step: Step | undefined;
  #reached: () => void = () => {};

  /** Starts it on a free port of the loopback interface. */
  static async to(tcpPort: number | undefined): Promise<PacketGate> {
    if (tcpPort === undefined) throw new Error('the broker has no TCP port');
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'mqtt' });
    await once(server, 'listening');
    return new PacketGate(server, tcpPort);
  }

  private constructor(server: WebSocketServer, tcpPort: number) {
    this.#server = server;
    this.#tcpPort = tcpPort;
    server.on('connection', (socket) => this.#join(socket));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** From this packet on nothing passes on the connection there is; resolves when it has come. Later ones are free. */
  stopAt(step: Step): Promise<void> {
    this.#step = step;
    return new Promise((resolve) => (this.#reached = resolve));
  }

  /** Ends it and its connections. */
  async dispose(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: WebSocket): void {
    const far = connect(this.#tcpPort, '127.0.0.1');
    let version: ProtocolVersion = 5;
    let down: Decoder | undefined;
    let isStopped = false;
    const pass = (direction: Step['direction'], packet: Packet, forward: (bytes: Uint8Array) => void): void => {
      if (this.#step?.direction === direction && this.#step.type === packet.type) {
        this.#step = undefined;
        isStopped = true;
        this.#reached();
      }
      if (!isStopped) forward(encode(packet, version));
    };
    const up = new Decoder({ version: 5, sender: 'client' });
    let decoder = up;
    near.on('message', (data: Buffer) => {
      // The first byte of a CONNECT; its version stands behind the name of the protocol.
      if (down === undefined) {
        version = data[8] === 4 ? 4 : 5;
        decoder = version === 5 ? up : new Decoder({ version, sender: 'client' });
        down = new Decoder({ version, sender: 'server' });
      }
      for (const packet of decoder.push(data)) pass('up', packet, (bytes) => far.write(bytes));
    });
    far.on('data', (data: Buffer) => {
      for (const packet of down?.push(data) ?? [])
        pass('down', packet, (bytes) => {
          if (near.readyState === near.OPEN) near.send(bytes);
        });
    });
    near.on('error', () => far.destroy());
    near.on('close', () => far.destroy());
    far.on('error', () => near.terminate());
    far.on('close', () => near.close());
  }
}
