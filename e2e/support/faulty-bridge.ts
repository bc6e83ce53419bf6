import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { seededRandom } from '@mqtide/testkit';
import { type WebSocket, WebSocketServer } from 'ws';
import { DISTURBANCES, ENDS, type Fault, Lane, type LaneEnds, type LaneFaults } from './lane.ts';

/** The latest byte of a lane at which something happens to it. */
const LATEST = 6_000;

/**
 * MQTT over WebSocket in front of a broker's TCP port, across a network that does to a connection whatever networks do.
 * While it rages, every connection is disturbed in both directions, and ended, at random bytes.
 */
export class FaultyBridge {
  /** How often each fault has happened. */
  readonly happened: Record<string, number> = {};
  readonly #server: WebSocketServer;
  readonly #tcpPort: number;
  readonly #random: () => number;
  #rages = false;

  /** Starts it, calm, on a free port of the loopback interface. The n-th connection of a seed has always the same faults. */
  static async to(tcpPort: number | undefined, seed: number): Promise<FaultyBridge> {
    if (tcpPort === undefined) throw new Error('the broker has no TCP port');
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'mqtt' });
    await once(server, 'listening');
    return new FaultyBridge(server, tcpPort, seed);
  }

  private constructor(server: WebSocketServer, tcpPort: number, seed: number) {
    this.#server = server;
    this.#tcpPort = tcpPort;
    this.#random = seededRandom(seed);
    server.on('connection', (socket) => this.#join(socket));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** All faults there have been. */
  get faults(): number {
    return Object.values(this.happened).reduce((sum, each) => sum + each, 0);
  }

  /** Ends the connections there are; those that follow have faults, or have none. */
  rage(rages = true): void {
    this.#rages = rages;
    for (const socket of this.#server.clients) socket.terminate();
  }

  /** Resolves when there have been so many faults. */
  async until(faults: number): Promise<void> {
    while (this.faults < faults) await once(this.#server, 'fault');
  }

  /** Ends it and its connections. */
  async dispose(): Promise<void> {
    this.rage(false);
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: WebSocket): void {
    const far = connect(this.#tcpPort, '127.0.0.1');
    const ends: Omit<LaneEnds, 'send'> = {
      cut: () => near.terminate(),
      happened: (kind) => {
        this.happened[kind] = (this.happened[kind] ?? 0) + 1;
        this.#server.emit('fault');
      },
    };
    const [upFaults, downFaults] = this.#rages ? this.#faults() : [{}, {}];
    const up = new Lane(upFaults, { ...ends, send: (bytes) => far.write(bytes) });
    const down = new Lane(downFaults, {
      ...ends,
      send: (bytes) => {
        if (near.readyState === near.OPEN) near.send(bytes);
      },
    });
    near.on('message', (data) => up.push(data as Buffer));
    far.on('data', (bytes) => down.push(bytes));
    // Either end may be gone at any time; the other one is told.
    near.on('error', () => far.destroy());
    near.on('close', () => far.destroy());
    far.on('error', () => near.terminate());
    far.on('close', () => near.close());
  }

  /** Each direction is disturbed, and one of them ends the connection. */
  #faults(): readonly [LaneFaults, LaneFaults] {
    const up = { disturbance: this.#oneOf(DISTURBANCES) };
    const down = { disturbance: this.#oneOf(DISTURBANCES) };
    const end = this.#oneOf(ENDS);
    return this.#random() < 0.5 ? [{ ...up, end }, down] : [up, { ...down, end }];
  }

  #oneOf<Kind extends string>(kinds: readonly Kind[]): Fault<Kind> {
    const kind = kinds[Math.floor(this.#random() * kinds.length)] as Kind;
    // Squared: many early ones, so that handshakes are hit, too.
    return { kind, afterBytes: Math.floor(this.#random() ** 2 * LATEST) };
  }
}
