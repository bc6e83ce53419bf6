import type { PacketOf } from '@mqtide/codec';
import { MemoryTransport, ScriptedBroker, type ScriptedConnection, VirtualClock } from '@mqtide/testkit';
import type { Client } from '../client.ts';
import type { MqttError } from '../errors.ts';
import { createClientWith } from '../internal.ts';
import type { ClientOptions } from '../options.ts';
import { type Heard, watchEvents } from './heard.test-helpers.ts';

export const URL_OF_BROKER = 'ws://broker.test/mqtt';

/** A client on a virtual clock and a network in memory, with the broker in the hand of the test. */
export interface SetUp {
  readonly clock: VirtualClock;
  readonly transport: MemoryTransport;
  readonly broker: ScriptedBroker;
  readonly client: Client;
  /** What listeners and handlers threw. */
  readonly unhandled: unknown[];
  /** Every event but `messageReceived`, in order. */
  readonly heard: Heard[];
}

type CONNACK = Partial<Omit<PacketOf<'connack'>, 'type'>>;

export function setUp(options: Partial<ClientOptions> = {}): SetUp {
  const clock = new VirtualClock({ startAt: 1_000_000 });
  const transport = new MemoryTransport({ clock });
  const broker = new ScriptedBroker({ transport, settle: () => clock.settle() });
  const unhandled: unknown[] = [];
  const client = createClientWith(
    { url: URL_OF_BROKER, onUnhandledError: (error) => unhandled.push(error), ...options },
    { transport, clock },
  );
  return { clock, transport, broker, client, unhandled, heard: watchEvents(client) };
}

/** A client that is connected. */
export async function connected(
  options: Partial<ClientOptions> = {},
  connack: CONNACK = {},
): Promise<SetUp & { readonly server: ScriptedConnection }> {
  const made = setUp(options);
  const started = made.client.start();
  const server = await made.broker.nextConnection();
  await server.acceptClient(connack);
  await started;
  return { ...made, server };
}

/** Accepts the next connection. The time passes until the client asks for one. */
export async function reconnected({ clock, broker }: SetUp, connack: CONNACK = {}): Promise<ScriptedConnection> {
  await clock.advanceToNextWake();
  const server = await broker.nextConnection();
  await server.acceptClient(connack);
  await clock.settle();
  return server;
}

/** The names of what was heard, with the code of the error. */
export function summary(heard: readonly Heard[]): string[] {
  return heard.map(({ name, event }) =>
    event['error'] === undefined ? name : `${name} ${(event['error'] as MqttError).code}`,
  );
}

/** A promise that is watched without waiting for it. */
export interface Watched<Value> {
  status: 'pending' | 'resolved' | 'rejected';
  value?: Value;
  error?: unknown;
  /** The code of the error. */
  readonly code: string | undefined;
}

export function watch<Value>(promise: Promise<Value>): Watched<Value> {
  const watched: Watched<Value> = {
    status: 'pending',
    get code() {
      return (this.error as MqttError | undefined)?.code;
    },
  };
  promise.then(
    (value) => Object.assign(watched, { status: 'resolved', value }),
    (error: unknown) => Object.assign(watched, { status: 'rejected', error }),
  );
  return watched;
}

/** The error with which a promise rejects. */
export async function errorOf(promise: Promise<unknown>): Promise<MqttError> {
  const value = await promise.then(
    () => undefined,
    (error: unknown) => error as MqttError,
  );
  if (value === undefined) throw new Error('expected a rejection, but the promise resolved');
  return value;
}

/** How many frames arrived since it was asked last. */
export function frameCounter({ wire }: ScriptedConnection): () => number {
  let counted = wire.sent.length;
  return () => {
    const fresh = wire.sent.length - counted;
    counted = wire.sent.length;
    return fresh;
  };
}
