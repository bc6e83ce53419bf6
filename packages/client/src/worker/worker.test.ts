import type { PublishPacket } from '@mqtide/codec';
import { MemoryStore } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import type { SessionStore } from '../io/session-store.ts';
import type { MqttError } from '../errors.ts';
import { summary, watch } from '../testing/set-up.test-helpers.ts';
import { grant } from '../testing/subscriptions.test-helpers.ts';
import { connectedWorker, setUpWorker } from './worker.test-helpers.ts';
import { type WorkerClientOptions, createWorkerClient } from './create-worker-client.ts';

const encoder = new TextEncoder();

const publish = (topic: string, text: string, more: Partial<PublishPacket> = {}): PublishPacket => ({
  ...{ type: 'publish', topic, payload: encoder.encode(text), qos: 0, retain: false, duplicate: false },
  ...more,
});

describe('a client in a worker', () => {
  it('does nothing before it is asked to: no worker is talked to', async () => {
    const { client, page, clock, transport } = setUpWorker();
    client.on('packet', () => {});
    client.statistics();
    await client.stop();
    await clock.settle();
    expect([page.parcels, page.other?.parcels, transport.connections.length, clock.pendingWakes]).toEqual([0, 0, 0, 0]);
  });

  it('hands over all messages of one frame in one parcel, each with its own payload', async () => {
    const { client, server, page, clock } = await connectedWorker();
    const texts: string[] = [];
    const buffers = new Set<ArrayBufferLike>();
    const subscribed = client.subscribe('a', { qos: 1 }, (message) => {
      texts.push(message.text());
      buffers.add(message.payload.buffer);
      message.payload.fill(0);
    });
    await grant(server);
    await subscribed;
    const before = page.parcels;
    server.send(...Array.from({ length: 100 }, (_, index) => publish('a', `message ${index}`)));
    await clock.settle();
    expect(texts).toEqual(Array.from({ length: 100 }, (_, index) => `message ${index}`));
    expect([page.parcels - before, buffers.size]).toEqual([1, 1]);
    await client.stop();
  });

  it('sends what is published in one turn in one frame, and leaves the buffers of the caller alone', async () => {
    const { client, server } = await connectedWorker();
    const frames = server.wire.sent.length;
    const shared = new Uint8Array([0, 1, 2, 3]);
    const published = [1, 2, 3].map((at) => client.publish('a', shared.subarray(at, at + 1), { qos: 1 }));
    expect(shared.buffer.byteLength).toBe(4);
    for (const at of [1, 2, 3]) {
      const { payload, packetId = 0 } = await server.expectPacket('publish');
      expect([...payload]).toEqual([at]);
      server.send({ type: 'puback', packetId, reasonCode: 0 });
    }
    expect(await Promise.all(published)).toHaveLength(3);
    expect(server.wire.sent.length - frames).toBe(1);
    await client.stop();
  });

  it('takes what cannot be cloned: objects behind proxies, as frameworks make them', async () => {
    const { client, server } = await connectedWorker();
    const reactive = <Value extends object>(value: Value): Value =>
      new Proxy(value, {
        get: (target, name) => {
          const each: unknown = Reflect.get(target, name);
          return typeof each === 'object' && each !== null && !ArrayBuffer.isView(each) ? reactive(each) : each;
        },
      });
    const properties = reactive({ userProperties: [['a', 'b']] as const, correlationData: new Uint8Array([7]) });
    void client.publish('a', 'x', { properties });
    expect((await server.expectPacket('publish')).properties).toEqual(properties);
    await client.stop();
  });

  it('rejects with errors that have their code, reason code, packet and hint', async () => {
    const { client, server } = await connectedWorker();
    const published = watch(client.publish('a', 'x', { qos: 1 }));
    const { packetId = 0 } = await server.expectPacket('publish');
    server.send({ type: 'puback', packetId, reasonCode: 0x87, properties: { reasonString: 'not yours' } });
    await client.publish('b', 'y');
    expect(published.error).toBeInstanceOf(Error);
    expect(published.error).toMatchObject({
      name: 'MqttError',
      code: 'PUBLISH_REFUSED',
      reasonCode: 0x87,
      reasonName: 'Not authorized',
      hint: expect.any(String),
      packet: { type: 'puback', properties: { reasonString: 'not yours' } },
    });
    await client.stop();
  });

  it('calls the functions among its options on the page, and keeps what they throw as it was', async () => {
    class SigningError extends Error {
      readonly status = 403;
    }
    const thrown = new SigningError('no');
    const { client, clock, heard } = setUpWorker({ url: () => Promise.reject(thrown) });
    void client.start();
    await clock.settle();
    expect(summary(heard)).toEqual(['connectionFailure URL_FAILED']);
    expect((heard[0]?.event['error'] as MqttError | undefined)?.cause).toBe(thrown);
    expect(client.state.error?.cause).toBe(thrown);
    await client.stop();
  });

  it('tells a function that the attempt was given up', async () => {
    let given: AbortSignal | undefined;
    const { client, clock } = setUpWorker({
      credentials: ({ signal }) => {
        given = signal;
        return new Promise(() => {});
      },
    });
    void client.start();
    await clock.settle();
    expect(given?.aborted).toBe(false);
    await clock.advance(15_000);
    expect(given?.aborted).toBe(true);
    await client.stop();
  });

  it('has whatever cannot be cloned stay on the page, where it works', async () => {
    const called = new Set<string>();
    const note = (name: string) => (): void => void called.add(name);
    const { client, clock, broker } = setUpWorker({
      clientId: 'page',
      url: () => 'ws://broker.test/mqtt',
      credentials: () => ({ username: 'me', password: 'secret' }),
      logger: { debug: note('logger'), info: note('logger'), warn: note('logger'), error: note('logger') },
      propagator: { inject: note('inject'), extract: (context) => (called.add('extract'), context) },
      contextManager: { active: () => ({ span: () => {} }), with: (_, call) => call() },
      authentication: { method: 'PLAIN', begin: () => ({ data: new Uint8Array([1]), respond: () => ({}) }) as never },
      session: { store: new MemoryStore() },
      onUnhandledError: note('onUnhandledError'),
      brokerProfile: { name: 'a', describe: () => 'b' } as never,
    });
    const started = watch(client.start());
    const server = await broker.nextConnection();
    const connect = await server.acceptClient({ properties: { authenticationMethod: 'PLAIN' } });
    expect(connect).toMatchObject({ username: 'me', properties: { authenticationMethod: 'PLAIN' } });
    await clock.settle();
    expect(started.status).toBe('resolved');
    const subscribed = client.subscribe('a', () => {
      throw new Error('a handler of the application');
    });
    await grant(server);
    await subscribed;
    await client.publish('a', 'x');
    server.send(publish('a', '1', { properties: { userProperties: [['traceparent', '1']] } }));
    await clock.settle();
    expect([...called].sort()).toEqual(['extract', 'inject', 'logger', 'onUnhandledError']);
    await client.stop();
  });

  it('tells figures that are at most one question old', async () => {
    const { client, clock, server } = await connectedWorker();
    watch(client.publish('a', 'x', { qos: 1 }));
    await server.expectPacket('publish');
    client.statistics();
    await clock.settle();
    expect(client.statistics()).toMatchObject({ unackedOperationCount: 1, connectionCount: 1, sent: { messages: 1 } });
    await client.stop();
  });
});

