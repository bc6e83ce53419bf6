import type { PublishPacket } from '@mqtide/codec';
import { expect, test } from './fixtures/index.ts';
import { bytesOf, CONNACK, connectionsIn, packetsIn } from './support/packets.ts';

const MEBIBYTE = 1_048_576;

/** The messages among the packets of one connection. */
const publishesIn = (packets: ReturnType<typeof packetsIn>): PublishPacket[] =>
  packets.filter((packet): packet is PublishPacket => packet.type === 'publish');

const accepts = (properties: object): Uint8Array =>
  bytesOf([{ type: 'connack', sessionPresent: false, reasonCode: 0, properties }]);

test('of 64 MiB published into a network that has stopped, a mebibyte and a message wait in the socket', async ({
  page,
  silentServer,
  networkTo,
}) => {
  test.slow();
  const server = await silentServer({ answers: [CONNACK] });
  const network = await networkTo(server.url);
  const run = await page.evaluateHandle(async (url) => {
    const offlineQueue = { maxBytes: Number.POSITIVE_INFINITY };
    const client = mqtide.createClient({ url, keepAliveSeconds: 0, offlineQueue });
    await client.start();
    return { client, most: 0, failed: 0, drained: false };
  }, network.url);
  network.silence();
  const stopped = await run.evaluate(async (state) => {
    const payload = new Uint8Array(65_536);
    for (let count = 0; count < 1_024; count++) {
      payload.fill(count);
      state.client.publish('a/topic', payload).catch(() => (state.failed += 1));
    }
    void state.client.drained().then(() => (state.drained = true));
    const until = performance.now() + 2_000;
    while (performance.now() < until) {
      state.most = Math.max(state.most, state.client.statistics().bufferedBytes);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return { most: state.most, failed: state.failed, drained: state.drained };
  });
  expect(stopped.most).toBeGreaterThan(0);
  expect(stopped.most).toBeLessThanOrEqual(MEBIBYTE + 65_536 + 100);
  expect(stopped).toMatchObject({ failed: 0, drained: false });
  network.restore();
  const failed = await run.evaluate(async ({ client, failed }) => {
    await client.drained();
    await client.stop();
    return failed;
  });
  expect(failed).toBe(0);
  const messages = publishesIn(packetsIn(server.received));
  expect(messages.map(({ payload }) => payload[0])).toEqual(Array.from({ length: 1_024 }, (_, count) => count & 255));
});

test('a loop that awaits drained() goes as fast as the network, without a queue', async ({ page, silentServer }) => {
  const server = await silentServer({ answers: [CONNACK] });
  const most = await page.evaluate(async (url) => {
    const client = mqtide.createClient({ url, offlineQueue: { maxOperations: 1 } });
    await client.start();
    let most = 0;
    for (let count = 0; count < 300; count++) {
      await client.drained();
      void client.publish('a', new Uint8Array(65_536));
      most = Math.max(most, client.statistics().bufferedBytes);
    }
    await client.drained();
    await client.stop();
    return most;
  }, server.url);
  expect(most).toBeLessThanOrEqual(MEBIBYTE + 65_536 + 100);
  expect(publishesIn(packetsIn(server.received))).toHaveLength(300);
});

test('topics leave once, then as aliases; what is sent again has its topic', async ({ page, silentServer }) => {
  const server = await silentServer({ answers: [accepts({ topicAliasMaximum: 2 })] });
  const run = await page.evaluateHandle(async (url) => {
    const client = mqtide.createClient({ url, reconnect: { minDelayMs: 1, maxDelayMs: 1 } });
    await client.start();
    for (const topic of ['topic/a', 'topic/b', 'topic/a', 'topic/c', 'topic/b']) await client.publish(topic, topic);
    const unfinished = client.publish('topic/b', 'again', { qos: 1 }).catch(() => {});
    await client.drained();
    return { client, unfinished };
  }, server.url);
  await expect.poll(() => publishesIn(packetsIn(server.received)).length).toBe(6);
  const aliases = (packets: readonly PublishPacket[]) =>
    packets.map(({ topic, properties }) => [topic, properties?.topicAlias]);
  expect(aliases(publishesIn(packetsIn(server.received)))).toEqual([
    ['topic/a', 1],
    ['topic/b', 2],
    ['', 1],
    ['topic/c', 2],
    ['topic/b', 1],
    ['', 1],
  ]);
  server.hangUp();
  await expect.poll(() => connectionsIn(server.received).at(1)?.length ?? 0).toBeGreaterThan(1);
  await run.evaluate(({ client }) => client.stop());
  const [, second = []] = connectionsIn(server.received);
  expect(aliases(publishesIn(second)).at(0)?.at(0)).toBe('topic/b');
});

test('aliases of the server are resolved, and no part of the message', async ({ page, silentServer }) => {
  const message = (topic: string, text: string) =>
    ({
      type: 'publish',
      topic,
      payload: Buffer.from(text),
      qos: 0,
      retain: false,
      duplicate: false,
      properties: { topicAlias: 7 },
    }) as const;
  const server = await silentServer({ answers: [CONNACK] });
  const run = await page.evaluateHandle(async (url) => {
    const client = mqtide.createClient({ url });
    const seen: unknown[] = [];
    client.on('messageReceived', ({ message }) => seen.push([message.topic, message.text(), message.properties]));
    await client.start();
    return { client, seen };
  }, server.url);
  server.send(bytesOf([message('far/away', '1'), message('', '2'), message('elsewhere', '3'), message('', '4')]));
  await expect.poll(() => run.evaluate(({ seen }) => seen.length)).toBe(4);
  expect(await run.evaluate(({ seen }) => seen)).toEqual([
    ['far/away', '1', {}],
    ['far/away', '2', {}],
    ['elsewhere', '3', {}],
    ['elsewhere', '4', {}],
  ]);
  await run.evaluate(({ client }) => client.stop());
});

test('with aliases every message arrives under its topic at a real broker', async ({ page, brokerWith, witnessOf }) => {
  const broker = await brokerWith({ lines: ['max_topic_alias 3'] });
  const witness = await witnessOf(broker.url);
  await witness.subscribe('flow/#', 1);
  const topics = Array.from({ length: 200 }, (_, count) => `flow/topic/${(count * 7) % 5}`);
  await page.evaluate(
    async ({ url, topics }) => {
      const client = mqtide.createClient({ url });
      await client.start();
      for (const [count, topic] of topics.entries())
        await client.publish(topic, topic, { qos: (count % 3) as 0 | 1 | 2 });
      await client.stop();
    },
    { url: broker.url, topics },
  );
  await expect.poll(() => witness.seen.length).toBe(200);
  for (const { topic, payload } of witness.seen) expect(Buffer.from(payload).toString()).toBe(topic);
});

for (const [overflow, gone, arrives] of [
  ['reject', [3, 4], [0, 1, 2]],
  ['dropOldest', [0, 1], [2, 3, 4]],
  ['dropNewest', [2, 3], [0, 1, 4]],
] as const) {
  test(`an offline queue that is full, with overflow '${overflow}'`, async ({ page, broker, witnessOf, topic }) => {
    const witness = await witnessOf(broker.url);
    await witness.subscribe(topic, 1);
    const outcomes = await page.evaluate(
      async ({ url, topic, overflow }) => {
        const client = mqtide.createClient({ url, offlineQueue: { maxOperations: 3, overflow } });
        const published = Array.from({ length: 5 }, (_, number) =>
          client.publish(topic, String(number), { qos: 1 }).then(
            () => 'acknowledged',
            (error) => error.code as string,
          ),
        );
        await client.start();
        const outcomes = await Promise.all(published);
        await client.stop();
        return outcomes;
      },
      { url: broker.url, topic, overflow },
    );
    expect(outcomes).toEqual(
      outcomes.map((_, number) => ((gone as readonly number[]).includes(number) ? 'QUEUE_FULL' : 'acknowledged')),
    );
    await expect.poll(() => witness.seen.length).toBe(3);
    expect(witness.seen.map(({ payload }) => Number(Buffer.from(payload).toString()))).toEqual(arrives);
  });
}

test('a message expires while it waits, and is sent with what is left of its interval', async ({
  page,
  silentServer,
}) => {
  const server = await silentServer({ answers: [CONNACK] });
  const code = await page.evaluate(async (url) => {
    const client = mqtide.createClient({ url });
    const short = client.publish('short', 'x', { qos: 1, properties: { messageExpiryInterval: 1 } });
    const long = client.publish('long', 'x', { qos: 1, properties: { messageExpiryInterval: 60 } });
    long.catch(() => {});
    const code = await short.catch((error) => error.code as string);
    await client.start();
    await client.drained();
    await client.stop({ drainMs: 100 });
    return code;
  }, server.url);
  expect(code).toBe('EXPIRED');
  const [message, ...others] = publishesIn(packetsIn(server.received));
  expect(others).toEqual([]);
  expect(message?.topic).toBe('long');
  expect(message?.properties?.messageExpiryInterval).toBeLessThan(60);
  expect(message?.properties?.messageExpiryInterval).toBeGreaterThan(50);
});

test('a rate is kept, and nothing is lost', async ({ page, broker, witnessOf, topic }) => {
  const witness = await witnessOf(broker.url);
  await witness.subscribe(topic, 1);
  const tookMs = await page.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url, brokerProfile: { publishesPerSecond: 20 } });
      await client.start();
      const begin = performance.now();
      await Promise.all(Array.from({ length: 50 }, (_, number) => client.publish(topic, String(number), { qos: 1 })));
      const tookMs = performance.now() - begin;
      await client.stop();
      return tookMs;
    },
    { url: broker.url, topic },
  );
  expect(tookMs).toBeGreaterThan(1_990);
  await expect.poll(() => witness.seen.length).toBe(50);
});
