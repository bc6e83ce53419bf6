import { describe, expect, it } from 'vitest';
import { createClientWith } from './internal.ts';
import type { Connection, TransportListener } from './io/transport.ts';
import { connected, frameCounter, reconnected, setUp, URL_OF_BROKER, watch } from './testing/set-up.test-helpers.ts';
import { message } from './testing/subscriptions.test-helpers.ts';

describe('the packets of one turn', () => {
  it('leave in one frame, whatever they are', async () => {
    const { client, clock, server } = await connected();
    const frames = frameCounter(server);
    void client.publish('a', '0');
    void client.publish('a', '1', { qos: 1 });
    void client.subscribe('b');
    void client.publish('a', '2', { qos: 2 });
    await clock.settle();
    expect(frames()).toBe(1);
    for (const type of ['publish', 'publish', 'subscribe', 'publish'] as const) await server.expectPacket(type);
  });

  it('include what was published because of the acknowledgements of one frame', async () => {
    const { client, clock, server } = await connected();
    let rounds = 0;
    const publishAgain = async (): Promise<void> => {
      for (;;) {
        await client.publish('a', 'x', { qos: 1 });
        rounds += 1;
      }
    };
    for (let flight = 0; flight < 100; flight++) void publishAgain().catch(() => {});
    await clock.settle();
    const frames = frameCounter(server);
    for (let round = 1; round <= 3; round++) {
      const packetIds = server.untaken.map((packet) => (packet as { packetId: number }).packetId);
      for (const _ of packetIds) await server.expectPacket('publish');
      server.send(...packetIds.map((packetId) => ({ type: 'puback', packetId, reasonCode: 0 }) as const));
      await clock.settle();
      expect([round, frames(), rounds]).toEqual([round, 1, round * 100]);
    }
    await client.stop();
  });

  it('include the answers to a frame of messages', async () => {
    const { clock, server } = await connected();
    const frames = frameCounter(server);
    const messages = Array.from({ length: 50 }, (_, index) => ({
      ...message('a', 'x'),
      qos: 1 as const,
      packetId: index + 1,
    }));
    server.send(...messages);
    await clock.settle();
    expect([frames(), server.untaken.length]).toEqual([1, 50]);
  });

  it('are cut into several frames over 64 KiB, in order', async () => {
    const { client, clock, server } = await connected();
    const frames = frameCounter(server);
    const payload = new Uint8Array(10_000);
    const published = Array.from({ length: 20 }, (_, index) => watch(client.publish(`topic/${index}`, payload)));
    await clock.settle();
    expect(frames()).toBe(3);
    for (const { length } of server.wire.sent) expect(length).toBeLessThan(65_536 + 10_100);
    for (const [index, { status }] of published.entries()) {
      expect(status).toBe('resolved');
      await server.expectPacket('publish', { topic: `topic/${index}` });
    }
  });

  it('are handed over before a QoS 0 publish resolves', async () => {
    const { client, server } = await connected();
    server.wire.stall('toServer');
    const before = server.wire.bufferedBytes;
    await client.publish('a', 'x'.repeat(100));
    expect(server.wire.bufferedBytes).toBeGreaterThan(before + 100);
  });

  it('carry a publish that follows another operation, at the time it is', async () => {
    const { client, clock } = await connected({ keepAliveSeconds: 0 });
    await client.publish('a', 'long ago');
    await clock.advance(3_600_000);
    void client.subscribe('b').catch(() => {});
    const published = watch(client.publish('a', 'x', { qos: 1 }));
    await clock.advance(59_999);
    expect(published.status).toBe('pending');
    await clock.advance(1);
    expect(published.code).toBe('ACK_TIMEOUT');
    await client.stop();
  });
});