describe('a store of sessions', () => {
  const durable = (store: SessionStore) =>
    setUpWorker({ clientId: 'page', session: { store, behavior: 'rejoinAlways' } });

  it('stays on the page, and what it has is resumed by the next client', async () => {
    const store = new MemoryStore();
    const first = durable(store);
    void first.client.start();
    const server = await first.broker.nextConnection();
    await server.acceptClient();
    watch(first.client.publish('a', 'x', { qos: 1, properties: { correlationData: new Uint8Array([1, 2]) } }));
    await server.expectPacket('publish');
    await first.client.stop();

    const second = durable(store);
    const restored: unknown[] = [];
    second.client.on('sessionRestored', (event) => restored.push(event));
    void second.client.start();
    const again = await second.broker.nextConnection();
    await again.acceptClient({ sessionPresent: true });
    expect(await again.expectPacket('publish')).toMatchObject({
      duplicate: true,
      payload: new Uint8Array([120]),
      properties: { correlationData: new Uint8Array([1, 2]) },
    });
    expect(restored).toEqual([{ publishes: 1, messages: 0 }]);
    await second.client.stop();
  });

  it.each([
    ['a broken one', 'QuotaExceededError', 'STORE_FAILED'],
    ['one that another page has', 'SessionLockedError', 'SESSION_LOCKED'],
  ])('%s is told of, by its kind', async (_, name, code) => {
    const thrown = Object.assign(new Error('no'), { name });
    const { client, clock } = durable({ open: () => Promise.reject(thrown) });
    const codes: string[] = [];
    client.on('storeFailure', ({ error }) => {
      codes.push(error.code);
      expect(error.cause).toBe(thrown);
    });
    client.on('connectionFailure', ({ error }) => codes.push(error.code));
    void client.start();
    await clock.settle();
    expect(codes).toContain(code);
    await client.stop();
  });
});

