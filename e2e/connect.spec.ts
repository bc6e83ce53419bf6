import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

/** What a client asks for and what the broker makes of it. */
const CASES = [
  ...VERSIONS.map(({ name, protocolVersion }) => ({
    name,
    protocolVersion,
    broker: 'mosquitto',
    spoken: protocolVersion,
  })),
  { name: "'auto' and a broker that speaks 5.0", protocolVersion: 'auto', broker: 'mosquitto', spoken: 5 },
  { name: "'auto' and a broker that speaks 3.1.1 only", protocolVersion: 'auto', broker: 'aedes', spoken: 4 },
] as const;

for (const { name, protocolVersion, broker, spoken } of CASES) {
  test(`${name}: a page publishes and receives at each QoS`, async ({
    page,
    topic,
    broker: mosquitto,
    embeddedBroker,
  }) => {
    const url = broker === 'aedes' ? embeddedBroker.url : mosquitto.url;
    const seen = await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        const settings = await client.start();
        const rounds = [];
        for (const qos of [0, 1, 2] as const) {
          const subscription = await client.subscribe(`${topic}/${qos}`, { qos });
          const result = await client.publish(`${topic}/${qos}`, `at ${qos}`, { qos });
          const { value: message } = await subscription[Symbol.asyncIterator]().next();
          rounds.push({
            granted: subscription.grantedQos,
            result,
            received: { topic: message.topic, text: message.text(), qos: message.qos, retain: message.retain },
          });
          await subscription.unsubscribe();
        }
        await client.stop();
        return { settings, rounds, status: client.state.status };
      },
      { url, topic, protocolVersion },
    );

    expect(seen.settings).toMatchObject({ protocolVersion: spoken, rejoinedSession: false });
    expect(seen.rounds).toEqual(
      ([0, 1, 2] as const).map((qos) => ({
        granted: qos,
        result: qos === 0 ? { qos } : { qos, reasonCode: 0, reasonName: 'Success' },
        received: { topic: `${topic}/${qos}`, text: `at ${qos}`, qos, retain: false },
      })),
    );
    expect(seen.status).toBe('stopped');
  });
}

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: what a page publishes reaches another client, and the other way round`, async ({
    page,
    broker,
    topic,
    witnessOf,
  }) => {
    const witness = await witnessOf(broker.url, { protocolVersion });
    await witness.subscribe(`${topic}/from-page`, 2);
    const received = receiveAll(page, broker.url, `${topic}/to-page`, protocolVersion);
    await expect(witness.next()).resolves.toMatchObject({ topic: `${topic}/from-page` });
    for (const qos of [0, 1, 2] as const) await witness.publish(`${topic}/to-page`, `at ${qos}`, { qos });

    expect(await received).toEqual(['at 0, QoS 0', 'at 1, QoS 1', 'at 2, QoS 2']);
    for (const qos of [0, 1, 2] as const) {
      const { payload, qos: delivered } = await witness.next();
      expect([Buffer.from(payload).toString(), delivered]).toEqual([`got ${qos}`, qos]);
    }
  });
}

test('a subscription made before start() gets its messages, and what was published before start() arrives', async ({
  page,
  broker,
  topic,
}) => {
  const received = await page.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url });
      const messages: string[] = [];
      const subscribed = client.subscribe(topic, { qos: 1 }, (message) => messages.push(message.text()));
      const published = client.publish(topic, 'before start', { qos: 1 });
      await client.start();
      await Promise.all([subscribed, published]);
      const last = new Promise<void>((resolve) =>
        client.on('messageReceived', ({ message }) => message.text() === 'after start' && resolve()),
      );
      await client.publish(topic, 'after start', { qos: 1 });
      await last;
      await client.stop();
      return messages;
    },
    { url: broker.url, topic },
  );
  expect(received).toEqual(['before start', 'after start']);
});

test('nothing touches the network before start()', async ({ page, silentServer }) => {
  const server = await silentServer();
  const state = await page.evaluate((url) => mqtide.createClient({ url }).state, server.url);
  expect(state).toMatchObject({ status: 'idle', attempt: 0 });
  expect(server.requested).toEqual([]);
});

test('a stopped client starts again, and subscribes anew', async ({ page, broker, topic }) => {
  const seen = await page.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url });
      const statuses: string[] = [];
      client.on('connectionSuccess', () => statuses.push('connectionSuccess'));
      client.on('stopped', () => statuses.push('stopped'));
      const texts: string[] = [];
      for (const text of ['first life', 'second life']) {
        const started = client.start();
        const same = client.start();
        if (started !== same) throw new Error('two promises for one start');
        await started;
        const subscription = await client.subscribe(topic, { qos: 1 });
        await client.publish(topic, text, { qos: 1 });
        const { value: message } = await subscription[Symbol.asyncIterator]().next();
        texts.push(message.text());
        await client.stop();
      }
      return { texts, statuses };
    },
    { url: broker.url, topic },
  );
  expect(seen.texts).toEqual(['first life', 'second life']);
  expect(seen.statuses).toEqual(['connectionSuccess', 'stopped', 'connectionSuccess', 'stopped']);
});

/** Says that it listens, echoes what it gets at its QoS, and returns the first three messages. */
function receiveAll(page: Page, url: string, topic: string, protocolVersion: 4 | 5): Promise<string[]> {
  return page.evaluate(
    async ({ url, topic, protocolVersion }) => {
      const client = mqtide.createClient({ url, protocolVersion });
      await client.start();
      const subscription = await client.subscribe(topic, { qos: 2 });
      const answer = topic.replace('to-page', 'from-page');
      await client.publish(answer, 'listening');
      const received: string[] = [];
      for await (const message of subscription) {
        received.push(`${message.text()}, QoS ${message.qos}`);
        await client.publish(answer, message.text().replace('at', 'got'), { qos: message.qos });
        if (received.length === 3) break;
      }
      await client.stop();
      return received;
    },
    { url, topic, protocolVersion },
  );
}
