import { afterEach, describe, expect, it } from 'vitest';
import { connected, errorOf, type SetUp, setUp, summary, watch } from './testing/set-up.test-helpers.ts';

/** Every client of a test is stopped after it, and has no timer left then. */
const made: SetUp[] = [];

function setUpOne(...options: Parameters<typeof setUp>): SetUp {
  const one = setUp(...options);
  made.push(one);
  return one;
}

async function connectedOne(...options: Parameters<typeof connected>): ReturnType<typeof connected> {
  const one = await connected(...options);
  made.push(one);
  return one;
}

afterEach(async () => {
  for (const { client, clock } of made.splice(0)) {
    const stopped = watch(client.stop());
    await clock.advance(2_000);
    expect(stopped.status).toBe('resolved');
    expect(clock.pendingWakes).toBe(0);
  }
});

describe('a client that was not started', () => {
  it('does nothing: no connection, no timer', async () => {
    const { client, clock, transport, heard } = setUpOne();
    await clock.advance(3_600_000);
    expect(client.state).toMatchObject({ status: 'idle', attempt: 0 });
    expect([transport.connections, clock.pendingWakes, heard]).toEqual([[], 0, []]);
  });

  it('can be stopped', async () => {
    const { client, heard, transport } = setUpOne();
    await client.stop();
    expect(client.state.status).toBe('stopped');
    expect(summary(heard)).toEqual(['stopped']);
    expect(transport.connections).toEqual([]);
  });

  it('rejects what it is asked to stop with STOPPED', async () => {
    const { client, clock } = setUpOne();
    const waiting = watch(client.subscribe('a'));
    await client.stop();
    await clock.settle();
    expect(waiting.code).toBe('STOPPED');
  });
});

describe('start', () => {
  it('resolves with what was agreed on', async () => {
    const { client, broker } = setUpOne();
    const started = client.start();
    const server = await broker.nextConnection();
    await server.acceptClient({ properties: { receiveMaximum: 7, serverKeepAlive: 30 } });
    const settings = await started;
    expect(settings).toMatchObject({ protocolVersion: 5, receiveMaximum: 7, keepAliveSeconds: 30 });
    expect(client.state).toMatchObject({ status: 'connected', settings });
  });

  it('returns the same promise while it is starting, and once it is connected', async () => {
    const { client, broker } = setUpOne();
    const started = client.start();
    expect(client.start()).toBe(started);
    const server = await broker.nextConnection();
    await server.acceptClient();
    await started;
    await expect(client.start()).resolves.toEqual(await started);
    await broker.expectNoConnection();
  });

  it('goes on until an attempt succeeds: a failed first connection is not special', async () => {
    const one = setUpOne({ reconnect: { maxDelayMs: 10_000 } });
    const started = watch(one.client.start());
    for (let attempt = 1; attempt <= 5; attempt++) {
      (await one.broker.nextConnection()).wire.refuse();
      await one.clock.advanceToNextWake();
      expect(started.status).toBe('pending');
    }
    const server = await one.broker.nextConnection();
    await server.acceptClient();
    await one.clock.settle();
    expect(started.status).toBe('resolved');
  });

  it('rejects once for a fatal reason, which is in the state and in one event too', async () => {
    const { client, broker, clock, heard } = setUpOne();
    const started = errorOf(client.start());
    const server = await broker.nextConnection();
    await server.acceptClient({ reasonCode: 0x8a });
    const error = await started;
    expect(error).toMatchObject({ code: 'CONNACK_REFUSED', reasonCode: 0x8a, retryable: false });
    expect(client.state).toMatchObject({ status: 'failed', error: { code: 'CONNACK_REFUSED' } });
    expect(summary(heard)).toEqual(['attemptingConnect', 'connectionFailure CONNACK_REFUSED']);
    expect(clock.pendingWakes).toBe(0);
  });

  it('starts anew after a failure', async () => {
    const { client, broker } = setUpOne();
    const failed = errorOf(client.start());
    await (await broker.nextConnection()).acceptClient({ reasonCode: 0x8a });
    await failed;
    const again = client.start();
    await (await broker.nextConnection()).acceptClient();
    await expect(again).resolves.toMatchObject({ protocolVersion: 5 });
  });

  it('starts anew after stop()', async () => {
    const { client, broker, heard, clock } = await connectedOne();
    await client.stop();
    const again = watch(client.start());
    await (await broker.nextConnection()).acceptClient();
    await clock.settle();
    expect(again.status).toBe('resolved');
    expect(summary(heard)).toEqual([
      'attemptingConnect',
      'connectionSuccess',
      'stopped',
      'attemptingConnect',
      'connectionSuccess',
    ]);
  });

  it('rejects with STOPPED when it is stopped first', async () => {
    const { client, clock } = setUpOne();
    const started = errorOf(client.start());
    await client.stop();
    expect(await started).toMatchObject({ code: 'STOPPED' });
    expect(clock.pendingWakes).toBe(0);
  });

  it('may be left alone: nobody has to catch that it was stopped', async () => {
    const { client, clock } = setUpOne();
    void client.start();
    void client.stop();
    void client.start();
    await clock.settle();
    void client.stop();
    await clock.settle();
    // An unhandled rejection would fail the run.
    expect(client.state.status).toBe('stopped');
  });
});

