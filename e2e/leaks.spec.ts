import type { CDPSession, Page } from '@playwright/test';
import { type BrokerServer, startBrokerServer } from '@mqtide/testkit';
import { test as base, expect } from './fixtures/index.ts';

/** The broker of the test kit: mosquitto takes a tenth of a second for each WebSocket. */
const test = base.extend<{ quickBroker: BrokerServer }>({
  quickBroker: async ({}, use) => {
    const server = await startBrokerServer();
    await use(server);
    await server.close();
  },
});

/** Repetitions that are measured, after others that are not: caches fill, and code is compiled. */
const CYCLES = 1_000;
const WARM_UP = 1_300;
/** What is left on the heap by one cycle, in bytes, at the most: a leaked object with one closure has more. */
const BYTES_PER_CYCLE = 40;

interface Weight {
  readonly heap: number;
  /** Listeners that the page has, of whatever kind. */
  readonly listeners: number;
}

/** What is there after everything that may go has gone: the least of several looks. */
async function weigh(devtools: CDPSession): Promise<Weight> {
  const heaps: number[] = [];
  for (let look = 0; look < 5; look++) {
    await devtools.send('HeapProfiler.collectGarbage');
    heaps.push((await devtools.send('Runtime.getHeapUsage')).usedSize);
  }
  const { jsEventListeners } = await devtools.send('Memory.getDOMCounters');
  return { heap: Math.min(...heaps), listeners: jsEventListeners };
}

/** Runs a part of the page `WARM_UP` and then `CYCLES` times, and says what the latter left behind. */
async function leftBy(page: Page, cycle: (times: number) => Promise<unknown>): Promise<Weight> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.enable');
  await cycle(WARM_UP);
  const before = await weigh(devtools);
  await cycle(CYCLES);
  const after = await weigh(devtools);
  console.log(`heap ${before.heap} -> ${after.heap}, listeners ${before.listeners} -> ${after.listeners}`);
  return { heap: (after.heap - before.heap) / CYCLES, listeners: after.listeners - before.listeners };
}

function expectNothing({ heap, listeners }: Weight): void {
  expect(heap).toBeLessThan(BYTES_PER_CYCLE);
  expect(listeners).toBe(0);
}

test.describe('1,000 cycles leave heap and listeners as they were', { tag: '@chromium' }, () => {
  test.setTimeout(240_000);

  test('of connecting and disconnecting, by one client', async ({ page, quickBroker, topic }) => {
    const run = await page.evaluateHandle((url) => {
      const client = mqtide.createClient({ url, credentials: () => ({ username: 'me', password: 'secret' }) });
      client.on('disconnection', () => {});
      return { client };
    }, quickBroker.url);
    const left = await leftBy(page, (times) =>
      run.evaluate(
        async ({ client }, { times, topic }) => {
          for (let cycle = 0; cycle < times; cycle++) {
            await client.start({ signal: new AbortController().signal });
            await client.publish(topic, 'x', { qos: 1, signal: AbortSignal.timeout(60_000) });
            await client.stop();
          }
        },
        { times, topic },
      ),
    );
    expectNothing(left);
  });

  test('of making, connecting and disconnecting clients', async ({ page, quickBroker }) => {
    const left = await leftBy(page, (times) =>
      page.evaluate(
        async ({ url, times }) => {
          for (let cycle = 0; cycle < times; cycle++) {
            const client = mqtide.createClient({ url });
            client.on('messageReceived', () => {});
            await client.start();
            await client.stop();
          }
        },
        { url: quickBroker.url, times },
      ),
    );
    expectNothing(left);
  });

  test('of subscribing and unsubscribing, with handlers, iterators and signals', async ({
    page,
    quickBroker,
    topic,
  }) => {
    const run = await page.evaluateHandle(async (url) => {
      const client = mqtide.createClient({ url });
      await client.start();
      return { client, signal: new AbortController().signal };
    }, quickBroker.url);
    const left = await leftBy(page, (times) =>
      run.evaluate(
        async ({ client, signal }, { times, topic }) => {
          for (let cycle = 0; cycle < times; cycle++) {
            const handled = await client.subscribe(`${topic}/${cycle}`, { qos: 1, signal }, () => {});
            const iterated = await client.subscribe(`${topic}/+`, { qos: 1, signal });
            await client.publish(`${topic}/${cycle}`, 'x', { qos: 1, signal });
            for await (const _ of iterated) break;
            await handled.unsubscribe();
          }
        },
        { times, topic },
      ),
    );
    expectNothing(left);
    await run.evaluate(({ client }) => client.stop());
  });

  test('and a leak would be noticed', async ({ page, quickBroker }) => {
    const left = await leftBy(page, (times) =>
      page.evaluate(
        async ({ url, times }) => {
          const leaked = ((globalThis as { leaked?: unknown[] }).leaked ??= []);
          for (let cycle = 0; cycle < times; cycle++) {
            // A subscription that nobody ends, of a client that is never started.
            const client = mqtide.createClient({ url });
            leaked.push(client.on('stopped', () => {}));
            document.addEventListener('freeze', () => {});
          }
        },
        { url: quickBroker.url, times },
      ),
    );
    expect(left.heap).toBeGreaterThan(BYTES_PER_CYCLE * 2);
    expect(left.listeners).toBeGreaterThanOrEqual(CYCLES);
  });
});
