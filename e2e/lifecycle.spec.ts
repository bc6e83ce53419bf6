import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { type BrokerServer, startBrokerServer } from '@mqtide/testkit';
import { expect, test as base } from './fixtures/index.ts';
import { RealBrowser } from './support/real-browser.ts';

/** A broker that ends connections after one and a half times the keep alive, in front of which stands a real browser. */
const test = base.extend<{ realPage: Page; realBrowser: RealBrowser; server: BrokerServer }>({
  realBrowser: async ({}, use) => {
    const browser = await RealBrowser.start();
    await use(browser);
    await browser.dispose();
  },
  realPage: async ({ realBrowser, site }, use) => {
    const page = await realBrowser.openPage(site.url);
    await page.waitForFunction(() => 'mqtide' in globalThis);
    await use(page);
  },
  server: async ({}, use) => {
    const server = await startBrokerServer();
    await use(server);
    await server.close();
  },
});

test.describe('a page', { tag: '@chromium' }, () => {
  /** Starts a client, and writes down what it goes through. */
  const begin = async ({ url, keepAliveSeconds }: { readonly url: string; readonly keepAliveSeconds: number }) => {
    const client = mqtide.createClient({ url, keepAliveSeconds, clientId: 'page' });
    const seen = {
      lost: [] as string[],
      connectedAt: [] as number[],
      messages: [] as string[],
      events: [] as string[],
    };
    client.on('disconnection', ({ error }) => seen.lost.push(error.code));
    client.on('connectionSuccess', () => seen.connectedAt.push(performance.now()));
    for (const name of ['freeze', 'resume']) document.addEventListener(name, () => seen.events.push(name));
    addEventListener('pageshow', ({ persisted }) => persisted && seen.events.push('restored'));
    await client.start();
    await client.subscribe('news', { qos: 1 }, (message) => seen.messages.push(message.text()));
    return { client, seen, url: location.href };
  };

  test('that is hidden for a minute keeps a keep alive of two seconds, though its chains of timers stand still', async ({
    realBrowser,
    realPage,
    server,
  }) => {
    test.setTimeout(150_000);
    const run = await realPage.evaluateHandle(begin, { url: server.url, keepAliveSeconds: 2 });
    await realPage.evaluate(() => {
      const ticks: number[] = [];
      const tick = (): void => {
        ticks.push(performance.now());
        setTimeout(tick, 500);
      };
      tick();
      Object.assign(globalThis, { ticks });
    });
    await realBrowser.openPage('about:blank');
    expect(await realPage.evaluate(() => document.visibilityState)).toBe('hidden');
    const countPings = (): number => server.broker.received('pingreq').length;
    const before = countPings();
    await sleep(75_000);
    const ticks = await realPage.evaluate(() => [
      ...(globalThis as unknown as { ticks: number[] }).ticks,
      performance.now(),
    ]);
    const gaps = ticks.slice(1).map((at, index) => at - (ticks[index] as number));
    expect(Math.max(...gaps), 'the browser holds timers back').toBeGreaterThan(20_000);
    expect(await run.evaluate(({ seen }) => seen.lost)).toEqual([]);
    expect(countPings() - before).toBeGreaterThan(30);
    expect(server.broker.violations).toEqual([]);
    await run.evaluate(({ client }) => client.stop());
  });

  test('that was frozen is back at once when it is resumed, and has missed nothing', async ({ realPage, server }) => {
    const run = await realPage.evaluateHandle(begin, { url: server.url, keepAliveSeconds: 2 });
    const count = await realPage.evaluateHandle(() => {
      const counter = { value: 0 };
      setInterval(() => (counter.value += 1), 50);
      return counter;
    });
    const protocol = await realPage.context().newCDPSession(realPage);
    const isOnline = (): boolean => server.broker.connectedClients.includes('page');
    expect(isOnline()).toBe(true);
    await protocol.send('Page.setWebLifecycleState', { state: 'frozen' });
    await expect.poll(isOnline, { timeout: 10_000 }).toBe(false);
    server.broker.publish({ topic: 'news', payload: 'while you slept', qos: 1 });
    await sleep(3_000);
    await protocol.send('Page.setWebLifecycleState', { state: 'active' });
    const resumedAt = Date.now();
    await expect.poll(() => run.evaluate(({ seen }) => seen.messages)).toEqual(['while you slept']);
    expect(Date.now() - resumedAt).toBeLessThan(2_500);
    const { events, lost } = await run.evaluate(({ seen }) => seen);
    expect(events).toEqual(['freeze', 'resume']);
    expect(lost).toHaveLength(1);
    // More than three seconds of 50 ms are missing.
    const ticks = await count.evaluate(({ value }) => value);
    const sinceStart = await realPage.evaluate(() => performance.now());
    expect(ticks * 50).toBeLessThan(sinceStart - 3_000);
    await run.evaluate(({ client }) => client.stop());
  });

  test('that comes back from the back/forward cache is connected again, with its session', async ({
    realPage,
    server,
    site,
  }) => {
    await realPage.evaluate(async (url) => {
      const client = mqtide.createClient({ url, clientId: 'page', keepAliveSeconds: 60 });
      const seen = { messages: [] as string[], lost: [] as string[], isRestored: false };
      client.on('disconnection', ({ error }) => seen.lost.push(error.code));
      addEventListener('pageshow', ({ persisted }) => (seen.isRestored ||= persisted));
      await client.start();
      await client.subscribe('news', { qos: 1 }, (message) => seen.messages.push(message.text()));
      Object.assign(globalThis, { seen });
    }, server.url);
    await realPage.goto(`${site.url}module.html`);
    await sleep(1_000);
    await realPage.evaluate(() => history.back());
    const backAt = Date.now();
    // Its socket does not survive: a message that comes before the client is back waits for it.
    type Seen = { readonly messages: string[]; readonly lost: string[] };
    const look = (): Promise<Seen | undefined> =>
      realPage.evaluate(() => (globalThis as unknown as { seen?: Seen }).seen).catch(() => undefined);
    await expect.poll(async () => (await look())?.lost).toEqual(['SOCKET_CLOSED']);
    server.broker.publish({ topic: 'news', payload: 'welcome back', qos: 1 });
    await expect.poll(async () => (await look())?.messages).toEqual(['welcome back']);
    expect(Date.now() - backAt).toBeLessThan(3_000);
    expect(await look()).toMatchObject({ isRestored: true });
  });

  test('that is online again finds out within seconds that its connection is dead', async ({
    realPage,
    server,
    networkTo,
  }) => {
    const [first, second] = [await networkTo(server.url), await networkTo(server.url)];
    const run = await realPage.evaluateHandle(
      async ([before, after]) => {
        const urls = [before as string];
        const client = mqtide.createClient({ url: () => urls.shift() ?? (after as string), keepAliveSeconds: 600 });
        const lost: string[] = [];
        client.on('disconnection', ({ error }) => lost.push(error.code));
        await client.start();
        return { client, lost };
      },
      [first.url, second.url],
    );
    first.silence();
    await sleep(6_000);
    expect(await run.evaluate(({ client }) => client.state.status)).toBe('connected');
    const backAt = await offlineAndBack(realPage);
    await expect.poll(() => run.evaluate(({ lost }) => lost), { timeout: 8_000 }).toEqual(['KEEPALIVE_TIMEOUT']);
    await expect.poll(() => run.evaluate(({ client }) => client.state.status)).toBe('connected');
    expect(Date.now() - backAt).toBeLessThan(8_000);
    await run.evaluate(({ client }) => client.stop());
  });

  test('that is online again does not wait for an attempt that is far off', async ({ realPage, server, networkTo }) => {
    const network = await networkTo(server.url);
    const run = await realPage.evaluateHandle(async (url) => {
      const reconnect = { minDelayMs: 100, maxDelayMs: 600_000, jitter: 'none' } as const;
      const client = mqtide.createClient({ url, reconnect });
      await client.start();
      return client;
    }, network.url);
    network.cut();
    const farOff = ({ state }: { readonly state: { readonly nextAttemptAt?: number } }): boolean =>
      (state.nextAttemptAt ?? 0) - (performance.timeOrigin + performance.now()) > 5_000;
    await expect.poll(() => run.evaluate(farOff), { timeout: 30_000 }).toBe(true);
    network.restore();
    const backAt = await offlineAndBack(realPage);
    await expect.poll(() => run.evaluate(({ state }) => state.status)).toBe('connected');
    expect(Date.now() - backAt).toBeLessThan(3_000);
    await run.evaluate((client) => client.stop());
  });
});

/** Tells the page that its network is gone, and is back. Returns when it was back. */
async function offlineAndBack(page: Page): Promise<number> {
  const protocol = await page.context().newCDPSession(page);
  const conditions = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
  const heard = page.evaluate(
    () =>
      new Promise<boolean>((resolve) => addEventListener('online', () => resolve(navigator.onLine), { once: true })),
  );
  await protocol.send('Network.emulateNetworkConditions', { ...conditions, offline: true });
  await expect.poll(() => page.evaluate(() => navigator.onLine)).toBe(false);
  await protocol.send('Network.emulateNetworkConditions', { ...conditions, offline: false });
  expect(await heard).toBe(true);
  return Date.now();
}