describe('start with a signal', () => {
  it('rejects with the reason of a signal that is aborted already, and does nothing', async () => {
    const { client, heard } = setUpOne();
    const reason = new Error('changed my mind');
    await expect(client.start({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(client.state.status).toBe('idle');
    expect(heard).toEqual([]);
  });

  it.each(['dialing', 'waiting for the CONNACK', 'waiting for the next attempt'])(
    'rejects with the reason and stops, while %s',
    async (phase) => {
      const { client, broker, clock } = setUpOne();
      const controller = new AbortController();
      const started = watch(client.start({ signal: controller.signal }));
      const server = await broker.nextConnection();
      if (phase === 'waiting for the CONNACK') server.wire.accept();
      if (phase === 'waiting for the next attempt') server.wire.refuse();
      await clock.settle();
      const reason = { mine: true };
      controller.abort(reason);
      await clock.settle();
      expect(started).toMatchObject({ status: 'rejected', error: reason });
      expect(client.state.status).toBe('stopped');
      expect(clock.pendingWakes).toBe(0);
    },
  );

  it('does not listen to the signal any more once it is connected', async () => {
    const { client, broker, clock } = setUpOne();
    const controller = new AbortController();
    const started = client.start({ signal: controller.signal });
    await (await broker.nextConnection()).acceptClient();
    await started;
    controller.abort();
    await clock.settle();
    expect(client.state.status).toBe('connected');
  });

  it('does not stop a later start', async () => {
    const { client, broker, clock } = setUpOne();
    const controller = new AbortController();
    const first = errorOf(client.start({ signal: controller.signal }));
    await client.stop();
    await first;
    const again = client.start();
    controller.abort();
    await (await broker.nextConnection()).acceptClient();
    await again;
    await clock.settle();
    expect(client.state.status).toBe('connected');
  });
});

describe('stop', () => {
  it('says DISCONNECT and ends the session, then closes and resolves', async () => {
    const { client, server, heard } = await connectedOne();
    const stopped = client.stop();
    expect(client.state.status).toBe('stopping');
    await server.expectPacket('disconnect', { reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
    await server.expectClosed();
    await stopped;
    expect(client.state).toMatchObject({ status: 'stopped', attempt: 0 });
    expect(summary(heard)).toEqual(['attemptingConnect', 'connectionSuccess', 'stopped']);
  });

  it('sends what it is asked to send', async () => {
    const { client, server } = await connectedOne();
    void client.stop({ reasonCode: 4, sessionExpirySeconds: 60, userProperties: [['why', 'closing time']] });
    await server.expectPacket('disconnect', {
      reasonCode: 4,
      properties: { sessionExpiryInterval: 60, userProperties: [['why', 'closing time']] },
    });
  });

  it('resolves, for each call, when it is called again', async () => {
    const { client, clock, heard } = await connectedOne();
    const first = watch(client.stop());
    const second = watch(client.stop());
    await clock.settle();
    const third = watch(client.stop());
    await clock.settle();
    expect([first.status, second.status, third.status]).toEqual(['resolved', 'resolved', 'resolved']);
    expect(summary(heard).filter((name) => name === 'stopped')).toHaveLength(1);
  });

  it('resolves after two seconds when the socket does not close', async () => {
    const { client, clock, server } = await connectedOne();
    server.wire.stall();
    const stopped = watch(client.stop());
    await clock.advance(1_999);
    expect(stopped.status).toBe('pending');
    await clock.advance(1);
    expect(stopped.status).toBe('resolved');
    server.wire.resume();
    await clock.settle();
    expect(client.state.status).toBe('stopped');
  });

  it('ends the wait for the next attempt', async () => {
    const { client, broker, clock } = setUpOne();
    void client.start();
    (await broker.nextConnection()).wire.refuse();
    await clock.settle();
    expect(client.state.status).toBe('waiting');
    await client.stop();
    await clock.advance(3_600_000);
    await broker.expectNoConnection();
  });

  it('can be called after a failure', async () => {
    const { client, broker } = setUpOne();
    const failed = errorOf(client.start());
    await (await broker.nextConnection()).acceptClient({ reasonCode: 0x8a });
    await failed;
    await client.stop();
    expect(client.state).toMatchObject({ status: 'stopped' });
    expect(client.state.error).toBeUndefined();
  });

  it('is what `await using` calls', async () => {
    const { client } = await connectedOne();
    const dispose = (client as unknown as Record<symbol, () => Promise<void>>)[
      Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')
    ];
    await dispose?.call(client);
    expect(client.state.status).toBe('stopped');
  });
});
