import { readFile } from 'node:fs/promises';
import type { Browser } from '@playwright/test';
import { type BrokerServer, startBrokerServer } from '@mqtide/testkit';
import { test as base, expect } from './fixtures/index.ts';
import { bytesOf, CONNACK, packetsIn } from './support/packets.ts';

/** The broker of the test kit: mosquitto takes 25 seconds for a mebibyte. */
const test = base.extend<{ quickBroker: BrokerServer }>({
  quickBroker: async ({}, use) => {
    const server = await startBrokerServer();
    await use(server);
    await server.close();
  },
});

test.use({ harness: '/workers.html' });

const KIBIBYTE = 1_024;
const MEBIBYTE = 1_024 * KIBIBYTE;
const MESSAGE_BYTES = 64 * KIBIBYTE;

/** Bytes of memory that the renderers of the browser have, where the platform tells. */
async function residentBytes(pids: readonly number[]): Promise<number> {
  const pages = await Promise.all(
    pids.map(async (pid) => Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1])),
  );
  return pages.reduce((sum, each) => sum + each, 0) * 4 * KIBIBYTE;
}

async function renderersOf(browser: Browser): Promise<number[]> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

test('createWorkerClient: a page that is busy while 384 MiB come keeps the newest 17 of them at the most', async ({
  page,
  browser,
  browserName,
  silentServer,
}) => {
  test.setTimeout(180_000);
  const suback = bytesOf([{ type: 'suback', packetId: 1, reasonCodes: [0] }]);
  const server = await silentServer({ answers: [CONNACK, suback] });
  const run = await page.evaluateHandle(async (url) => {
    const client = workers.createWorkerClient(workers.clientWorker(), { url, keepAliveSeconds: 0 });
    const warnings: string[] = [];
    client.on('warning', ({ code }) => warnings.push(code));
    await client.start();
    const numbers: number[] = [];
    await client.subscribe('flood', ({ payload }) => {
      numbers.push(new DataView(payload.buffer, payload.byteOffset).getUint32(0));
    });
    return { client, numbers, warnings };
  }, server.url);

  const total = 6_144;
  const measurable = browserName === 'chromium' && process.platform === 'linux';
  const renderers = measurable ? await renderersOf(browser) : [];
  const before = await residentBytes(renderers);
  let highest = 0;
  // The main thread waits for the answer to a request, which comes when the worker has read everything.
  await page.route('**/flooded', async (route) => {
    const payload = new Uint8Array(MESSAGE_BYTES);
    for (let number = 0; number < total; number += 8) {
      const packets = Array.from({ length: 8 }, (_, index) => {
        const numbered = payload.slice();
        new DataView(numbered.buffer).setUint32(0, number + index);
        return { type: 'publish', topic: 'flood', payload: numbered, qos: 0, retain: false, duplicate: false } as const;
      });
      server.send(bytesOf(packets));
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (number % 256 === 0) highest = Math.max(highest, await residentBytes(renderers));
    }
    // Answered by the engine, without asking anybody.
    server.send(bytesOf([{ type: 'pubrel', packetId: 77, reasonCode: 0 }]));
    const answers = (): string[] => packetsIn(server.received).map(({ type }) => type);
    await expect.poll(answers, { timeout: 120_000 }).toContain('pubcomp');
    highest = Math.max(highest, await residentBytes(renderers));
    await route.fulfill({ contentType: 'text/plain', body: 'all of it' });
  });
  await run.evaluate(() => {
    const request = new XMLHttpRequest();
    request.open('GET', '/flooded', false);
    request.send();
  });
  const dropped = (): Promise<number> => run.evaluate(({ client }) => client.statistics().droppedMessageCount);
  const numbers = (): Promise<number[]> => run.evaluate((run) => run.numbers);
  await expect.poll(async () => (await numbers()).length + (await dropped())).toBe(total);

  const kept = await numbers();
  expect((kept.length * MESSAGE_BYTES) / MEBIBYTE).toBeLessThanOrEqual(17.1);
  expect(kept.at(-1)).toBe(total - 1);
  expect(kept).toEqual([...kept].sort((left, right) => left - right));
  expect(await run.evaluate(({ warnings }) => warnings)).toEqual(['MESSAGES_DROPPED']);
  console.log(`renderers: ${Math.round(before / MEBIBYTE)} MiB before, ${Math.round(highest / MEBIBYTE)} MiB at most`);
  // What is dropped is garbage for a while.
  if (measurable) expect((highest - before) / MEBIBYTE).toBeLessThan(192);
  await run.evaluate(({ client }) => client.stop());
});

