import { expect, test } from './fixtures/index.ts';
import { bytesOf, CONNACK } from './support/packets.ts';
import { VERSIONS } from './support/versions.ts';

const SESSION_TAKEN_OVER = 0x8e;

// mosquitto 2.0 takes sessions over without a DISCONNECT, so this needs a server that says it.
test('MQTT 5.0: a client whose session is taken over says so and leaves it to the other one', async ({
  page,
  silentServer,
}) => {
  const server = await silentServer({ answers: [CONNACK] });
  const run = await page.evaluateHandle(async (url) => {
    const client = mqtide.createClient({ url, reconnect: { minDelayMs: 1, maxDelayMs: 1 } });
    const ended = new Promise<object>((resolve) =>
      client.on('disconnection', ({ error: { code, message, retryable }, ...event }) =>
        resolve({ ...event, error: { code, message, retryable } }),
      ),
    );
    await client.start();
    const pending = client.publish('a', 'b', { qos: 1 }).catch((error) => error.code);
    return { client, ended, pending };
  }, server.url);
  server.send(bytesOf([{ type: 'disconnect', reasonCode: SESSION_TAKEN_OVER }]));

  const event = await run.evaluate(({ ended }) => ended);
  expect(event).toMatchObject({
    error: { code: 'SESSION_TAKEN_OVER', retryable: false, message: expect.stringContaining('`clientId`') },
    disconnect: { type: 'disconnect', reasonCode: SESSION_TAKEN_OVER },
  });
  expect(event).not.toHaveProperty('willRetryInMs');
  const after = await run.evaluate(async ({ client, pending }) => ({
    pending: await pending,
    status: client.state.status,
    error: client.state.error?.code,
    publish: await client.publish('a', 'b', { qos: 1 }).catch((error) => error.code),
  }));
  expect(after).toEqual({
    pending: 'SESSION_TAKEN_OVER',
    status: 'failed',
    error: 'SESSION_TAKEN_OVER',
    publish: 'INVALID_STATE',
  });
  // It did not come back: another client, that came later, is the second one ever.
  await page.evaluate(async (url) => {
    const other = mqtide.createClient({ url });
    await other.start();
    await other.stop();
  }, server.url);
  expect(server.requested).toHaveLength(2);
});

for (const { name, protocolVersion } of VERSIONS) {
  for (const behavior of ['clean', 'rejoinPostSuccess'] as const) {
    test(`${name}, a broker that does not say why, '${behavior}': two clients with one identifier return ever more slowly`, async ({
      page,
      broker,
      topic,
    }) => {
      const delays = await page.evaluate(
        async ({ url, clientId, protocolVersion, behavior }) => {
          const clients = [1, 2].map(() =>
            mqtide.createClient({
              url,
              clientId,
              protocolVersion,
              session: { behavior },
              reconnect: { minDelayMs: 50, maxDelayMs: 10_000, jitter: 'none' },
            }),
          );
          const observed = clients.map((client) => {
            const delays: number[] = [];
            const slow = new Promise<void>((resolve) => {
              const note = ({ willRetryInMs = -1 }): void => {
                if (delays.length < 40) delays.push(willRetryInMs);
                if (willRetryInMs === 400 || delays.length === 40) resolve();
              };
              client.on('disconnection', note);
              client.on('connectionFailure', note);
            });
            return { delays, slow };
          });
          for (const client of clients) void client.start().catch(() => {});
          await Promise.race(observed.map(({ slow }) => slow));
          await Promise.all(clients.map((client) => client.stop()));
          return observed.map(({ delays }) => delays);
        },
        { url: broker.url, clientId: topic.replaceAll('/', '-'), protocolVersion, behavior },
      );
      // They throw each other out in turn, so one has waited as often as the other, and once more.
      const [first, second] = delays.sort((a, b) => Math.max(...b) - Math.max(...a));
      expect(first).toEqual([50, 100, 200, 400]);
      if (protocolVersion === 5 || behavior === 'clean') {
        expect(second).toEqual([50, 100, 200]);
        return;
      }
      // It finds the session of the other, which it ends at once, and then one that the other began meanwhile.
      expect(`, ${second?.join(', ')}`).not.toContain(', 0, 0, 0, 0');
      const waits = second?.filter((delay) => delay > 0) ?? [];
      expect(waits).toEqual([50, 100, 200].slice(0, waits.length));
    });
  }
}
