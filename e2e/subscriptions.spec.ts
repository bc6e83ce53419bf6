import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

test('5.0: beside a shared subscription, each handler gets each message once', async ({ page, broker, topic }) => {
  const heard = await page.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url });
      await client.start();
      const heard: Record<string, string[]> = {};
      for (const filter of ['a/b', '$share/g/a/b', 'a/+', '$share/h/a/+']) {
        const texts: string[] = (heard[filter] = []);
        const whole = filter.startsWith('$') ? filter.replace('a/', `${topic}/a/`) : `${topic}/${filter}`;
        await client.subscribe(whole, { qos: 1 }, (message) => texts.push(message.text()));
      }
      for (const text of ['1', '2', '2', '3', 'last']) await client.publish(`${topic}/a/b`, text, { qos: 1 });
      // The last copy is for one of them, whichever it is.
      while (Object.values(heard).some((texts) => !texts.includes('last')))
        await new Promise((resolve) => setTimeout(resolve, 5));
      await client.publish(`${topic}/a/b`, 'end', { qos: 1 });
      while (Object.values(heard).some((texts) => !texts.includes('end')))
        await new Promise((resolve) => setTimeout(resolve, 5));
      await client.stop();
      return heard;
    },
    { url: broker.url, topic },
  );
  for (const texts of Object.values(heard)) expect(texts).toEqual(['1', '2', '2', '3', 'last', 'end']);
});

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: overlapping filters, each handler gets each message once`, async ({ page, broker, topic }) => {
    const heard = await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        await client.start();
        const heard: Record<string, string[]> = {};
        for (const filter of ['a/b', 'a/+', '#', 'a/b']) {
          const key = `${filter} ${Object.keys(heard).length}`;
          const texts: string[] = (heard[key] = []);
          await client.subscribe(`${topic}/${filter}`, { qos: 1 }, (message) => texts.push(message.text()));
        }
        for (const text of ['1', '2', '2', '3']) await client.publish(`${topic}/a/b`, text, { qos: 1 });
        await client.publish(`${topic}/a/b`, 'last', { qos: 1 });
        while (!heard['# 2']?.includes('last')) await new Promise((resolve) => setTimeout(resolve, 5));
        await client.stop();
        return heard;
      },
      { url: broker.url, topic, protocolVersion },
    );
    for (const texts of Object.values(heard)) expect(texts).toEqual(['1', '2', '2', '3', 'last']);
    expect(Object.keys(heard)).toHaveLength(4);
  });

  test(`${name}: a shared subscription is shared between two clients`, async ({ page, broker, topic }) => {
    const [one, other] = await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const texts: string[][] = [[], []];
        const clients = texts.map(() => mqtide.createClient({ url, protocolVersion }));
        for (const [index, client] of clients.entries()) {
          await client.start();
          await client.subscribe(`$share/group/${topic}`, { qos: 1 }, (message) => texts[index]?.push(message.text()));
        }
        const [publisher] = clients;
        for (let index = 0; index < 20; index++) await publisher?.publish(topic, `${index}`, { qos: 1 });
        const count = (): number => texts.reduce((sum, each) => sum + each.length, 0);
        while (count() < 20) await new Promise((resolve) => setTimeout(resolve, 5));
        await Promise.all(clients.map((client) => client.stop()));
        return texts;
      },
      { url: broker.url, topic, protocolVersion },
    );
    expect([...(one ?? []), ...(other ?? [])].map(Number).sort((left, right) => left - right)).toEqual(
      Array.from({ length: 20 }, (_, index) => index),
    );
    expect(one?.length).toBeGreaterThan(0);
    expect(other?.length).toBeGreaterThan(0);
  });

  test(`${name}: of two subscriptions with one filter the lower QoS does not lower the higher`, async ({
    page,
    broker,
    topic,
  }) => {
    const received = await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        await client.start();
        const received: number[] = [];
        await client.subscribe(topic, { qos: 2 }, (message) => received.push(message.qos));
        const lower = await client.subscribe(topic, { qos: 0 }, () => {});
        await client.publish(topic, 'x', { qos: 2 });
        await lower.unsubscribe();
        await client.publish(topic, 'x', { qos: 2 });
        while (received.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        await client.stop();
        return received;
      },
      { url: broker.url, topic, protocolVersion },
    );
    expect(received).toEqual([2, 2]);
  });
}

test('retained messages come with a new subscription, to it alone; retain handling and no local are kept to', async ({
  page,
  broker,
  topic,
}) => {
  const heard = await page.evaluate(
    async ({ url, topic }) => {
      const client = mqtide.createClient({ url });
      await client.start();
      await client.publish(`${topic}/a`, 'kept', { qos: 1, retain: true });
      const heard: Record<string, string[]> = {};
      const subscribe = (what: string, filter: string, options: object): Promise<unknown> => {
        const texts: string[] = (heard[what] = []);
        const settings = { qos: 1, ...options } as const;
        return client.subscribe(`${topic}/${filter}`, settings, (message) => texts.push(message.text()));
      };
      await subscribe('first', 'a', {});
      await subscribe('overlapping', '+', {});
      await subscribe('the same', 'a', {});
      await subscribe('not retained', '#', { retainHandling: 2 });
      await subscribe('not mine', 'b', { noLocal: true });
      await client.publish(`${topic}/a`, 'live', { qos: 1 });
      await client.publish(`${topic}/b`, 'mine', { qos: 1 });
      await client.publish(`${topic}/c`, 'last', { qos: 1 });
      while (!heard['not retained']?.includes('last')) await new Promise((resolve) => setTimeout(resolve, 5));
      await client.publish(`${topic}/a`, '', { retain: true });
      await client.stop();
      return heard;
    },
    { url: broker.url, topic },
  );
  expect(heard['first']).toEqual(['kept', 'live']);
  expect(heard['overlapping']?.slice(0, 2)).toEqual(['kept', 'live']);
  expect(heard['the same']).toEqual(['kept', 'live']);
  expect(heard['not retained']).toEqual(expect.arrayContaining(['live', 'last']));
  expect(heard['not retained']).not.toContain('kept');
});
