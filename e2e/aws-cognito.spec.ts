import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

test.use({ harness: '/aws.html' });

/** Chromium reports an answer with the status 400 on the console. */
function takeRefusals(errors: Error[]): void {
  for (const { message } of errors.splice(0)) expect(message).toContain('status of 400');
}

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: a guest, whose client identifier is the identity`, async ({ page, cloud }) => {
    const { cognito } = cloud;
    const seen = await page.evaluate(
      async ({ cognito, protocolVersion }) => {
        const aws = mqtideAws.awsCognito(cognito);
        const identityId = await aws.identityId();
        const client = mqtide.createClient({ ...aws, protocolVersion, clientId: identityId });
        await client.start();
        await client.publish('a', '', { qos: 1 });
        await client.stop();
        return identityId;
      },
      { cognito, protocolVersion },
    );
    expect(seen).toMatch(/^us-east-1:/);
    expect(seen).not.toBe(cognito.identityPoolId);
  });

  test(`${name}: who signed in needs an IoT policy, too; its absence is no error of signing`, async ({
    page,
    cloud,
  }) => {
    const { cognito } = cloud;
    const logins = cloud.loginOf('ann');
    if (protocolVersion === 4) await cloud.admin('switches', { refusedConnect311: 5 });
    const run = await page.evaluateHandle(
      async ({ cognito, logins, protocolVersion }) => {
        const aws = mqtideAws.awsCognito({ ...cognito, logins });
        const identityId = await aws.identityId();
        const client = mqtide.createClient({
          ...aws,
          protocolVersion,
          reconnect: { minDelayMs: 1_100, maxDelayMs: 1_100 },
        });
        const refused = new Promise<string>((resolve) =>
          client.on('connectionFailure', ({ error }) => resolve(error.code)),
        );
        const started = client.start();
        return { client, identityId, refused, started };
      },
      { cognito, logins, protocolVersion },
    );
    expect(await run.evaluate(({ refused }) => refused)).toBe('CONNACK_REFUSED');
    const target = await run.evaluate(({ identityId }) => identityId);
    await cloud.admin('attach', { policy: 'everything', target });
    await run.evaluate(async ({ client, started }) => {
      await started;
      await client.publish('a', '', { qos: 1 });
      await client.stop();
    });
    expect(cloud.emulator.identities.getId(cognito.identityPoolId, logins)).toBe(target);
  });

  test(`${name}: credentials that end while the connection lives: the next one has others`, async ({ page, cloud }) => {
    cloud.emulator.cloud.limits.credentialsLifetimeSeconds = 2;
    const { cognito } = cloud;
    const run = await page.evaluateHandle(
      async ({ cognito, protocolVersion }) => {
        const client = mqtide.createClient({
          ...mqtideAws.awsCognito(cognito),
          protocolVersion,
          clientId: 'tab',
          reconnect: { minDelayMs: 1_100, maxDelayMs: 1_100 },
        });
        const back = new Promise<void>((resolve) => {
          client.on('disconnection', () => client.on('connectionSuccess', () => resolve()));
        });
        await client.start();
        return { client, back };
      },
      { cognito, protocolVersion },
    );
    const keys = (): string[] => [...cloud.emulator.cloud.accessKeys.keys()].filter((id) => id.startsWith('ASIA'));
    const [first = '', ...others] = keys();
    expect(others).toEqual([]);
    // Still connected when they have ended, and signed anew with others after that.
    await expect.poll(() => cloud.emulator.cloud.accessKeys.get(first)?.expiresAt).toBeLessThan(Date.now() + 2_000);
    await expect
      .poll(() => (cloud.emulator.cloud.accessKeys.get(first)?.expiresAt ?? Infinity) < Date.now(), { timeout: 5_000 })
      .toBe(true);
    expect(cloud.emulator.gateway.clientIds).toEqual(['tab']);
    expect(cloud.emulator.gateway.disconnect('tab')).toBe(true);
    await run.evaluate(async ({ client, back }) => {
      await back;
      await client.publish('a', '', { qos: 1 });
      await client.stop();
    });
    expect(keys().length).toBeGreaterThan(1);
  });
}

test('a clock that is an hour off is put right by an answer of Cognito', async ({ page, cloud }) => {
  await cloud.admin('clock', { offsetMs: -3_600_000 });
  const { cognito } = cloud;
  const offset = await page.evaluate(async (cognito) => {
    let offset = 0;
    const client = mqtide.createClient(
      mqtideAws.awsCognito({ ...cognito, onClockSkew: (offsetMs) => (offset = offsetMs) }),
    );
    await client.start();
    await client.stop();
    return offset;
  }, cognito);
  expect(Math.abs(offset + 3_600_000)).toBeLessThan(10_000);
});

test('the id of an identity where that of a pool belongs, and the other way round', async ({
  page,
  cloud,
  pageErrors,
}) => {
  const { identityPoolId, ...cognito } = cloud.cognito;
  const identityId = cloud.emulator.identities.getId(identityPoolId);
  for (const wrong of [{ identityPoolId: identityId }, { identityId: identityPoolId }]) {
    const failed = await page.evaluate(
      (options) =>
        mqtideAws
          .awsCognito(options)
          .identityId()
          .catch(({ code, message, hint }) => ({ code, message, hint })),
      { ...cognito, ...wrong },
    );
    expect(failed).toEqual({
      code: 'CREDENTIALS_FAILED',
      message: expect.stringContaining('ResourceNotFoundException'),
      hint: expect.stringMatching(/`identity(Pool)?Id` has to be/),
    });
  }
  takeRefusals(pageErrors);
});

test('a pool without guests, a login that is over: why, and no token', async ({ page, cloud, pageErrors }) => {
  const { provider } = cloud.account;
  const everything = cloud.emulator.cloud.policies.get('everything') ?? { Statement: [] };
  const identityPoolId = cloud.emulator.identities.addPool({
    allowsGuests: false,
    providers: [provider],
    guestRole: everything,
    userRole: everything,
  });
  const token = cloud.emulator.identities.tokens.issue({ provider, subject: 'sentinel' }, Date.now() - 1000);
  for (const logins of [undefined, { [provider]: token }]) {
    const failed = await page.evaluate(
      async ({ options, logins }) => {
        const client = mqtide.createClient({
          ...mqtideAws.awsCognito({ ...options, ...(logins && { logins }) }),
          reconnect: false,
        });
        const error: unknown = await client.start().catch((reason: unknown) => reason);
        const { code, message, hint } = error as InstanceType<typeof mqtide.MqttError>;
        return { code, message, hint, text: String(error) };
      },
      { options: { ...cloud.cognito, identityPoolId }, logins },
    );
    expect(failed.code).toBe('URL_FAILED');
    expect(JSON.stringify(failed)).not.toContain(token);
  }
  takeRefusals(pageErrors);
});
