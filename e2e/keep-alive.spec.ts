import { startBrokerServer } from '@mqtide/testkit';
import { expect, test } from './fixtures/index.ts';
import { bytesOf, packetsIn, PINGRESP } from './support/packets.ts';
import { VERSIONS } from './support/versions.ts';

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: PINGREQ leaves while nothing else does, and a server that stops answering is given up`, async ({
    page,
    silentServer,
  }) => {
    const accepted = bytesOf([{ type: 'connack', sessionPresent: false, reasonCode: 0 }], protocolVersion);
    const server = await silentServer({ answers: [accepted, PINGRESP, PINGRESP] });
    const event = await page.evaluate(
      async ({ url, protocolVersion }) => {
        const client = mqtide.createClient({
          url,
          protocolVersion,
          keepAliveSeconds: 1,
          pingTimeoutMs: 400,
          reconnect: { minDelayMs: 60_000, maxDelayMs: 60_000 },
        });
        const lost = new Promise<object>((resolve) =>
          client.on('disconnection', ({ error: { code, message, retryable }, willRetryInMs }) =>
            resolve({ code, message, retryable, willRetryInMs }),
          ),
        );
        await client.start();
        const event = await lost;
        const { status } = client.state;
        await client.stop();
        return { ...event, status };
      },
      { url: server.url, protocolVersion },
    );
    expect(event).toMatchObject({
      code: 'KEEPALIVE_TIMEOUT',
      message: expect.stringContaining('PINGREQ'),
      retryable: true,
      willRetryInMs: 60_000,
      status: 'waiting',
    });
    // Two were answered, the third was not; the dead connection is told nothing.
    expect(packetsIn(server.received).map(({ type }) => type)).toEqual(['connect', 'pingreq', 'pingreq', 'pingreq']);
    expect(packetsIn(server.received)[0]).toMatchObject({ keepAliveSeconds: 1 });
  });

  test(`${name}: mosquitto keeps a client that is silent for longer than its keep alive`, async ({
    page,
    broker,
    topic,
  }) => {
    const { ended, text } = await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion, keepAliveSeconds: 1 });
        let ended = 0;
        client.on('disconnection', () => (ended += 1));
        await client.start();
        const messages = await client.subscribe(topic, { qos: 1 });
        // mosquitto ends the connection after one and a half times the keep alive.
        await new Promise((resolve) => setTimeout(resolve, 3_500));
        await client.publish(topic, 'alive', { qos: 1 });
        const { value: message } = await messages[Symbol.asyncIterator]().next();
        await client.stop();
        return { ended, text: message.text() };
      },
      { url: broker.url, topic, protocolVersion },
    );
    expect(ended).toBe(0);
    expect(text).toBe('alive');
  });
}

test("the server's keep alive replaces that of the client [MQTT-3.2.2-21]", async ({ page, silentServer }) => {
  const connack = bytesOf([
    { type: 'connack', sessionPresent: false, reasonCode: 0, properties: { serverKeepAlive: 1 } },
  ]);
  const server = await silentServer({ answers: [connack] });
  const run = await page.evaluateHandle(async (url) => {
    const client = mqtide.createClient({ url, keepAliveSeconds: 600 });
    const settings = await client.start();
    return { client, settings };
  }, server.url);
  expect(await run.evaluate(({ settings }) => settings.keepAliveSeconds)).toBe(1);
  await expect.poll(() => packetsIn(server.received).at(-1)?.type).toBe('pingreq');
  await run.evaluate(({ client }) => client.stop());
});

test('a silent network is noticed, and what was under way goes on over the next one', async ({
  page,
  broker,
  networkTo,
  topic,
}) => {
  const network = await networkTo(broker.url);
  const run = await page.evaluateHandle(
    async ({ url, topic }) => {
      const client = mqtide.createClient({
        url,
        keepAliveSeconds: 1,
        pingTimeoutMs: 300,
        connectTimeoutMs: 1_000,
        reconnect: { minDelayMs: 20, maxDelayMs: 100 },
      });
      const lost = new Promise<string>((resolve) => client.on('disconnection', ({ error }) => resolve(error.code)));
      await client.start();
      const messages = await client.subscribe(topic, { qos: 1 });
      const publish = (text: string): Promise<unknown> => client.publish(topic, text, { qos: 1 });
      return {
        client,
        lost,
        publish,
        iterator: messages[Symbol.asyncIterator](),
        published: Promise.resolve<unknown>(0),
      };
    },
    { url: network.url, topic },
  );
  network.silence();
  await run.evaluate((run) => {
    run.published = run.publish('into the silence');
  });
  expect(await run.evaluate(({ lost }) => lost)).toBe('KEEPALIVE_TIMEOUT');
  network.cut();
  network.restore();
  const text = await run.evaluate(async ({ client, published, iterator }) => {
    await published;
    const { value: message } = await iterator.next();
    await client.stop();
    return message.text();
  });
  expect(text).toBe('into the silence');
});

test('under a policy without blob:, eval and untyped sinks a keep alive of two seconds is kept', async ({ page }) => {
  const response = await page.request.get('/');
  const policy = response.headers()['content-security-policy'];
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  const server = await startBrokerServer();
  const { violations, lost } = await page.evaluate(async (url) => {
    const violations: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
    const client = mqtide.createClient({ url, keepAliveSeconds: 2 });
    let lost = 0;
    client.on('disconnection', () => (lost += 1));
    await client.start();
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    await client.stop();
    return { violations, lost };
  }, server.url);
  await server.close();
  expect(violations).toEqual([]);
  expect(lost).toBe(0);
  const pings = server.broker.received('pingreq').length;
  expect(pings).toBeGreaterThanOrEqual(5);
  expect(pings).toBeLessThanOrEqual(8);
});
