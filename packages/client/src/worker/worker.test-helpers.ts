import { MemoryTransport, ScriptedBroker, type ScriptedConnection, VirtualClock } from '@mqtide/testkit';
import { Client } from '../client.ts';
import type { ClientOptions } from '../options.ts';
import { hostEngine } from './host.ts';
import { Reminding } from './reminding.ts';
import { RemoteEngine } from './remote-engine.ts';
import { watchEvents } from '../testing/heard.test-helpers.ts';
import type { SetUp } from '../testing/set-up.test-helpers.ts';

/** One end of a channel that copies and transfers as the platform does, and delivers at the end of the turn. */
class TestPort {
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  readonly #closed: (() => void)[] = [];
  other: TestPort | undefined;
  /** How many parcels came. */
  parcels = 0;

  postMessage(message: unknown, transfer: Transferable[]): void {
    const data = structuredClone(message, { transfer });
    const { other } = this;
    queueMicrotask(() => {
      if (other === undefined || this.other === undefined) return;
      other.parcels += 1;
      other.onmessage?.({ data });
    });
  }

  addEventListener(_: 'close', listener: () => void): void {
    this.#closed.push(listener);
  }

  close(): void {
    for (const listener of this.#closed) listener();
  }
}

/** A client whose engine is at the other end of a channel. */
export interface WorkerSetUp extends SetUp {
  readonly page: TestPort;
  /** The worker is terminated: whatever is posted goes nowhere, and nobody is told. */
  terminate(): void;
  /** The platform tells of its end. */
  gone(reason: string): void;
}

export function setUpWorker(options: Partial<ClientOptions> = {}, timeoutMs = 15_000): WorkerSetUp {
  const clock = new VirtualClock({ startAt: 1_000_000 });
  const transport = new MemoryTransport({ clock });
  const broker = new ScriptedBroker({ transport, settle: () => clock.settle() });
  const unhandled: unknown[] = [];
  const page = new TestPort();
  const worker = new TestPort();
  page.other = worker;
  worker.other = page;
  let gone = (_: string): void => {};
  const client = new Client(
    { url: 'ws://broker.test/mqtt', onUnhandledError: (error) => unhandled.push(error), ...options },
    undefined,
    (config, hooks) =>
      new RemoteEngine(
        config,
        hooks,
        (onGone) => {
          gone = onGone;
          hostEngine(worker as unknown as MessagePort, { transport, clock });
          return page as unknown as MessagePort;
        },
        new Reminding(clock),
        timeoutMs,
        options.session?.store,
      ),
  );
  return {
    clock,
    transport,
    broker,
    client,
    unhandled,
    heard: watchEvents(client),
    page,
    terminate: () => {
      page.other = undefined;
      worker.other = undefined;
    },
    gone: (reason) => gone(reason),
  };
}

export async function connectedWorker(
  options: Partial<ClientOptions> = {},
  connack: Parameters<ScriptedConnection['acceptClient']>[0] = {},
): Promise<WorkerSetUp & { readonly server: ScriptedConnection }> {
  const made = setUpWorker(options);
  const started = made.client.start();
  const server = await made.broker.nextConnection();
  await server.acceptClient(connack);
  await started;
  return { ...made, server };
}
