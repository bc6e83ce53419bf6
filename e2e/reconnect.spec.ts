import { expect, test } from './fixtures/index.ts';
import { CONNACK, packetsIn } from './support/packets.ts';
import { VERSIONS } from './support/versions.ts';

test('each attempt asks for URL and credentials anew', async ({ page, silentServer }) => {
  const servers = [await silentServer({ answers: [CONNACK] }), await silentServer({ answers: [CONNACK] })];
  const run = await page.evaluateHandle(
    async (urls) => {
      const asked: object[] = [];
      const attempts: string[] = [];
      let times = 0;
      const client = mqtide.createClient({
        url: ({ attempt, lastError }) => {
          asked.push({ attempt, lastError: lastError?.code });
          return `${urls[asked.length - 1]}mqtt?signature=${asked.length}`;
        },
        credentials: () => {
          times += 1;
          return { username: `user-${times}`, password: `password-${times}` };
        },
        reconnect: { minDelayMs: 1, maxDelayMs: 1 },
      });
      client.on('attemptingConnect', ({ url }) => attempts.push(url));
      await client.start();
      const again = new Promise<void>((resolve) => client.on('connectionSuccess', () => resolve()));
      return { client, again, asked, attempts };
    },
    servers.map(({ url }) => url),
  );
  servers[0]?.hangUp();
  const { asked, attempts } = await run.evaluate(async ({ client, again, asked, attempts }) => {
    await again;
    await client.stop();
    return { asked, attempts };
  });

  expect(asked).toEqual([{ attempt: 1 }, { attempt: 1, lastError: 'SOCKET_CLOSED' }]);
  for (const [index, { received, url, requested }] of servers.entries()) {
    expect(packetsIn(received)[0]).toMatchObject({
      type: 'connect',
      username: `user-${index + 1}`,
      password: new Uint8Array(Buffer.from(`password-${index + 1}`)),
    });
    expect(requested).toEqual([`/mqtt?signature=${index + 1}`]);
    // The query may be a secret.
    expect(attempts[index]).toBe(`${url}mqtt`);
  }
});

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: after a cut network the client comes back with its subscriptions and what waited`, async ({
    page,
    broker,
    networkTo,
    topic,
  }) => {
    const network = await networkTo(broker.url);
    const run = await page.evaluateHandle(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion, reconnect: { minDelayMs: 20, maxDelayMs: 50 } });
        const events: string[] = [];
        client.on('disconnection', ({ error }) => events.push(error.code));
        client.on('connectionSuccess', () => events.push('connectionSuccess'));
        await client.start();
        const messages = await client.subscribe(topic, { qos: 2 });
        const iterator = messages[Symbol.asyncIterator]();
        return { client, events, iterator };
      },
      { url: network.url, topic, protocolVersion },
    );
    for (let cut = 1; cut <= 3; cut += 1) {
      network.cut();
      const pending = run.evaluate(
        async ({ client, iterator }, { topic, cut }) => {
          while (client.state.status === 'connected') await new Promise((resolve) => setTimeout(resolve, 5));
          await client.publish(topic, `while cut for the ${cut}. time`, { qos: 2 });
          const { value: message } = await iterator.next();
          return message.text();
        },
        { topic, cut },
      );
      await run.evaluate(async ({ client }) => {
        while (client.state.status === 'connected') await new Promise((resolve) => setTimeout(resolve, 5));
      });
      network.restore();
      expect(await pending).toBe(`while cut for the ${cut}. time`);
    }
    const { events, settings } = await run.evaluate(async ({ client, events }) => {
      const { settings } = client.state;
      await client.stop();
      return { events, settings };
    });
    expect(events).toEqual([
      'connectionSuccess',
      ...Array.from({ length: 3 }, () => ['SOCKET_CLOSED', 'connectionSuccess']).flat(),
    ]);
    // 5.0 goes on with the session; in 3.1.1 a client without an identifier of its own begins a new one.
    expect(settings?.rejoinedSession).toBe(protocolVersion === 5);
  });
}