test('createWorkerClient: at each event, and right after each call, `state` is that of the event', async ({
  page,
  quickBroker,
}) => {
  const states = await page.evaluate(async (url) => {
    const client = workers.createWorkerClient(workers.clientWorker(), { url });
    const states: string[] = [];
    const note = (what: string): void => void states.push(`${what} ${client.state.status}`);
    for (const name of ['attemptingConnect', 'connectionSuccess', 'stopped'] as const)
      client.on(name, () => note(name));
    const started = client.start();
    note('start()');
    await started;
    const stopped = client.stop();
    note('stop()');
    await stopped;
    return states;
  }, quickBroker.url);
  expect(states).toEqual([
    'start() connecting',
    'attemptingConnect connecting',
    'connectionSuccess connected',
    'stop() stopping',
    'stopped stopped',
  ]);
});

test('createWorkerClient: a mebibyte goes round, and the bytes stay with the page', async ({
  page,
  quickBroker,
  topic,
}) => {
  const result = await page.evaluate(
    async ({ url, topic }) => {
      const client = workers.createWorkerClient(workers.clientWorker(), { url });
      await client.start();
      const messages = (await client.subscribe(topic, { qos: 1 }))[Symbol.asyncIterator]();
      const bytes = new Uint8Array(2 ** 20 + 2).map((_, index) => index % 251);
      const view = bytes.subarray(1, -1);
      await client.publish(topic, view, { qos: 1 });
      await client.publish(topic, bytes.buffer.slice(0, 4), { qos: 1 });
      const { value: large } = await messages.next();
      const { value: small } = await messages.next();
      await client.stop();
      const isSame = large.payload.every((byte: number, index: number) => byte === view[index]);
      return { lengths: [bytes.length, large.payload.length, small.payload.length], isSame };
    },
    { url: quickBroker.url, topic },
  );
  expect(result).toEqual({ lengths: [2 ** 20 + 2, 2 ** 20, 4], isSame: true });
});

test('createWorkerClient: signals give operations up, a handler that throws hurts nobody, and disposing stops', async ({
  page,
  networkTo,
  quickBroker,
  topic,
}) => {
  const network = await networkTo(quickBroker.url);
  const run = await page.evaluateHandle(
    async ({ url, topic }) => {
      const unhandled: string[] = [];
      const onUnhandledError = (error: unknown): void => void unhandled.push((error as Error).message);
      const client = workers.createWorkerClient(workers.clientWorker(), { url, onUnhandledError });
      await client.start();
      const texts: string[] = [];
      await client.subscribe(topic, { qos: 1 }, (message) => {
        texts.push(message.text());
        throw new Error(`no ${message.text()}`);
      });
      for (const text of ['1', '2']) await client.publish(topic, text, { qos: 1 });
      return { client, texts, unhandled };
    },
    { url: network.url, topic },
  );
  expect(await run.evaluate(({ texts, unhandled }) => ({ texts, unhandled }))).toEqual({
    texts: ['1', '2'],
    unhandled: ['no 1', 'no 2'],
  });
  network.silence();
  const outcomes = await run.evaluate(async ({ client }, topic) => {
    const given = new AbortController();
    const { signal } = given;
    const operations = [
      client.publish(topic, 'x', { qos: 1, signal }),
      client.publish(topic, 'x', { qos: 2, signal }),
      client.subscribe('other', { signal }),
      client.request('asked', 'x', { signal }),
      client.publish(topic, 'x', { qos: 1, timeoutMs: 200 }),
    ];
    setTimeout(() => given.abort(new Error('given up')), 100);
    const settled = await Promise.allSettled(operations);
    const { asyncDispose = Symbol.for('Symbol.asyncDispose') } = Symbol as { asyncDispose?: symbol };
    await (client as unknown as Record<symbol, () => Promise<void>>)[asyncDispose]?.();
    const reasons = settled.map((each) => {
      const { code, message } = (each as PromiseRejectedResult).reason as Error & { code?: string };
      return code ?? message;
    });
    return { reasons, status: client.state.status };
  }, topic);
  expect(outcomes).toEqual({
    reasons: ['given up', 'given up', 'given up', 'given up', 'ACK_TIMEOUT'],
    status: 'stopped',
  });
});

