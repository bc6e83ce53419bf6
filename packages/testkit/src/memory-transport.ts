import type { Connection, Transport, TransportListener } from '@mqtide/client/internal';
import { MemoryConnection } from './memory-connection.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How a memory transport behaves. */
export interface MemoryTransportOptions {
  /** Needed for a latency; without it everything happens in microtasks. */
  readonly clock?: VirtualClock;
  /** The time one event needs from one end to the other, in milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** Whether connections keep the frames that the client sent; a long walk has no use for them. @default true */
  readonly recordFrames?: boolean;
  /** Called for every connection, in the turn in which the client asked for it: accept or refuse it here, or later. */
  readonly onConnection?: (connection: MemoryConnection) => void;
}

/**
 * A network in memory: every connection that the client opens appears in `connections`, where the test plays the
 * server. It refuses the URLs that a WebSocket refuses.
 */
export class MemoryTransport implements Transport {
  /** Every connection that was ever asked for, in order. */
  readonly connections: MemoryConnection[] = [];
  /** The time one event needs from one end to the other, in milliseconds; what is on its way keeps its own. */
  latencyMs: number;

  readonly #clock: VirtualClock | undefined;
  readonly #recordFrames: boolean;
  readonly #onConnection: ((connection: MemoryConnection) => void) | undefined;

  constructor(options: MemoryTransportOptions = {}) {
    this.#clock = options.clock;
    this.#recordFrames = options.recordFrames ?? true;
    this.latencyMs = options.latencyMs ?? 0;
    this.#onConnection = options.onConnection;
  }

  /** The newest connection. Throws when there is none. */
  get last(): MemoryConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('the client has not asked for a connection');
    return last;
  }

  connect(url: string, listener: TransportListener): Connection {
    const { protocol, hash } = new URL(url);
    if (protocol !== 'ws:' && protocol !== 'wss:')
      throw new SyntaxError(`${protocol} is not the scheme of a WebSocket`);
    if (hash !== '') throw new SyntaxError('the URL of a WebSocket has no fragment');
    const connection = new MemoryConnection({
      url,
      listener,
      clock: this.#clock,
      latencyMs: () => this.latencyMs,
      recordFrames: this.#recordFrames,
    });
    this.connections.push(connection);
    this.#onConnection?.(connection);
    return connection.client;
  }
}
