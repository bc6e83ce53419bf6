import { type Client, type ClientOptions, createClientWith } from '@mqtide/client/internal';
import { Broker } from './broker/broker.ts';
import { connectBytes } from './broker/byte-connection.ts';
import { driveBroker } from './broker/drive.ts';
import type { BrokerOptions } from './broker/options.ts';
import type { MemoryConnection } from './memory-connection.ts';
import { MemoryTransport } from './memory-transport.ts';
import { VirtualClock } from './virtual-clock.ts';

/** How to join a client and a broker. */
export interface PairOptions {
  /** Decides the numbers of the clock's `random()`. @default 1 */
  readonly seed?: number;
  /** The time one event needs from one end to the other, in milliseconds; the order is kept. @default 0 */
  readonly latencyMs?: number;
  /** The broker's clock is the pair's. */
  readonly broker?: Omit<BrokerOptions, 'now'>;
  /** Whether every packet and every frame is kept; a long walk has no use for them. @default true */
  readonly record?: boolean;
}

/** A broker on a wire in memory, with the clock that drives everything. */
export interface Pair {
  readonly clock: VirtualClock;
  readonly broker: Broker;
  /** Give it to the client. Every connection leads to the broker while it is reachable. */
  readonly transport: MemoryTransport;
  /** The URL to connect to; the broker does not look at it. */
  readonly url: string;
  /** Makes a client on the transport and the clock. Further clients are other clients of the same broker. */
  createClient(options?: Partial<ClientOptions>): Client;
  /** While false, every connection is refused, as if the server were down. */
  isReachable: boolean;
}

/**
 * Joins clients and a broker on a wire in memory and a virtual clock.
 *
 * Without a latency everything but time happens in microtasks, so `await client.start()` resolves without touching the
 * clock.
 */
export function createPair(options: PairOptions = {}): Pair {
  const { seed = 1, latencyMs = 0, record = true } = options;
  const clock = new VirtualClock({ seed });
  const broker = new Broker({ recordTraffic: record, ...options.broker, now: () => clock.now() });
  const transport = new MemoryTransport({
    clock,
    latencyMs,
    recordFrames: record,
    onConnection: (connection) => {
      if (pair.isReachable) serve(connection);
      else connection.refuse();
    },
  });
  const url = 'ws://broker.test/mqtt';
  const pair: Pair = {
    clock,
    broker,
    transport,
    url,
    isReachable: true,
    createClient: (clientOptions) => createClientWith({ url, ...clientOptions }, { transport, clock }),
  };
  driveBroker(broker, clock);
  return pair;

  function serve(connection: MemoryConnection): void {
    connection.accept(
      connectBytes(broker, {
        confirmsArrival: true,
        send: (bytes, arrived) => connection.deliver(bytes, arrived),
        close: (code) => connection.drop(code),
      }),
    );
  }
}
