import { expect, test } from './fixtures/index.ts';
import { bytesOf, packetsIn } from './support/packets.ts';
import { VERSIONS } from './support/versions.ts';

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: stop({ drainMs }) lets everything finish that was begun`, async ({
    page,
    broker,
    topic,
    witnessOf,
  }) => {
    const witness = await witnessOf(broker.url, { protocolVersion });
    await witness.subscribe(topic, 2);
    const outcomes = await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        await client.start();
        const published = Array.from({ length: 60 }, (_, number) =>
          client.publish(topic, `${number}`, { qos: number % 2 === 0 ? 1 : 2 }),
        );
        const stopped = client.stop({ drainMs: 10_000 });
        const late = client.publish(topic, 'late', { qos: 1 }).catch((error) => error.code);
        const settled = await Promise.allSettled(published);
        await stopped;
        return [new Set(settled.map(({ status }) => status)).size, settled[0]?.status, await late, client.state.status];
      },
      { url: broker.url, topic, protocolVersion },
    );
    expect(outcomes).toEqual([1, 'fulfilled', 'STOPPED', 'stopped']);
    await witness.until((seen) => seen.length >= 60);
    expect(new Set(witness.seen.map(({ payload }) => Buffer.from(payload).toString())).size).toBe(60);
  });

  test(`${name}: stop({ drainMs }) does not wait longer than that`, async ({ page, silentServer }) => {
    const server = await silentServer({
      answers: [bytesOf([{ type: 'connack', sessionPresent: false, reasonCode: 0 }], protocolVersion)],
    });
    const seen = await page.evaluate(
      async ({ url, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        await client.start();
        const published = client.publish('a', 'b', { qos: 1 }).catch((error) => error.code);
        const begunAt = performance.now();
        await client.stop({ drainMs: 500 });
        return { code: await published, took: performance.now() - begunAt };
      },
      { url: server.url, protocolVersion },
    );
    expect(seen.code).toBe('STOPPED');
    expect(seen.took).toBeGreaterThan(450);
    // Not for the acknowledgement, for which it would wait a minute.
    expect(seen.took).toBeLessThan(20_000);
    expect(packetsIn(server.received).map(({ type }) => type)).toEqual(['connect', 'publish', 'disconnect']);
  });
}

test('MQTT 5.0: stop() ends the session, stop({ sessionExpirySeconds }) leaves it there', async ({
  page,
  broker,
  topic,
}) => {
  const rejoined = await page.evaluate(
    async ({ url, clientId }) => {
      const client = mqtide.createClient({ url, clientId, session: { behavior: 'rejoinAlways' } });
      const found: boolean[] = [];
      for (const sessionExpirySeconds of [undefined, 60, undefined, 0]) {
        found.push((await client.start()).rejoinedSession);
        await client.stop(sessionExpirySeconds === undefined ? {} : { sessionExpirySeconds });
      }
      return found;
    },
    { url: broker.url, clientId: topic.replaceAll('/', '-') },
  );
  expect(rejoined).toEqual([false, false, true, false]);
});