test('createWorkerClient: pages with a worker each, and clients that share one, hear each other', async ({
  page,
  openPage,
  quickBroker,
  topic,
}) => {
  const begin = async ({ url, topic }: { url: string; topic: string }) => {
    const worker = workers.clientWorker();
    const clients = [1, 2].map(() => workers.createWorkerClient(worker, { url }));
    const texts: string[] = [];
    for (const client of clients) {
      await client.start();
      await client.subscribe(topic, { qos: 2 }, (message) => void texts.push(message.text()));
    }
    return { clients, texts };
  };
  const other = await openPage();
  const where = { url: quickBroker.url, topic };
  const runs = [await page.evaluateHandle(begin, where), await other.evaluateHandle(begin, where)];
  for (const [index, run] of runs.entries())
    await run.evaluate(
      ({ clients }, { topic, index }) =>
        Promise.all(clients.map((client, at) => client.publish(topic, `${index}${at}`, { qos: 2 }))),
      { topic, index },
    );
  for (const run of runs)
    await expect
      .poll(() => run.evaluate(({ texts }) => [...texts].sort()))
      .toEqual(['00', '00', '01', '01', '10', '10', '11', '11']);
  // The worker of a page that is gone is gone, too.
  await other.close();
  await expect.poll(() => quickBroker.broker.connectedClients.length).toBe(2);
  for (const client of [0, 1]) await runs[0]?.evaluate(({ clients }, at) => clients[at]?.stop(), client);
});

test('createWorkerClient: what it keeps in IndexedDB survives a reload in the middle', async ({
  page,
  networkTo,
  quickBroker,
  topic,
}) => {
  const network = await networkTo(quickBroker.url);
  const begin = async ({ url, clientId }: { url: string; clientId: string }) => {
    const session = { store: mqtide.indexedDBStore(), expirySeconds: 600 };
    const client = workers.createWorkerClient(workers.clientWorker(), {
      ...{ url, clientId, session },
      reconnect: { minDelayMs: 50, maxDelayMs: 200 },
    });
    const restored: object[] = [];
    client.on('sessionRestored', (event) => restored.push(event));
    await client.start();
    return { client, restored };
  };
  const heard: string[] = [];
  const witness = await page.context().newPage();
  await witness.exposeFunction('hear', (text: string) => void heard.push(text));
  await witness.goto('/');
  await witness.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url });
      await client.start();
      const { hear } = globalThis as unknown as { hear(text: string): Promise<void> };
      await client.subscribe(topic, { qos: 2 }, (message) => void hear(message.text()));
    },
    { url: quickBroker.url, topic },
  );
  const where = { url: network.url, clientId: topic };
  const first = await page.evaluateHandle(begin, where);
  network.silence();
  await first.evaluate(({ client }, topic) => {
    void client.publish(topic, 'before the reload', { qos: 2 }).catch(() => {});
  }, topic);
  // Until it is stored.
  await expect.poll(() => first.evaluate(({ client }) => client.statistics().unackedOperationCount)).toBe(1);
  await page.reload();
  network.cut();
  network.restore();
  const second = await page.evaluateHandle(begin, where);
  await expect.poll(() => heard).toEqual(['before the reload']);
  expect(await second.evaluate(({ restored }) => restored)).toEqual([{ publishes: 1, messages: 0 }]);
  await second.evaluate(({ client }) => client.stop());
  await witness.close();
});
