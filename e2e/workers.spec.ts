import type { Packet } from '@mqtide/codec';
import { expect, test } from './fixtures/index.ts';
import { bytesOf, CONNACK, connectionsIn } from './support/packets.ts';

const ACKNOWLEDGED = ['puback', 'puback', 'puback'];

test.use({ harness: '/workers.html' });

for (const kind of ['dedicated', 'shared'] as const) {
  test(`a client runs in a ${kind} worker of the application, at each QoS`, async ({ page, broker, topic }) => {
    const result = await page.evaluate(
      ({ kind, url, topic }) =>
        new Promise((resolve, reject) => {
          const worker = kind === 'dedicated' ? workers.dedicatedWorker() : workers.sharedWorker();
          worker.onerror = ({ message }: Event & { message?: string }) => reject(new Error(message ?? 'not loaded'));
          const port = worker instanceof Worker ? worker : worker.port;
          port.onmessage = ({ data }) => resolve(data);
          port.postMessage({ url, topic });
        }),
      { kind, url: broker.url, topic },
    );
    expect(result).toEqual({
      scope: kind === 'dedicated' ? 'DedicatedWorkerGlobalScope' : 'SharedWorkerGlobalScope',
      protocolVersion: 5,
      results: ['0', '1', '2'],
      reconnectCount: 0,
      status: 'stopped',
    });
  });
}

test('createWorkerClient: the same client, its socket in the worker, under a strict policy', async ({
  page,
  broker,
  topic,
}) => {
  const result = await page.evaluate(
    async ({ url, topic }) => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ violatedDirective }) =>
        violations.push(violatedDirective),
      );
      const opened: string[] = [];
      globalThis.WebSocket = new Proxy(WebSocket, {
        construct: (target, args: [string]) => {
          opened.push(args[0]);
          return new target(...args);
        },
      });
      const worker = workers.clientWorker();
      const asked: number[] = [];
      const client = workers.createWorkerClient(worker, {
        url: async ({ attempt }) => {
          asked.push(attempt);
          return url;
        },
        credentials: () => ({ username: 'me', password: 'secret' }),
      });
      const packets: string[] = [];
      client.on('packet', ({ direction, packet }) => packets.push(`${direction} ${packet.type}`));
      const { protocolVersion } = await client.start();
      const texts: string[] = [];
      await client.subscribe(`${topic}/handled`, { qos: 1 }, (message) => void texts.push(message.text()));
      const messages = await client.subscribe(`${topic}/iterated`, { qos: 2 });
      const published = [];
      for (const qos of [0, 1, 2] as const) {
        await client.publish(`${topic}/handled`, `handled ${qos}`, { qos });
        published.push(await client.publish(`${topic}/iterated`, { qos }, { qos }));
      }
      const read = [];
      for await (const message of messages) {
        read.push(message.json());
        if (read.length === 3) break;
      }
      const refused = await client.publish('a/+', 'x').catch((error: { code: string }) => error.code);
      client.statistics();
      await client.publish(topic, 'x', { qos: 1 });
      const { sent, connectionCount } = client.statistics();
      await client.stop();
      worker.terminate();
      return {
        ...{ protocolVersion, asked, texts, published, read, refused, opened, violations, connectionCount },
        ...{ first: packets.slice(0, 2), counted: sent.messages >= 6, status: client.state.status },
      };
    },
    { url: broker.url, topic },
  );
  const success = { reasonCode: 0, reasonName: 'Success' };
  expect(result).toEqual({
    protocolVersion: 5,
    asked: [1],
    texts: ['handled 0', 'handled 1', 'handled 2'],
    published: [{ qos: 0 }, { qos: 1, ...success }, { qos: 2, ...success }],
    read: [{ qos: 0 }, { qos: 1 }, { qos: 2 }],
    refused: 'INVALID_ARGUMENT',
    opened: [],
    violations: [],
    connectionCount: 1,
    first: ['sent connect', 'received connack'],
    counted: true,
    status: 'stopped',
  });
});

test('createWorkerClient: it reconnects, and resumes QoS 1 and 2, after the network was cut', async ({
  page,
  broker,
  networkTo,
  topic,
}) => {
  const network = await networkTo(broker.url);
  const run = await page.evaluateHandle(
    async ({ url, topic }) => {
      const client = workers.createWorkerClient(workers.clientWorker(), {
        url,
        reconnect: { minDelayMs: 50, maxDelayMs: 100 },
      });
      const lost = new Promise<string>((resolve) => client.on('disconnection', ({ error }) => resolve(error.code)));
      const texts: string[] = [];
      await client.start();
      await client.subscribe(topic, { qos: 2 }, (message) => void texts.push(message.text()));
      return { client, lost, texts };
    },
    { url: network.url, topic },
  );
  network.cut();
  expect(await run.evaluate(({ lost }) => lost)).toBe('SOCKET_CLOSED');
  const published = run.evaluate(
    ({ client }, topic) =>
      Promise.all([1, 2].map((qos) => client.publish(topic, `while it was cut ${qos}`, { qos: qos as 1 | 2 }))),
    topic,
  );
  network.restore();
  expect(await published).toMatchObject([{ qos: 1 }, { qos: 2 }]);
  await expect.poll(() => run.evaluate(({ texts }) => texts)).toEqual(['while it was cut 1', 'while it was cut 2']);
  expect(await run.evaluate(({ client }) => client.stop())).toBeUndefined();
});