describe('one timer', () => {
  it('is all that waits, whatever goes on', async () => {
    const { client, clock, server } = await connected();
    for (let index = 0; index < 20; index++) {
      void client.publish('a', 'x', { qos: 1, timeoutMs: 1_000 + index }).catch(() => {});
      void client.subscribe(`b/${index}`, { timeoutMs: 5_000 - index }).catch(() => {});
    }
    await clock.settle();
    expect(clock.pendingWakes).toBe(1);
    server.close();
    await clock.settle();
    expect(clock.pendingWakes).toBe(1);
    void client.stop();
    await clock.settle();
    expect(clock.pendingWakes).toBe(0);
  });

  it('does not run before the client is started', async () => {
    const { client, clock } = setUp();
    void client.publish('a', 'x', { qos: 1 }).catch(() => {});
    void client.subscribe('a').catch(() => {});
    expect(clock.pendingWakes).toBe(0);
    await client.stop();
  });

  it('is gone after a fatal failure', async () => {
    const { clock, server } = await connected();
    server.send({ type: 'disconnect', reasonCode: 0x8e });
    await clock.settle();
    expect(clock.pendingWakes).toBe(0);
  });
});

describe('a socket that was replaced', () => {
  /** A transport without manners: the test calls the listeners when it likes. */
  function rude() {
    const made = setUp();
    const listeners: TransportListener[] = [];
    const closed: number[] = [];
    const transport = {
      connect(_url: string, listener: TransportListener): Connection {
        const index = listeners.push(listener) - 1;
        return { bufferedBytes: 0, send: () => {}, close: () => void closed.push(index) };
      },
    };
    const client = createClientWith(
      { url: URL_OF_BROKER, reconnect: { jitter: 'none' } },
      { transport, clock: made.clock },
    );
    return { client, listeners, closed, clock: made.clock };
  }

  it('is not heard any more: neither data, nor text, nor its end', async () => {
    const { client, clock, listeners, closed } = rude();
    void client.start();
    await clock.settle();
    const [old] = listeners;
    await clock.advance(15_000);
    expect([client.state.status, closed]).toEqual(['waiting', [0]]);
    old?.onOpen();
    old?.onData(Uint8Array.of(0x20, 3, 0, 0, 0));
    expect(client.state.status).toBe('waiting');
    await clock.advance(1_000);
    const [, fresh] = listeners;
    fresh?.onOpen();
    old?.onClose({ code: 1006, reason: '' });
    old?.onText();
    old?.onData(Uint8Array.of(0xff));
    expect(client.state.status).toBe('connecting');
    fresh?.onData(Uint8Array.of(0x20, 3, 0, 0, 0));
    expect(client.state.status).toBe('connected');
    old?.onClose({ code: 1006, reason: '' });
    expect(client.state.status).toBe('connected');
    const stopped = watch(client.stop());
    old?.onClose({ code: 1000, reason: '' });
    await clock.settle();
    expect(stopped.status).toBe('pending');
    fresh?.onClose({ code: 1000, reason: '' });
    await clock.settle();
    expect(stopped.status).toBe('resolved');
    fresh?.onClose({ code: 1000, reason: '' });
    expect(client.state.status).toBe('stopped');
  });

  it('says nothing more within the frame in which it was given up', async () => {
    const { client, clock, server } = await connected();
    const heard: string[] = [];
    client.on('messageReceived', ({ message: each }) => heard.push(each.text()));
    const pingresp = { type: 'pingresp' } as const;
    server.send(message('a', '1'), { type: 'disconnect', reasonCode: 0x8b }, message('a', '2'), pingresp);
    await clock.settle();
    expect(heard).toEqual(['1']);
  });

  it('may have the beginning of a packet, which the next one does not go on with', async () => {
    const made = await connected();
    const heard: string[] = [];
    made.client.on('messageReceived', ({ message: each }) => heard.push(each.text()));
    made.server.sendBytes('30 05 00 01 61');
    await made.clock.settle();
    made.server.close();
    const next = await reconnected(made, { sessionPresent: true });
    next.send(message('a', 'whole'));
    await made.clock.settle();
    expect(heard).toEqual(['whole']);
  });
});
