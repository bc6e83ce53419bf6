import { describe, expect, it } from 'vitest';
import type { ClientEvents } from './events.ts';
import { connected, reconnected, setUp, watch } from './testing/set-up.test-helpers.ts';

describe('lifecycle events', () => {
  it('carry full packets and the settings', async () => {
    const { heard, server, clock } = await connected();
    const [attempt, success] = heard;
    expect(attempt?.event).toEqual({ attempt: 1, url: 'ws://broker.test/mqtt' });
    expect(success?.event).toMatchObject({
      connack: { type: 'connack', reasonCode: 0 },
      settings: { receiveMaximum: 65_535 },
    });
    server.send({ type: 'disconnect', reasonCode: 0x8b, properties: { reasonString: 'maintenance' } });
    await clock.settle();
    expect(heard[2]?.event).toMatchObject({
      error: { code: 'SERVER_DISCONNECTED', reasonCode: 0x8b, retryable: true },
      disconnect: { type: 'disconnect', properties: { reasonString: 'maintenance' } },
      willRetryInMs: expect.any(Number),
    });
  });

  it('count attempts, and say when the next one comes', async () => {
    const one = setUp({ reconnect: { jitter: 'none' } });
    void one.client.start();
    const attempts: unknown[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      (await one.broker.nextConnection()).wire.refuse();
      await one.clock.settle();
      const { status, nextAttemptAt = 0, error } = one.client.state;
      attempts.push([status, nextAttemptAt - one.clock.now(), error?.code, one.client.state.attempt]);
      await one.clock.advanceToNextWake();
    }
    expect(attempts).toEqual([
      ['waiting', 1_000, 'SOCKET_OPEN_FAILED', 2],
      ['waiting', 2_000, 'SOCKET_OPEN_FAILED', 3],
      ['waiting', 4_000, 'SOCKET_OPEN_FAILED', 4],
    ]);
    const numbers = one.heard.flatMap(({ name, event }) => (name === 'attemptingConnect' ? [event['attempt']] : []));
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  it('count anew after a success', async () => {
    const one = await connected();
    one.server.close();
    await reconnected(one);
    const numbers = one.heard.flatMap(({ name, event }) => (name === 'attemptingConnect' ? [event['attempt']] : []));
    expect(numbers).toEqual([1, 1]);
  });

  it('come when the state is already what they tell', async () => {
    const { client, clock, broker } = setUp();
    const seen: string[] = [];
    const note = (name: keyof ClientEvents) => () => seen.push(`${name}: ${client.state.status}`);
    for (const name of ['attemptingConnect', 'connectionSuccess', 'disconnection', 'stopped'] as const)
      client.on(name, note(name));
    void client.start();
    const server = await broker.nextConnection();
    await server.acceptClient();
    await clock.settle();
    server.close();
    await clock.settle();
    await client.stop();
    expect(seen).toEqual([
      'attemptingConnect: connecting',
      'connectionSuccess: connected',
      'disconnection: waiting',
      'stopped: stopped',
    ]);
  });

  it('leave a new state object each time, and the old one as it was', async () => {
    const { client, clock, server } = await connected();
    const before = client.state;
    const copy = structuredClone(before);
    server.close();
    await clock.settle();
    expect(client.state).not.toBe(before);
    expect(before).toEqual(copy);
  });
});

describe("with `protocolVersion: 'auto'`", () => {
  it.each([
    ['says so in a CONNACK of 3.1.1', '20 02 00 01'],
    ['says so in a CONNACK of 5.0', '20 03 00 84 00'],
    ['closes without a word', undefined],
  ])('a server that speaks 3.1.1 only, and %s, is spoken to in 3.1.1 from then on', async (_, answer) => {
    const one = setUp({ protocolVersion: 'auto', clientId: 'me' });
    const started = watch(one.client.start());
    const first = await one.broker.nextConnection();
    first.wire.accept();
    await first.expectPacket('connect', { protocolVersion: 5 });
    if (answer === undefined) first.close();
    else first.sendBytes(answer);
    await one.clock.settle();
    const second = await reconnected(one);
    expect(second.version).toBe(4);
    expect(started.value).toMatchObject({ protocolVersion: 4 });
    second.close();
    await one.clock.settle();
    const third = await reconnected(one);
    expect([third.version, one.client.state.settings?.protocolVersion]).toEqual([4, 4]);
    await one.client.stop();
  });

  it('is 5 where the server speaks it', async () => {
    const { client, server } = await connected({ protocolVersion: 'auto' });
    expect([server.version, client.state.settings?.protocolVersion]).toEqual([5, 5]);
  });
});
