import { Client } from '../client.ts';
import type { Ports } from '../engine/connector.ts';
import type { ClientOptions } from '../options.ts';
import { hostEngine } from './host.ts';
import { Reminding } from './reminding.ts';
import { RemoteEngine } from './remote-engine.ts';

/** One end of a channel that copies and transfers as the platform does, and delivers at the end of the turn. */
class TestPort {
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  readonly #closed: (() => void)[] = [];
  /** What has arrived while whoever listens was busy. */
  #arrived: unknown[] | undefined;
  other: TestPort | undefined;
  /** How many parcels came. */
  parcels = 0;

  postMessage(message: unknown, transfer: Transferable[]): void {
    const data = structuredClone(message, { transfer });
    const { other } = this;
    queueMicrotask(() => {
      if (other === undefined || this.other === undefined) return;
      other.parcels += 1;
      if (other.#arrived === undefined) other.onmessage?.({ data });
      else other.#arrived.push(data);
    });
  }

  addEventListener(_: 'close', listener: () => void): void {
    this.#closed.push(listener);
  }

  close(): void {
    for (const listener of this.#closed) listener();
  }

  /** Whoever listens does not get to it: its thread is busy. */
  block(): void {
    this.#arrived ??= [];
  }

  unblock(): void {
    const arrived = this.#arrived ?? [];
    this.#arrived = undefined;
    for (const data of arrived) this.onmessage?.({ data });
  }
}

/** A client whose engine is at the other end of a channel. */
export interface RemoteClient {
  readonly client: Client;
  readonly page: TestPort;
  /** The worker is terminated: whatever is posted goes nowhere, and nobody is told. */
  terminate(): void;
  /** The platform tells of its end. */
  gone(reason: string): void;
}

export interface Bounds {
  readonly timeoutMs?: number;
  readonly maxBacklogBytes?: number;
}

export function remoteClient(
  options: ClientOptions,
  ports: Ports,
  { timeoutMs = 15_000, maxBacklogBytes = 16 * 1_048_576 }: Bounds = {},
): RemoteClient {
  const page = new TestPort();
  const worker = new TestPort();
  page.other = worker;
  worker.other = page;
  let gone = (_: string): void => {};
  const client = new Client(
    options,
    ports.page,
    (config, hooks, warn) =>
      new RemoteEngine({
        config,
        hooks,
        warn,
        connect: (onGone) => {
          gone = onGone;
          hostEngine(worker as unknown as MessagePort, ports);
          return page as unknown as MessagePort;
        },
        clock: new Reminding(ports.clock),
        timeoutMs,
        maxBacklogBytes,
        store: options.session?.store,
      }),
  );
  const terminate = (): void => {
    page.other = undefined;
    worker.other = undefined;
  };
  return { client, page, terminate, gone: (reason) => gone(reason) };
}

/** Takes the place of `createClientWith`. Without a watchdog, whose timer comes between those of the client. */
export function createRemoteClientWith(options: ClientOptions, ports: Ports): Client {
  return remoteClient(options, ports, { timeoutMs: Number.POSITIVE_INFINITY }).client;
}
