import { type BrokerServer, startBrokerServer } from '@mqtide/testkit';
import { expect, test as base } from './fixtures/index.ts';
import { type ScramServerOptions, scramServer } from './support/scram-server.ts';

/** A broker that lets in who knows the password. mosquitto has no SCRAM. */
const test = base.extend<{ scramBroker: (options?: Partial<ScramServerOptions>) => Promise<BrokerServer> }>({
  scramBroker: async ({}, use) => {
    const servers: BrokerServer[] = [];
    await use(async (options) => {
      const authenticate = scramServer({ username: 'user', password: () => 'pencil', ...options });
      const server = await startBrokerServer({ broker: { authenticate } });
      servers.push(server);
      return server;
    });
    await Promise.all(servers.map((server) => server.close()));
  },
});

for (const harness of ['/', '/global.html'])
  for (const hash of ['scramSha256', 'scramSha512'] as const)
    test.describe(`${hash} from ${harness}`, () => {
      test.use({ harness });

      test('lets the client in, and again while messages go round', async ({ page, scramBroker, topic }) => {
        const server = await scramBroker();
        const seen = await page.evaluate(
          async ({ url, topic, hash }) => {
            const authentication = mqtide[hash]({ username: 'user', password: 'pencil' });
            const client = mqtide.createClient({ url, authentication });
            const received: string[] = [];
            const shown = new Promise<string>((resolve) =>
              client.on('connectionSuccess', (event) => resolve(JSON.stringify(event))),
            );
            await client.start();
            await client.subscribe(topic, { qos: 1 }, (message) => received.push(message.text()));
            const renewals = [client.reauthenticate()];
            for (let number = 0; number < 50; number++) await client.publish(topic, `${number}`, { qos: 1 });
            await Promise.all(renewals);
            await client.reauthenticate();
            await client.stop();
            return { received, shown: await shown };
          },
          { url: server.url, topic, hash },
        );
        expect(seen.received).toEqual(Array.from({ length: 50 }, (_, number) => `${number}`));
        expect(seen.shown).not.toContain('authenticationData');
        expect(server.broker.violations).toEqual([]);
      });
    });

const start = async ({ url, password }: { readonly url: string; readonly password: string }) => {
  const client = mqtide.createClient({ url, authentication: mqtide.scramSha256({ username: 'user', password }) });
  const { code, reasonCode, cause, retryable } = await client.start().then(
    () => ({ code: 'connected', reasonCode: 0, cause: undefined, retryable: false }),
    (error) => error,
  );
  return { code, reasonCode, cause: String(cause), retryable, status: client.state.status };
};

test('a wrong password is final', async ({ page, scramBroker }) => {
  const { url } = await scramBroker();
  expect(await page.evaluate(start, { url, password: 'wrong' })).toMatchObject({
    code: 'CONNACK_REFUSED',
    reasonCode: 0x87,
    status: 'failed',
  });
});

test('a server that does not know the password is not believed', async ({ page, scramBroker }) => {
  const { url } = await scramBroker({ isImpostor: true });
  expect(await page.evaluate(start, { url, password: 'pencil' })).toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    cause: expect.stringContaining('not proved'),
    status: 'failed',
  });
});

test('a server that asks for too few iterations gets no proof', async ({ page, scramBroker }) => {
  const { url } = await scramBroker({ iterations: 1_000 });
  expect(await page.evaluate(start, { url, password: 'pencil' })).toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    cause: expect.stringContaining('1000 iterations'),
  });
});

test('a password that changed ends the connection at the next re-authentication', async ({ page, scramBroker }) => {
  let password = 'pencil';
  const { url } = await scramBroker({ password: () => password });
  const run = await page.evaluateHandle(async (address) => {
    const authentication = mqtide.scramSha256({ username: 'user', password: 'pencil' });
    const client = mqtide.createClient({ url: address, authentication });
    await client.start();
    return client;
  }, url);
  password = 'other';
  const codes = await run.evaluate(async (client) => {
    const failed = new Promise<string>((resolve) => client.on('connectionFailure', ({ error }) => resolve(error.code)));
    const renewed = await client.reauthenticate().then(
      () => 'connected',
      (error) => `${error.code} ${error.reasonCode}`,
    );
    return [renewed, await failed, client.state.status];
  });
  expect(codes).toEqual(['SERVER_DISCONNECTED 135', 'CONNACK_REFUSED', 'failed']);
});
