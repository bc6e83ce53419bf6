import { expect, test } from './fixtures/index.ts';

test('what listeners and handlers throw is reported, and hurts nobody else', async ({ page, broker, topic }) => {
  const seen = await page.evaluate(
    async ({ url, topic }) => {
      const reported: string[] = [];
      const client = mqtide.createClient({
        url,
        onUnhandledError: (error) => {
          reported.push((error as Error).message);
          throw new Error('thrown by onUnhandledError');
        },
      });
      // What the last resort throws is the page's to see.
      const uncaught: string[] = [];
      addEventListener('error', (event) => {
        uncaught.push(event.error.message);
        event.preventDefault();
      });
      const calm: string[] = [];
      for (const name of ['attemptingConnect', 'connectionSuccess', 'messageReceived', 'stopped'] as const) {
        client.on(name, () => {
          throw new Error(name);
        });
        client.on(name, () => calm.push(name));
      }
      client.on('connectionSuccess', async () => {
        throw new Error('later');
      });
      await client.start();
      await client.subscribe(topic, { qos: 1 }, () => {
        throw new Error('handler');
      });
      await client.subscribe(topic, { qos: 1 }, async () => {
        throw new Error('async handler');
      });
      const received: string[] = [];
      let complete = (): void => {};
      const all = new Promise<void>((resolve) => (complete = resolve));
      await client.subscribe(topic, { qos: 1 }, (message) => {
        if (received.push(message.text()) === 2) complete();
      });
      await client.publish(topic, 'first', { qos: 2 });
      await client.publish(topic, 'second', { qos: 2 });
      await all;
      await client.stop();
      return { reported: reported.sort(), uncaught, calm, received };
    },
    { url: broker.url, topic },
  );
  expect(seen.received).toEqual(['first', 'second']);
  expect(seen.calm).toEqual([
    'attemptingConnect',
    'connectionSuccess',
    'messageReceived',
    'messageReceived',
    'stopped',
  ]);
  const reported = ['async handler', 'attemptingConnect', 'connectionSuccess', 'handler', 'later', 'messageReceived'];
  expect(seen.reported).toEqual([...reported, 'async handler', 'handler', 'messageReceived', 'stopped'].sort());
  expect(new Set(seen.uncaught)).toEqual(new Set(['thrown by onUnhandledError']));
});

test('without onUnhandledError the page sees what a handler throws, as if nobody had caught it', async ({
  page,
  pageErrors,
  broker,
  topic,
}) => {
  await page.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url });
      await client.start();
      await client.subscribe(topic, { qos: 1 }, () => {
        throw new Error('a bug in the page');
      });
      const messages = await client.subscribe(topic, { qos: 1 });
      await client.publish(topic, '', { qos: 1 });
      await messages[Symbol.asyncIterator]().next();
      await client.stop();
    },
    { url: broker.url, topic },
  );
  await expect.poll(() => pageErrors.map(({ message }) => message)).toEqual(['a bug in the page']);
  pageErrors.splice(0);
});

test('bad arguments reject that call alone, with the reason', async ({ page, broker, topic }) => {
  const { outcomes, received } = await page.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url });
      await client.start();
      const messages = await client.subscribe(topic, { qos: 1 });
      const circular: { self?: object } = {};
      circular.self = circular;
      const calls: Record<string, () => Promise<unknown>> = {
        "publish to 'a/#'": () => client.publish('a/#', ''),
        "publish to 'a/+/b'": () => client.publish('a/+/b', '', { qos: 1 }),
        'publish to an empty topic': () => client.publish('', ''),
        'publish to U+0000': () => client.publish('a\0b', ''),
        'publish a lone surrogate as topic': () => client.publish('\ud800', ''),
        'publish at QoS 3': () => client.publish('a', '', { qos: 3 as 2 }),
        'publish what is not JSON': () => client.publish('a', circular as never),
        'publish undefined': () => client.publish('a', undefined as never),
        'publish with a timeout of NaN': () => client.publish('a', '', { timeoutMs: Number.NaN }),
        "subscribe to 'a#'": () => client.subscribe('a#'),
        "subscribe to 'a/#/b'": () => client.subscribe('a/#/b'),
        'subscribe to nothing': () => client.subscribe([]),
        'subscribe at QoS 3': () => client.subscribe('a', { qos: 3 as 2 }),
      };
      const outcomes: Record<string, string> = {};
      for (const [name, call] of Object.entries(calls)) {
        outcomes[name] = await call().then(
          () => 'resolved',
          ({ code, message }) => `${code} ${message.length > 10 ? 'with a message' : message}`,
        );
      }
      await client.publish(topic, 'still connected', { qos: 1 });
      const { value: message } = await messages[Symbol.asyncIterator]().next();
      await client.stop();
      return { outcomes, received: message.text() };
    },
    { url: broker.url, topic },
  );
  expect(Object.entries(outcomes).filter(([, outcome]) => outcome !== 'INVALID_ARGUMENT with a message')).toEqual([]);
  expect(received).toBe('still connected');
});

test('an aborted call rejects with the reason of its signal', async ({ page, silentServer }) => {
  const server = await silentServer();
  const outcomes = await page.evaluate(async (url) => {
    const client = mqtide.createClient({ url });
    const started = client.start().catch((error) => error.code);
    const reasons = ['publish', 'subscribe', 'before'].map((name) => {
      const controller = new AbortController();
      if (name === 'before') controller.abort(new Error(name));
      const { signal } = controller;
      const call =
        name === 'subscribe' ? client.subscribe('a', { signal }) : client.publish('a', '', { qos: 1, signal });
      controller.abort(new Error(name));
      return call.then(
        () => 'resolved',
        (error) => error.message,
      );
    });
    const outcomes = await Promise.all(reasons);
    await client.stop();
    return [...outcomes, await started];
  }, server.url);
  expect(outcomes).toEqual(['publish', 'subscribe', 'before', 'STOPPED']);
});
