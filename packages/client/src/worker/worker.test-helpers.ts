import { MemoryTransport, ScriptedBroker, type ScriptedConnection, VirtualClock } from '@mqtide/testkit';
import type { ClientOptions } from '../options.ts';
import { watchEvents } from '../testing/heard.test-helpers.ts';
import type { SetUp } from '../testing/set-up.test-helpers.ts';
import { type Bounds, type RemoteClient, remoteClient } from './remote-client.test-helpers.ts';

export type WorkerSetUp = SetUp & RemoteClient;

export function setUpWorker(options: Partial<ClientOptions> = {}, bounds: Bounds = {}): WorkerSetUp {
  const clock = new VirtualClock({ startAt: 1_000_000 });
  const transport = new MemoryTransport({ clock });
  const broker = new ScriptedBroker({ transport, settle: () => clock.settle() });
  const unhandled: unknown[] = [];
  const made = remoteClient(
    { url: 'ws://broker.test/mqtt', onUnhandledError: (error) => unhandled.push(error), ...options },
    { transport, clock },
    bounds,
  );
  return { ...made, clock, transport, broker, unhandled, heard: watchEvents(made.client) };
}

export async function connectedWorker(
  options: Partial<ClientOptions> = {},
  connack: Parameters<ScriptedConnection['acceptClient']>[0] = {},
  bounds: Bounds = {},
): Promise<WorkerSetUp & { readonly server: ScriptedConnection }> {
  const made = setUpWorker(options, bounds);
  const started = made.client.start();
  const server = await made.broker.nextConnection();
  await server.acceptClient(connack);
  await started;
  return { ...made, server };
}
