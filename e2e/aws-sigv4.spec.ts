import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

test.use({ harness: '/aws.html' });

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: signed URLs, on a port of their own, with and without a session token`, async ({ page, cloud }) => {
    const { identities, cloud: account } = cloud.emulator;
    const { Credentials: issued } = identities.getCredentials(identities.getId(cloud.account.identityPoolId));
    const temporary = {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretKey,
      sessionToken: issued.SessionToken,
    };
    expect(account.accessKeys.get(temporary.accessKeyId)?.sessionToken).toBe(temporary.sessionToken);
    for (const credentials of [cloud.credentials, temporary]) {
      const seen = await page.evaluate(
        async ({ endpoint, credentials, protocolVersion }) => {
          const client = mqtide.createClient({
            ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }),
            protocolVersion,
          });
          const settings = await client.start();
          const messages = await client.subscribe('plants/+', { qos: 1 });
          await client.publish('plants/p1', { c: 21 }, { qos: 1 });
          const { value: message } = await messages[Symbol.asyncIterator]().next();
          await client.stop();
          return { maximumQoS: settings.maximumQoS, content: message.json() as unknown };
        },
        { endpoint: cloud.endpoint, credentials, protocolVersion },
      );
      expect(seen).toMatchObject({ content: { c: 21 } });
      if (protocolVersion === 5) expect(seen.maximumQoS).toBe(1);
    }
  });

  test(`${name}: every attempt is signed anew`, async ({ page, cloud, networkTo }) => {
    const network = await networkTo(`${cloud.endpoint}/mqtt`);
    const run = await page.evaluateHandle(
      async ({ endpoint, credentials, protocolVersion }) => {
        const urls: string[] = [];
        const aws = mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials: async () => credentials });
        const client = mqtide.createClient({
          ...aws,
          protocolVersion,
          url: async (context) => {
            urls.push(await aws.url(context));
            return urls.at(-1) as string;
          },
          reconnect: { minDelayMs: 1_100, maxDelayMs: 1_100 },
        });
        const again = new Promise<void>((resolve) => {
          let count = 0;
          client.on('connectionSuccess', () => {
            count += 1;
            if (count === 2) resolve();
          });
        });
        await client.start();
        return { client, urls, again };
      },
      { endpoint: network.url.replace('/mqtt', ''), credentials: cloud.credentials, protocolVersion },
    );
    network.cut();
    network.restore();
    const urls = await run.evaluate(async ({ client, urls, again }) => {
      await again;
      await client.publish('a', '', { qos: 1 });
      await client.stop();
      return urls;
    });
    const signatures = urls.map((url) => new URL(url).searchParams.get('X-Amz-Signature'));
    expect(new Set(signatures).size).toBe(urls.length);
    expect(urls.length).toBeGreaterThan(1);
  });
}

test('a wrong key is a failure to open the socket that names what to check, and no secret', async ({ page, cloud }) => {
  const secretAccessKey = 'sentinel-secret';
  const failed = await page.evaluate(
    async ({ endpoint, accessKeyId, secretAccessKey }) => {
      const client = mqtide.createClient({
        ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } }),
        reconnect: false,
      });
      const error: unknown = await client.start().catch((reason: unknown) => reason);
      const { code, message, hint } = error as InstanceType<typeof mqtide.MqttError>;
      return { code, message, hint };
    },
    { endpoint: cloud.endpoint, accessKeyId: cloud.account.accessKeyId, secretAccessKey },
  );
  expect(failed.code).toBe('SOCKET_OPEN_FAILED');
  expect(JSON.stringify(failed)).not.toContain('sentinel');
  expect(JSON.stringify(failed)).not.toContain('X-Amz');
});

test('a clock that is an hour off: refused, and with the offset let in', async ({ page, cloud }) => {
  await cloud.admin('clock', { offsetMs: 3_600_000 });
  const attempt = (clockOffsetMs: number): Promise<string> =>
    page.evaluate(
      async ({ endpoint, credentials, clockOffsetMs }) => {
        const client = mqtide.createClient({
          ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials, clockOffsetMs }),
          reconnect: false,
        });
        const outcome = await client.start().then(
          () => 'connected',
          (error: { readonly code: string }) => error.code,
        );
        await client.stop();
        return outcome;
      },
      { endpoint: cloud.endpoint, credentials: cloud.credentials, clockOffsetMs },
    );
  expect(await attempt(0)).toBe('SOCKET_OPEN_FAILED');
  expect(await attempt(3_600_000)).toBe('connected');
  expect(await attempt(3_600_000 - 200_000)).toBe('connected');
});

test('a lifetime of a connection ends, and the next begins', async ({ page, cloud }) => {
  cloud.emulator.cloud.limits.connectionLifetimeSeconds = 1.2;
  const ended = await page.evaluate(
    async ({ endpoint, credentials }) => {
      const client = mqtide.createClient({
        ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }),
        reconnect: { minDelayMs: 1_100, maxDelayMs: 1_100 },
      });
      const ended = new Promise<number | undefined>((resolve) =>
        client.on('disconnection', ({ error }) => resolve(error.reasonCode)),
      );
      await client.start();
      const reasonCode = await ended;
      await client.publish('a', '', { qos: 1 });
      await client.stop();
      return reasonCode;
    },
    { endpoint: cloud.endpoint, credentials: cloud.credentials },
  );
  expect(ended).toBe(0x87);
});