test('createWorkerClient: 20,000 messages go round, each once and in order', async ({ page, broker, topic }) => {
  test.slow();
  const result = await page.evaluate(
    async ({ url, topic }) => {
      const total = 20_000;
      // More than there are messages: mosquitto 2.0.11 exceeds any less, and QoS 1 comes again on the next connection.
      const limits = { receiveMaximum: 65_535 };
      const client = workers.createWorkerClient(workers.clientWorker(), { url, limits });
      await client.start();
      let received = 0;
      let inOrder = true;
      let done = (): void => {};
      const finished = new Promise<void>((resolve) => (done = resolve));
      await client.subscribe(topic, { qos: 1 }, (message) => {
        inOrder &&= message.text() === `${received}`;
        received += 1;
        if (received === total) done();
      });
      for (let sent = 0; sent < total; sent += 500)
        await Promise.all(
          Array.from({ length: 500 }, (_, index) => client.publish(topic, `${sent + index}`, { qos: 1 })),
        );
      await finished;
      await client.stop();
      return { received, inOrder, connections: client.statistics().connectionCount };
    },
    { url: broker.url, topic },
  );
  expect(result).toEqual({ received: 20_000, inOrder: true, connections: 1 });
});

test('createWorkerClient: a server at the Receive Maximum may go on for ever, and is told of one message too many [MQTT-3.3.4-9]', async ({
  page,
  silentServer,
}) => {
  const server = await silentServer({ answers: [CONNACK] });
  const run = await page.evaluateHandle(async (url) => {
    const client = workers.createWorkerClient(workers.clientWorker(), {
      url,
      limits: { receiveMaximum: 3 },
      reconnect: { minDelayMs: 1, maxDelayMs: 1 },
    });
    const texts: string[] = [];
    client.on('messageReceived', ({ message }) => texts.push(message.text()));
    await client.start();
    return { client, texts };
  }, server.url);
  const send = (count: number, text: string): void => {
    const payload = new TextEncoder().encode(text);
    const fields = { type: 'publish', topic: 'a', payload, qos: 1, retain: false, duplicate: false } as const;
    server.send(bytesOf(Array.from({ length: count }, (_, index) => ({ ...fields, packetId: index + 1 }))));
  };
  const connections = (): Packet[][] => connectionsIn(server.received);
  const rounds = Array.from({ length: 50 }, (_, index) => `${index}`);
  // The page has to be asked about each: the worker counts them until its answer has come.
  for (const [index, round] of rounds.entries()) {
    send(3, round);
    await expect.poll(() => connections()[0]?.length, { intervals: [5] }).toBe(1 + 3 * (index + 1));
  }
  send(4, 'too many');
  await expect.poll(() => connections().length).toBe(2);
  const [first = [], second = []] = connections();
  expect(first.slice(1).map(({ type }) => type)).toEqual([...rounds.flatMap(() => ACKNOWLEDGED), 'disconnect']);
  expect(first.at(-1)).toMatchObject({ reasonCode: 0x93 });
  expect(second[0]).toMatchObject({ type: 'connect', properties: { receiveMaximum: 65_535 } });
  const texts = await run.evaluate(async ({ client, texts }) => {
    await client.stop();
    return texts;
  });
  expect(texts).toEqual([...rounds, 'too many'].flatMap((round) => [round, round, round]));
});

test('a worker that is not there, or is terminated, fails everything with WORKER_FAILED', async ({
  page,
  pageErrors,
  broker,
}) => {
  const result = await page.evaluate(async (url) => {
    const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
      promise.then(
        () => 'resolved',
        (error: { code: string }) => error.code,
      );
    const missing = workers.createWorkerClient(workers.missingWorker(), { url });
    const started = await codeOf(missing.start());
    await missing.stop();

    const worker = workers.clientWorker();
    const client = workers.createWorkerClient(worker, { url, workerTimeoutMs: 900 });
    await client.start();
    worker.terminate();
    const published = await codeOf(client.publish('a', 'x', { qos: 1 }));
    const { status } = client.state;
    await client.stop();
    return { started, published, status };
  }, broker.url);
  expect(result).toEqual({ started: 'WORKER_FAILED', published: 'WORKER_FAILED', status: 'failed' });
  // The engine says that the file is missing.
  pageErrors.splice(0);
});
