import { Client } from '../client.ts';
import { invalidArgument } from '../errors.ts';
import { SystemClock } from '../io/clock.ts';
import { PlatformPageLifecycle } from '../io/page-lifecycle.ts';
import type { ClientOptions } from '../options.ts';
import { CONNECT } from './letters.ts';
import { Reminding } from './reminding.ts';
import { RemoteEngine } from './remote-engine.ts';

/** What is needed of a `Worker`. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'error' | 'messageerror', listener: (event: Event) => void): void;
}

/** Options of `createWorkerClient`: those of `createClient`. Functions among them are called on the page. */
export interface WorkerClientOptions extends Omit<ClientOptions, 'webSocket'> {
  /**
   * Milliseconds after which a worker that gives no sign of life, or was never loaded, is given up: everything then fails
   * with `WORKER_FAILED`.
   * @default 15_000
   */
  readonly workerTimeoutMs?: number;
  /**
   * Bytes of received messages that may wait in the worker while the page is busy and does not take them. When there are
   * more, the oldest of QoS 0 are dropped, down to half of it: `droppedMessageCount` counts them, and a `warning` tells.
   * @default 16_777_216
   */
  readonly maxBacklogBytes?: number;
}

/**
 * Makes a client that runs in a worker: socket, session, keep alive and the reading and writing of packets leave the main
 * thread; options, handlers, iterators and a `session.store` stay. It is a `Client` like any other, with these differences:
 * `statistics()` tells what the worker told last, messages are copied once more, and while the page is busy messages of
 * QoS 0, and `packet` events, are dropped beyond `maxBacklogBytes`.
 *
 * The worker is a dedicated one that runs `@mqtide/client/worker`, for any number of clients. Ending it is up to you. In a
 * shared worker, run `createClient` itself.
 *
 * Throws `INVALID_ARGUMENT` for options that can never work.
 */
export function createWorkerClient(worker: WorkerLike, options: WorkerClientOptions): Client {
  const { workerTimeoutMs = 15_000, maxBacklogBytes = 16 * 1_048_576, ...rest } = options;
  if (!(workerTimeoutMs > 0)) throw invalidArgument('`workerTimeoutMs` is a number above 0.');
  if (!(maxBacklogBytes >= 0)) throw invalidArgument('`maxBacklogBytes` is a number from 0.');
  if ('webSocket' in rest) throw invalidArgument('A WebSocket class cannot be handed to a worker.');
  const clock = new SystemClock();
  return new Client(
    rest,
    new PlatformPageLifecycle(),
    (config, hooks, warn) =>
      new RemoteEngine({
        ...{ config, hooks, warn, maxBacklogBytes, timeoutMs: workerTimeoutMs, store: rest.session?.store },
        clock: new Reminding(clock),
        connect: (onGone) => connectTo(worker, onGone),
      }),
  );
}

function connectTo(worker: WorkerLike, onGone: (reason: string) => void): MessagePort {
  const { port1, port2 } = new MessageChannel();
  let isLoaded = false;
  port1.addEventListener('message', () => (isLoaded = true), { once: true });
  // Where there is such an event.
  port1.addEventListener('close', () => onGone('its port was closed'));
  // What code of the application throws in the worker, later, is not our affair.
  worker.addEventListener('error', () => {
    if (!isLoaded) onGone('it could not be loaded');
  });
  worker.postMessage({ type: CONNECT, port: port2 }, [port2]);
  return port1;
}
