import { expect, test } from './fixtures/index.ts';

test('a request is answered by another page, and by all that are asked', async ({ page, openPage, broker, topic }) => {
  const responders = [await openPage(), await openPage()];
  for (const [index, responder] of responders.entries())
    await responder.evaluate(
      async ({ url, topic, index }) => {
        const client = mqtide.createClient({ url });
        await client.start();
        await client.respond(`$share/one/${topic}/sum`, (request) => {
          const [left, right] = request.json<[number, number]>();
          return { sum: left + right };
        });
        await client.respond(`${topic}/who`, () => `responder ${index}`);
        await client.respond(`${topic}/silent`, () => undefined);
      },
      { url: broker.url, topic, index },
    );
  const seen = await page.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url });
      await client.start();
      const sums = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          client.request(`${topic}/sum`, [index, 1], { qos: index % 2 ? 2 : 1 }),
        ),
      );
      const names: string[] = [];
      for await (const reply of client.requestMany(`${topic}/who`, '', { max: 2 })) names.push(reply.text());
      const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
        promise.then(
          () => 'a reply',
          (error: { code: string; reasonCode?: number }) => [error.code, error.reasonCode],
        );
      const silent = await codeOf(client.request(`${topic}/silent`, '', { timeoutMs: 300 }));
      const nobody = await codeOf(client.request(`${topic}/nobody`, ''));
      await client.stop();
      return { sums: sums.map((each) => each.json<{ sum: number }>().sum), names: names.sort(), silent, nobody };
    },
    { url: broker.url, topic },
  );
  expect(seen.sums).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect(seen.names).toEqual(['responder 0', 'responder 1']);
  expect(seen.silent).toEqual(['ACK_TIMEOUT', undefined]);
  expect(seen.nobody).toEqual(['PUBLISH_REFUSED', 0x10]);
});

test('requests go on over a lost connection', async ({ page, broker, topic, networkTo }) => {
  const network = await networkTo(broker.url);
  const replied = page.evaluate(
    async ({ url, direct, topic }) => {
      const responder = mqtide.createClient({ url: direct });
      await responder.start();
      let requests = 0;
      await responder.respond(topic, async (request) => {
        requests += 1;
        await new Promise((resolve) => setTimeout(resolve, 500));
        return `${request.text()} ${requests}`;
      });
      const client = mqtide.createClient({ url, reconnect: { minDelayMs: 100, maxDelayMs: 200 } });
      await client.start();
      const reply = client.request(topic, 'hello');
      while (requests === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      Object.assign(window, { asked: true });
      const text = (await reply).text();
      await Promise.all([client.stop(), responder.stop()]);
      return text;
    },
    { url: network.url, direct: broker.url, topic },
  );
  await page.waitForFunction(() => (window as unknown as { asked?: boolean }).asked === true);
  network.cut();
  network.restore();
  expect(await replied).toBe('hello 1');
});
