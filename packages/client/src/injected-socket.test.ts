import { describe, expect, it } from 'vitest';
import type { WebSocketLike } from './io/websocket.ts';
import { WebSocketTransport } from './io/websocket.ts';
import { createClientWith } from './internal.ts';
import { VirtualClock } from '@mqtide/testkit';
import { summary, watch } from './testing/set-up.test-helpers.ts';
import { encode } from '@mqtide/codec';

/** A WebSocket of the application's that breaks when it is told to. */
class Breakable implements WebSocketLike {
  static readonly all: Breakable[] = [];
  binaryType = '';
  readonly protocol = 'mqtt';
  readonly bufferedAmount = 0;
  onopen: ((event: never) => unknown) | null = null;
  onmessage: ((event: never) => unknown) | null = null;
  onclose: ((event: never) => unknown) | null = null;
  onerror: ((event: never) => unknown) | null = null;
  isBroken = false;
  sent = 0;

  constructor() {
    Breakable.all.push(this);
  }

  send(): void {
    if (this.isBroken) throw new Error('broken');
    this.sent += 1;
  }

  close(): void {
    if (this.isBroken) throw new Error('broken, too');
  }

  async accept(clock: VirtualClock): Promise<void> {
    const data = encode({ type: 'connack', sessionPresent: false, reasonCode: 0 }, 5).slice().buffer;
    this.onopen?.({} as never);
    await clock.settle();
    this.onmessage?.({ data } as never);
  }
}

async function broken() {
  Breakable.all.length = 0;
  const clock = new VirtualClock();
  const ports = { transport: new WebSocketTransport(Breakable), clock };
  const client = createClientWith({ url: 'ws://broker.test', reconnect: { jitter: 'none' } }, ports);
  const heard: { name: 'disconnection' | 'connectionSuccess'; event: Record<string, unknown> }[] = [];
  for (const name of ['disconnection', 'connectionSuccess'] as const)
    client.on(name, (event) => heard.push({ name, event: { ...event } }));
  const started = watch(client.start());
  await clock.settle();
  const [socket] = Breakable.all as [Breakable];
  await socket.accept(clock);
  await clock.settle();
  expect(started.status).toBe('resolved');
  socket.isBroken = true;
  return { clock, client, heard, socket };
}

describe('a WebSocket of the application that throws', () => {
  it('ends the connection, which comes back, and QoS 1 with it', async () => {
    const { clock, client, heard } = await broken();
    const once = watch(client.publish('a', 'b'));
    const least = watch(client.publish('a', 'b', { qos: 1 }));
    await clock.settle();
    expect(summary(heard)).toEqual(['connectionSuccess', 'disconnection SOCKET_CLOSED']);
    expect(once).toMatchObject({ status: 'rejected', code: 'SOCKET_CLOSED' });
    expect(least.status).toBe('pending');
    await clock.advance(1_000);
    const next = Breakable.all[1] as Breakable;
    await next.accept(clock);
    await clock.settle();
    expect(client.state.status).toBe('connected');
    expect(next.sent).toBe(2);
  });

  it('in the middle of a large message, too', async () => {
    const { clock, client, heard } = await broken();
    const once = watch(client.publish('a', new Uint8Array(100_000)));
    const least = watch(client.publish('a', new Uint8Array(100_000), { qos: 1 }));
    await clock.settle();
    expect(summary(heard)).toEqual(['connectionSuccess', 'disconnection SOCKET_CLOSED']);
    expect(once.status).toBe('rejected');
    expect(least.status).toBe('pending');
    expect(client.state.status).toBe('waiting');
  });

  it('does not keep the client from stopping', async () => {
    const { clock, client } = await broken();
    const stopped = watch(client.stop());
    await clock.advance(2_000);
    expect(stopped.status).toBe('resolved');
    expect(clock.pendingWakes).toBe(0);
  });
});
