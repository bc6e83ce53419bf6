import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';

/**
 * MQTT over WebSocket in front of a broker's TCP port. mosquitto 2.0 itself sends 4 KiB over WebSocket at a time, and
 * the next 4 KiB a tenth of a second later when nothing else happens: a mebibyte takes 25 seconds.
 */
export class Bridge {
  readonly #server: WebSocketServer;

  /** Starts it on a free port of the loopback interface. */
  static async to(tcpPort: number | undefined): Promise<Bridge> {
    if (tcpPort === undefined) throw new Error('the broker has no TCP port');
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'mqtt' });
    server.on('connection', (socket) => join(socket, tcpPort));
    await once(server, 'listening');
    return new Bridge(server);
  }

  private constructor(server: WebSocketServer) {
    this.#server = server;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Ends it and its connections. */
  async dispose(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function join(socket: WebSocket, tcpPort: number): void {
  const near = createWebSocketStream(socket);
  const far = connect(tcpPort, '127.0.0.1');
  near.pipe(far).pipe(near);
  // Either end may be cut; the other one is told by the end of its stream.
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
}
