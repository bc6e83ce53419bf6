import { describe, expect, it, vi } from 'vitest';
import { createClient } from './index.ts';
import { connected, errorOf, setUp, summary, watch } from './testing/set-up.test-helpers.ts';

/** What callers without types pass, and the option that the error has to name. */
const UNSENDABLE: readonly (readonly [string, unknown])[] = [
  ['sessionExpirySeconds', { sessionExpirySeconds: -1 }],
  ['sessionExpirySeconds', { sessionExpirySeconds: 0x1_0000_0000 }],
  ['sessionExpirySeconds', { sessionExpirySeconds: Number.NaN }],
  ['sessionExpirySeconds', { sessionExpirySeconds: 1.5 }],
  ['userProperties', { userProperties: [['a', '\uD800']] }],
  ['userProperties', { userProperties: [['a']] }],
  ['userProperties', { userProperties: 'a=b' }],
  ['reasonCode', { reasonCode: 0x8e }],
  ['reasonCode', { reasonCode: '4' }],
  ['drainMs', { drainMs: -1 }],
  ['drainMs', { drainMs: '5' }],
];

describe('stop', () => {
  it.each(UNSENDABLE)(
    'names %s in %j, and goes on: the will would be published without a DISCONNECT',
    async (name, options) => {
      const { client, server } = await connected({ will: { topic: 'gone' } });
      const error = await errorOf(client.stop(options as never));
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', retryable: false });
      expect(error.message).toContain(name);
      await server.expectNothing();
      expect(client.state.status).toBe('connected');
      await client.stop();
      await server.expectPacket('disconnect', { reasonCode: 0 });
    },
  );

  it('takes what a DISCONNECT can say', async () => {
    const { client, server } = await connected();
    const userProperties = [['why', 'done']] as const;
    await client.stop({ reasonCode: 4, sessionExpirySeconds: 0xffff_ffff, userProperties, drainMs: 0 });
    await server.expectPacket('disconnect', {
      reasonCode: 4,
      properties: { sessionExpiryInterval: 0xffff_ffff, userProperties: [['why', 'done']] },
    });
  });

  it('that drains ends at the time of the shortest call', async () => {
    const { client, clock } = await connected();
    void client.publish('a', 'b', { qos: 1 }).catch(() => {});
    const stopped = watch(client.stop({ drainMs: 60_000 }));
    void client.stop({ drainMs: 1_000 });
    await clock.advance(999);
    expect(client.state.status).toBe('stopping');
    expect(stopped.status).toBe('pending');
    await clock.advance(1);
    await clock.settle();
    expect(stopped.status).toBe('resolved');
  });

  it('keeps its time when the client is disposed of', async () => {
    const { client, clock, server } = await connected();
    const published = watch(client.publish('a', 'b', { qos: 1 }));
    void client.stop({ drainMs: 60_000 });
    const disposed = watch(client[Symbol.asyncDispose]());
    await clock.advance(30_000);
    expect(disposed.status).toBe('pending');
    const { packetId } = await server.expectPacket('publish');
    server.send({ type: 'puback', packetId: packetId as number, reasonCode: 0 });
    await clock.settle();
    expect(published.status).toBe('resolved');
    expect(disposed.status).toBe('resolved');
  });

  it('that drains tells of a lost connection, and of no other attempt; iterators end without an error', async () => {
    const made = await connected();
    const { client, server, clock, broker } = made;
    const subscribed = client.subscribe('a');
    const { packetId } = await server.expectPacket('subscribe');
    server.send({ type: 'suback', packetId, reasonCodes: [0] });
    const iterated = watch((await subscribed)[Symbol.asyncIterator]().next());
    void client.publish('a', 'b', { qos: 1 }).catch(() => {});
    const stopped = watch(client.stop({ drainMs: 60_000 }));
    server.close();
    await clock.settle();
    expect(summary(made.heard).slice(-2)).toEqual(['disconnection SOCKET_CLOSED', 'stopped']);
    expect(made.heard.at(-2)?.event).not.toHaveProperty('willRetryInMs');
    expect(stopped.status).toBe('resolved');
    expect(iterated).toMatchObject({ status: 'resolved', value: { done: true } });
    await clock.advance(86_400_000);
    await broker.expectNoConnection();
  });
});

describe('start with a signal that is aborted already', () => {
  it('rejects with its reason, which nobody has to handle', async () => {
    const unhandled = vi.fn<(event: unknown) => void>();
    const listen = globalThis.addEventListener as typeof globalThis.addEventListener | undefined;
    if (listen === undefined) process.on('unhandledRejection', unhandled);
    else listen('unhandledrejection', unhandled);
    const { client, clock, broker } = setUp();
    const reason = new Error('never mind');
    const promise = client.start({ signal: AbortSignal.abort(reason) });
    await clock.settle();
    await clock.settle();
    if (listen === undefined) process.off('unhandledRejection', unhandled);
    else removeEventListener('unhandledrejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    await expect(promise).rejects.toBe(reason);
    expect(client.state.status).toBe('idle');
    await broker.expectNoConnection();
  });
});

describe('a client that was made and not started', () => {
  it('has drawn no identifier and asked for no time', () => {
    const platform = { crypto: globalThis.crypto, performance: globalThis.performance };
    for (const name of Object.keys(platform)) vi.stubGlobal(name, undefined);
    try {
      const client = createClient({ url: 'ws://broker.test' });
      expect(client.state.status).toBe('idle');
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('draws one identifier for all its connections', async () => {
    const { client, broker } = setUp();
    const identifiers: string[] = [];
    for (let round = 0; round < 2; round++) {
      void client.start();
      const server = await broker.nextConnection();
      identifiers.push((await server.acceptClient()).clientId);
      await client.stop();
    }
    expect(identifiers[0]).toMatch(/^[0-9A-Za-z]{22}$/);
    expect(identifiers[1]).toBe(identifiers[0]);
  });
});
