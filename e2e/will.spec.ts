import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: another client sees the will of a page that is closed`, async ({
    broker,
    topic,
    openPage,
    witnessOf,
  }) => {
    const witness = await witnessOf(broker.url, { protocolVersion });
    await witness.subscribe(topic, 2);
    const doomed = await openPage();
    await doomed.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const will = { topic, payload: { gone: true }, qos: 1, retain: true } as const;
        await mqtide.createClient({ url, protocolVersion, will }).start();
      },
      { url: broker.url, topic, protocolVersion },
    );
    await doomed.close();

    const { payload, qos } = await witness.next();
    expect(Buffer.from(payload).toString()).toBe('{"gone":true}');
    expect(qos).toBe(1);
    await witness.publish(topic, '', { retain: true });
  });

  test(`${name}: another client sees the will of a page whose browser window is gone`, async ({
    broker,
    topic,
    browser,
    site,
    witnessOf,
  }) => {
    const witness = await witnessOf(broker.url, { protocolVersion });
    await witness.subscribe(topic, 1);
    const context = await browser.newContext();
    const doomed = await context.newPage();
    await doomed.goto(site.url);
    await doomed.waitForFunction(() => 'mqtide' in globalThis);
    await doomed.evaluate(
      ({ url, topic, protocolVersion }) =>
        mqtide.createClient({ url, protocolVersion, will: { topic, payload: 'gone' } }).start(),
      { url: broker.url, topic, protocolVersion },
    );
    await context.close();

    expect(Buffer.from((await witness.next()).payload).toString()).toBe('gone');
  });

  test(`${name}: stop() takes the will back`, async ({ page, broker, topic, witnessOf }) => {
    const witness = await witnessOf(broker.url, { protocolVersion });
    await witness.subscribe(topic, 1);
    await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion, will: { topic, payload: 'will' } });
        await client.start();
        await client.stop();
      },
      { url: broker.url, topic, protocolVersion },
    );
    await witness.publish(topic, 'nothing before this');

    expect(Buffer.from((await witness.next()).payload).toString()).toBe('nothing before this');
  });
}

test('MQTT 5.0: stop({ reasonCode: 4 }) has the will published', async ({ page, broker, topic, witnessOf }) => {
  const witness = await witnessOf(broker.url);
  await witness.subscribe(topic, 1);
  await page.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url, will: { topic, payload: 'with will' } });
      await client.start();
      await client.stop({ reasonCode: 4 });
    },
    { url: broker.url, topic },
  );
  expect(Buffer.from((await witness.next()).payload).toString()).toBe('with will');
});

test('MQTT 5.0: a will comes with its properties after its delay, and not at all when the session goes on before', async ({
  page,
  broker,
  topic,
  networkTo,
}) => {
  test.slow();
  const network = await networkTo(broker.url);
  const run = await page.evaluateHandle(
    async ({ direct, through, topic }) => {
      const witness = mqtide.createClient({ url: direct });
      const seen: { at: number; text: string; properties: object }[] = [];
      await witness.start();
      await witness.subscribe(topic, { qos: 1 }, (message) =>
        seen.push({ at: performance.now(), text: message.text(), properties: { ...message.properties } }),
      );
      const doomed = mqtide.createClient({
        url: through,
        reconnect: { minDelayMs: 100, maxDelayMs: 200 },
        will: {
          topic,
          payload: 'gone',
          qos: 1,
          properties: {
            willDelayInterval: 5,
            contentType: 'text/plain',
            responseTopic: `${topic}/reply`,
            userProperties: [['a', '1']],
          },
        },
      });
      await doomed.start();
      return { witness, doomed, seen };
    },
    { direct: broker.url, through: network.url, topic },
  );
  const connected = (): Promise<string> => run.evaluate(({ doomed }) => doomed.state.status);
  // Back within the delay.
  network.cut();
  await expect.poll(connected).not.toBe('connected');
  network.restore();
  await expect.poll(connected).toBe('connected');
  await page.waitForTimeout(7_000);
  expect(await run.evaluate(({ seen }) => seen)).toEqual([]);

  const cutAt = await page.evaluate(() => performance.now());
  network.cut();
  await expect.poll(() => run.evaluate(({ seen }) => seen.length), { timeout: 20_000 }).toBe(1);
  const [will] = await run.evaluate(({ seen }) => seen);
  expect(will).toMatchObject({
    text: 'gone',
    properties: { contentType: 'text/plain', responseTopic: `${topic}/reply`, userProperties: [['a', '1']] },
  });
  // mosquitto counts in whole seconds, at both ends.
  expect((will?.at ?? 0) - cutAt).toBeGreaterThan(3_000);
  await run.evaluate(({ witness, doomed }) => Promise.all([witness.stop(), doomed.stop()]));
});
