import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

/** Below the test's own topic: what each filter is to receive of what is published. */
const PUBLISHED = ['a', 'a/b', 'a/b/c', 'b/c', 'a/'];
const WILDCARDS = [
  { filter: 'a', receives: ['a'] },
  { filter: '+', receives: ['a'] },
  { filter: 'a/+', receives: ['a/b', 'a/'] },
  { filter: '+/c', receives: ['b/c'] },
  { filter: 'a/#', receives: ['a', 'a/b', 'a/b/c', 'a/'] },
  { filter: '#', receives: PUBLISHED },
  { filter: 'a/+/c', receives: ['a/b/c'] },
  { filter: '+/+', receives: ['a/b', 'b/c', 'a/'] },
];

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: wildcards receive what they match and nothing else`, async ({ page, broker, topic }) => {
    const received = await page.evaluate(
      async ({ url, topic, protocolVersion, filters, published }) => {
        // A client for each: the broker may send one copy for each subscription of a client that matches.
        const collected = filters.map(async (filter) => {
          const client = mqtide.createClient({ url, protocolVersion });
          await client.start();
          const subscription = await client.subscribe([`${topic}/${filter}`, `${topic}-end`], { qos: 1 });
          const topics: string[] = [];
          const all = new Promise<string[]>((resolve) =>
            client.on('messageReceived', ({ message }) => {
              if (message.topic === `${topic}-end`) resolve(topics);
              else topics.push(message.topic.slice(topic.length + 1));
            }),
          );
          return { all, granted: subscription.subscriptions.length, stop: () => client.stop() };
        });
        const receivers = await Promise.all(collected);
        const publisher = mqtide.createClient({ url, protocolVersion });
        await publisher.start();
        for (const each of published) await publisher.publish(`${topic}/${each}`, each, { qos: 1 });
        await publisher.publish(`${topic}-end`, '', { qos: 1 });
        const topics = await Promise.all(receivers.map(({ all }) => all));
        await Promise.all([publisher.stop(), ...receivers.map(({ stop }) => stop())]);
        return topics;
      },
      {
        url: broker.url,
        topic,
        protocolVersion,
        filters: WILDCARDS.map(({ filter }) => filter),
        published: PUBLISHED,
      },
    );
    expect(received).toEqual(WILDCARDS.map(({ receives }) => receives));
  });

  test(`${name}: '#' does not receive what the server says about itself [MQTT${protocolVersion === 4 ? '3' : ''}-4.7.2-1]`, async ({
    page,
    brokerWith,
  }) => {
    const broker = await brokerWith({ lines: ['sys_interval 1'] });
    const seen = await page.evaluate(
      async ({ url, protocolVersion }) => {
        const everything = mqtide.createClient({ url, protocolVersion });
        const server = mqtide.createClient({ url, protocolVersion });
        await Promise.all([everything.start(), server.start()]);
        const topics: string[] = [];
        everything.on('messageReceived', ({ message }) => topics.push(message.topic));
        const all = await everything.subscribe('#');
        const ownWords = await server.subscribe('$SYS/broker/uptime');
        // The first may be the retained one; the second was sent while both were subscribed, and before the marker.
        const said: string[] = [];
        for await (const message of ownWords) if (said.push(message.topic) === 2) break;
        await server.publish('marker', 'x', { qos: 1 });
        await all[Symbol.asyncIterator]().next();
        await Promise.all([everything.stop(), server.stop()]);
        return { topics, said };
      },
      { url: broker.url, protocolVersion },
    );
    expect(seen.said).toEqual(['$SYS/broker/uptime', '$SYS/broker/uptime']);
    expect(seen.topics).toEqual(['marker']);
  });

  test(`${name}: a retained message is there for a later subscriber until an empty one clears it`, async ({
    page,
    broker,
    topic,
  }) => {
    const seen = await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        await client.start();
        /** The first message that a new client is sent, with its retain flag. */
        const firstSeen = async (): Promise<string> => {
          const later = mqtide.createClient({ url, protocolVersion });
          await later.start();
          const subscription = await later.subscribe(topic, { qos: 1 });
          await client.publish(topic, 'live', { qos: 1 });
          const { value: message } = await subscription[Symbol.asyncIterator]().next();
          await later.stop();
          return `${message.text()}, retain ${message.retain}`;
        };
        const before = await firstSeen();
        await client.publish(topic, 'kept', { qos: 1, retain: true });
        const kept = await firstSeen();
        await client.publish(topic, 'replaced', { qos: 2, retain: true });
        const replaced = await firstSeen();
        await client.publish(topic, '', { qos: 1, retain: true });
        const cleared = await firstSeen();
        await client.stop();
        return [before, kept, replaced, cleared];
      },
      { url: broker.url, topic, protocolVersion },
    );
    expect(seen).toEqual(['live, retain false', 'kept, retain true', 'replaced, retain true', 'live, retain false']);
  });
}