describe('a worker that is gone', () => {
  it('when it was never loaded, everything ends with WORKER_FAILED, at once', async () => {
    const { client, clock, gone, heard } = setUpWorker();
    const results = [watch(client.start()), watch(client.publish('a', 'x', { qos: 1 })), watch(client.subscribe('a'))];
    gone('it could not be loaded');
    await clock.settle();
    expect(results.map(({ code }) => code)).toEqual(Array(3).fill('WORKER_FAILED'));
    expect(summary(heard)).toEqual(['connectionFailure WORKER_FAILED']);
    expect(client.state.status).toBe('failed');
  });

  it('when it was terminated without a word, everything ends within `workerTimeoutMs`, and stays so', async () => {
    const { client, clock, server, terminate, heard } = await connectedWorker();
    const subscribed = client.subscribe('a');
    await grant(server);
    const iterator = (await subscribed)[Symbol.asyncIterator]();
    terminate();
    const results = [
      watch(client.publish('a', 'x', { qos: 2 })),
      watch(client.publish('a', 'x')),
      watch(iterator.next()),
    ];
    await clock.advance(20_000);
    expect(results.map(({ code }) => code)).toEqual(Array(3).fill('WORKER_FAILED'));
    expect(summary(heard).at(-1)).toBe('disconnection WORKER_FAILED');
    expect([client.state.status, client.state.error?.retryable]).toEqual(['failed', false]);
    const later = [watch(client.start()), watch(client.publish('a', 'x', { qos: 1 })), watch(client.subscribe('b'))];
    await clock.settle();
    expect(later.map(({ code }) => code)).toEqual(Array(3).fill('WORKER_FAILED'));
    const stopped = watch(client.stop());
    await clock.settle();
    expect([stopped.status, client.state.status]).toEqual(['resolved', 'stopped']);
  });

  it('is noticed, too, by a page that asks nothing of it and only waits for messages', async () => {
    const { client, clock, terminate } = await connectedWorker();
    await clock.advance(60_000);
    terminate();
    await clock.advance(20_000);
    expect([client.state.status, client.state.error?.code]).toEqual(['failed', 'WORKER_FAILED']);
  });

  it('while it is stopping, stop() resolves all the same', async () => {
    const { client, clock, terminate, server } = await connectedWorker();
    void server;
    const published = watch(client.publish('a', 'x', { qos: 1 }));
    terminate();
    const stopped = watch(client.stop({ drainMs: 60_000 }));
    await clock.advance(20_000);
    expect([stopped.status, published.code]).toEqual(['resolved', 'WORKER_FAILED']);
  });

  it('is not one that only answers late, because the page slept', async () => {
    const { client, clock, heard } = await connectedWorker({ keepAliveSeconds: 0 });
    for (let hour = 0; hour < 5; hour++) await clock.skip(3_600_000);
    await clock.advance(60_000);
    expect([client.state.status, summary(heard)]).toEqual(['connected', ['attemptingConnect', 'connectionSuccess']]);
    await client.stop();
  });
});

describe('createWorkerClient', () => {
  const worker = { postMessage: () => expect.fail('posted'), addEventListener: () => {} };

  it('checks its options at once, and posts nothing', () => {
    expect(() => createWorkerClient(worker, { url: 'wss://broker.test' })).not.toThrow();
    const session = { store: new MemoryStore() };
    expect(() => createWorkerClient(worker, { url: 'wss://broker.test', clientId: 'page', session })).not.toThrow();
    for (const [options, named] of [
      [{ url: 'https://broker.test' }, 'ws:'],
      [{ url: 'wss://broker.test', webSocket: Object }, 'WebSocket'],
      [{ url: 'wss://broker.test', workerTimeoutMs: 0 }, 'workerTimeoutMs'],
      [{ url: 'wss://broker.test', maxBacklogBytes: -1 }, 'maxBacklogBytes'],
    ] as const)
      expect(() => createWorkerClient(worker, options as WorkerClientOptions)).toThrow(named);
  });
});
