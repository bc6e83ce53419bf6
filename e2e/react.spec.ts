import { expect, test } from './fixtures/index.ts';

/** So that mosquitto's log tells of connections. */
const LOG = ['log_type notice', 'connection_messages true'];

/** The first start is given up by the stop that follows it at once. */
const TWICE = ['mounted', 'unmounted', 'mounted', 'given up', 'connected'];

test.use({ harness: '/react.html' });

/** How many connections of a client are open, by mosquitto's log. */
function openConnections(log: string, clientId: string): number {
  const lines = log.split('\n');
  const opened = lines.filter((line) => line.includes('New client connected') && line.includes(` as ${clientId} `));
  const closed = lines.filter(
    (line) => / Client \S+ (disconnected|closed|already connected)/.test(line) && line.includes(clientId),
  );
  return opened.length - closed.length;
}

test('StrictMode mounts twice: start, stop, start leads to one connection, one subscription, and none after unmounting', async ({
  page,
  brokerWith,
  witnessOf,
  topic,
}) => {
  const broker = await brokerWith({ lines: LOG });
  const witness = await witnessOf(broker.url);
  const clientId = 'strict-mode';
  const unmount = await page.evaluateHandle((wishes) => react.mount(wishes), { url: broker.url, clientId, topic });
  await expect.poll(() => page.evaluate(() => react.seen)).toEqual(TWICE);
  await expect.poll(() => openConnections(broker.log, clientId)).toBe(1);
  await expect
    .poll(async () => {
      await witness.publish(topic, 'warm', { qos: 1 });
      return page.textContent('output');
    })
    .toBe('warm');
  expect(await page.evaluate(() => react.seen)).toEqual(TWICE);
  await page.evaluate((off) => off(), unmount);
  await expect.poll(() => openConnections(broker.log, clientId)).toBe(0);
});

test('mounting and unmounting forty times leaves no connection behind', async ({ page, brokerWith, topic }) => {
  const broker = await brokerWith({ lines: LOG });
  const clientId = 'again-and-again';
  await page.evaluate(
    async (wishes) => {
      for (let round = 0; round < 40; round++) {
        const unmount = react.mount(wishes);
        // From at once to well after the connection was made.
        await new Promise((resolve) => setTimeout(resolve, round * 3));
        unmount();
      }
    },
    { url: broker.url, clientId, topic },
  );
  await expect.poll(() => openConnections(broker.log, clientId)).toBe(0);
  const last = await page.evaluateHandle((wishes) => react.mount(wishes), { url: broker.url, clientId, topic });
  await expect.poll(() => openConnections(broker.log, clientId)).toBe(1);
  await page.evaluate((off) => off(), last);
  await expect.poll(() => openConnections(broker.log, clientId)).toBe(0);
});
