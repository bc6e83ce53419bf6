import { MemoryTransport, ScriptedBroker, VirtualClock } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import { createClientWith } from './internal.ts';
import type { PageHint } from './io/page-lifecycle.ts';
import type { ClientOptions } from './options.ts';

/** A client on a page in the hand of the test. */
function onPage(options: Partial<ClientOptions> = {}) {
  const clock = new VirtualClock();
  const transport = new MemoryTransport({ clock });
  const broker = new ScriptedBroker({ transport, settle: () => clock.settle() });
  const watchers = new Set<(hint: PageHint) => void>();
  const page = {
    watch: (onHint: (hint: PageHint) => void) => {
      watchers.add(onHint);
      return () => watchers.delete(onHint);
    },
  };
  const client = createClientWith(
    { url: 'ws://broker.test', keepAliveSeconds: 0, ...options },
    { transport, clock, page },
  );
  const hint = (what: PageHint): void => {
    for (const watcher of watchers) watcher(what);
  };
  return { clock, broker, client, watchers, hint };
}

async function online(options: Partial<ClientOptions> = {}) {
  const made = onPage(options);
  const started = made.client.start();
  const server = await made.broker.nextConnection();
  await server.acceptClient();
  await started;
  return { ...made, server };
}

describe('a client on a page', () => {
  it('listens from start to stop, and once', async () => {
    const { client, watchers } = await online();
    expect(watchers.size).toBe(1);
    void client.start();
    expect(watchers.size).toBe(1);
    await client.stop();
    expect(watchers.size).toBe(0);
    void client.start().catch(() => {});
    expect(watchers.size).toBe(1);
    await client.stop();
    expect(watchers.size).toBe(0);
  });

  it('listens when it is started again while it is being stopped, and by a listener to its end', async () => {
    const { client, broker, watchers, clock } = await online();
    void client.stop();
    void client.start();
    await (await broker.nextConnection()).acceptClient();
    await clock.settle();
    expect([client.state.status, watchers.size]).toEqual(['connected', 1]);
    const off = client.on('stopped', () => void client.start());
    void client.stop();
    const server = await broker.nextConnection();
    off();
    await server.acceptClient();
    await clock.settle();
    expect([client.state.status, watchers.size]).toEqual(['connected', 1]);
    client.on('disconnection', () => void client.start());
    server.send({ type: 'disconnect', reasonCode: 0x8e });
    await (await broker.nextConnection()).acceptClient();
    await clock.settle();
    expect([client.state.status, watchers.size]).toEqual(['connected', 1]);
    await client.stop();
    expect(watchers.size).toBe(0);
  });

  it('does not listen before it is started, after it has failed, or if it is not to', async () => {
    const idle = onPage();
    expect(idle.watchers.size).toBe(0);
    await idle.client.stop();
    expect(idle.watchers.size).toBe(0);
    const failed = await online();
    failed.server.send({ type: 'disconnect', reasonCode: 0x8e });
    await failed.clock.settle();
    expect(failed.client.state.status).toBe('failed');
    expect(failed.watchers.size).toBe(0);
    const { watchers, client } = await online({ pageLifecycle: 'none' });
    expect(watchers.size).toBe(0);
    await client.stop();
    expect(() => onPage({ pageLifecycle: 'always' as never })).toThrow(/`pageLifecycle`/);
  });

  it('probes when it is shown again, and is back soon when nobody answers', async () => {
    const { client, server, hint, clock, broker } = await online();
    hint('awake');
    await server.expectPacket('pingreq');
    await clock.advance(5_000);
    expect(client.state).toMatchObject({ status: 'waiting', error: { code: 'KEEPALIVE_TIMEOUT' } });
    await clock.advance(1_000);
    await (await broker.nextConnection()).acceptClient();
    await clock.settle();
    expect(client.state.status).toBe('connected');
  });

  it('does not give a slow connection up while bytes leave it', async () => {
    const { client, server, hint, clock } = await online();
    server.wire.bufferedBytes = 900_000;
    hint('awake');
    server.wire.bufferedBytes = 800_000;
    await clock.advance(5_000);
    expect(client.state.status).toBe('connected');
  });

  it('says in its state when it will come back', async () => {
    const { client, server, hint, clock } = await online({ reconnect: { minDelayMs: 10_000, jitter: 'none' } });
    server.close();
    await clock.settle();
    const { nextAttemptAt = 0, since } = client.state;
    expect(nextAttemptAt).toBe(clock.now() + 10_000);
    await clock.advance(1_000);
    hint('awake');
    // Not before the least delay, here.
    expect(client.state).toMatchObject({ status: 'waiting', nextAttemptAt, since });
    void client.stop();
  });
});
