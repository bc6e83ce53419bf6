import { expect, test } from './fixtures/index.ts';
import { type AttemptOptions, failToConnect } from './support/attempt.ts';

const WRONG_URLS = ['', 'broker.example', 'http://127.0.0.1:1/', 'mqtt://127.0.0.1:1883', 'wss://'];

/** Retried, but not within the test. */
const reconnect = { minDelayMs: 60_000, maxDelayMs: 60_000 };

test('a URL that can never work is refused at once, with what one looks like', async ({ page }) => {
  const errors = await page.evaluate(
    (urls) =>
      urls.map((url) => {
        try {
          mqtide.createClient({ url });
          return 'accepted';
        } catch (error) {
          return `${(error as { code: string }).code} ${String(error)}`;
        }
      }),
    WRONG_URLS,
  );
  for (const error of errors) expect(error).toMatch(/^INVALID_ARGUMENT .*wss?:/);
});

test('a URL function that fails costs one attempt', async ({ page, broker }) => {
  const seen = await page.evaluate(async (url) => {
    const answers: (string | Error)[] = [new Error('no network'), 'nonsense', url];
    const asked: unknown[] = [];
    const failures: unknown[] = [];
    const client = mqtide.createClient({
      url: async ({ attempt, lastError }) => {
        asked.push([attempt, lastError?.code]);
        const answer = answers.shift() as string | Error;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      reconnect: { minDelayMs: 1, maxDelayMs: 1 },
    });
    client.on('connectionFailure', ({ error }) => failures.push([error.code, (error.cause as Error).message]));
    const { protocolVersion } = await client.start();
    await client.stop();
    return { asked, failures, protocolVersion };
  }, broker.url);
  expect(seen).toEqual({
    asked: [
      [1, undefined],
      [2, 'URL_FAILED'],
      [3, 'URL_FAILED'],
    ],
    failures: [
      ['URL_FAILED', 'no network'],
      ['URL_FAILED', expect.stringContaining("'nonsense' is not like wss://broker.example/mqtt")],
    ],
    protocolVersion: 5,
  });
});

test('an unreachable host is tried again, and start() waits until it is told otherwise', async ({
  page,
  silentServer,
}) => {
  const server = await silentServer();
  const { url } = server;
  await server.dispose();
  expect(await page.evaluate(failToConnect, { url, reconnect })).toMatchObject({
    error: { code: 'SOCKET_OPEN_FAILED', retryable: true, hint: expect.stringContaining('server') },
    willRetryInMs: 60_000,
    start: 'pending',
    status: 'waiting',
  });

  const aborted = await page.evaluate(async (url) => {
    const client = mqtide.createClient({ url, reconnect: { minDelayMs: 10, maxDelayMs: 10 } });
    const controller = new AbortController();
    let failures = 0;
    client.on('connectionFailure', () => {
      failures += 1;
      if (failures === 3) controller.abort(new Error('three are enough'));
    });
    const stopped = new Promise<void>((resolve) => client.on('stopped', () => resolve()));
    const reason = await client.start({ signal: controller.signal }).catch((error: Error) => error.message);
    await stopped;
    return { reason, status: client.state.status };
  }, url);
  expect(aborted).toEqual({ reason: 'three are enough', status: 'stopped' });
});

test('without reconnection an unreachable host is the end', async ({ page, silentServer }) => {
  const server = await silentServer();
  const { url } = server;
  await server.dispose();
  const options: AttemptOptions = { url, reconnect: false };
  const failed = await page.evaluate(failToConnect, options);
  expect(failed).toMatchObject({
    error: { code: 'SOCKET_OPEN_FAILED', retryable: false },
    start: 'SOCKET_OPEN_FAILED',
    status: 'failed',
  });
  expect(failed).not.toHaveProperty('willRetryInMs');
});

test('a web server that is no WebSocket server', async ({ page, site }) => {
  const url = site.url.replace('http:', 'ws:');
  expect(await page.evaluate(failToConnect, { url, reconnect })).toMatchObject({
    error: { code: 'SOCKET_OPEN_FAILED', retryable: true, hint: expect.stringContaining('address') },
    start: 'pending',
  });
});

test('a WebSocket server that does not speak MQTT, by its subprotocol', async ({ page, silentServer }) => {
  const server = await silentServer({ subprotocol: false });
  const { error } = await page.evaluate(failToConnect, { url: server.url, reconnect });
  // Chromium refuses such a connection itself, and says no more than that it failed.
  expect(['SUBPROTOCOL_REFUSED', 'SOCKET_OPEN_FAILED']).toContain(error.code);
  expect(error).toMatchObject({ retryable: true, hint: expect.stringContaining('address') });
  expect(server.received).toEqual([]);
});

test('a host that accepts a connection and never opens the WebSocket', async ({ page, broker, networkTo }) => {
  const network = await networkTo(broker.url);
  network.silence();
  expect(await page.evaluate(failToConnect, { url: network.url, reconnect, connectTimeoutMs: 300 })).toMatchObject({
    error: {
      code: 'CONNECT_TIMEOUT',
      retryable: true,
      message: expect.stringContaining('WebSocket'),
      hint: expect.any(String),
    },
    start: 'pending',
  });
});

test('a broker that opens the WebSocket and never answers', async ({ page, silentServer }) => {
  const server = await silentServer();
  const { url } = server;
  expect(await page.evaluate(failToConnect, { url, reconnect, connectTimeoutMs: 300 })).toMatchObject({
    error: {
      code: 'CONNECT_TIMEOUT',
      retryable: true,
      message: expect.stringContaining('CONNACK'),
      hint: expect.any(String),
    },
    start: 'pending',
  });
  await expect.poll(() => server.connections).toBe(0);
});
