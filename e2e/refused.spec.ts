import { expect, test } from './fixtures/index.ts';
import { forbiddenLines, passwordLines } from './support/access.ts';
import { failToConnect } from './support/attempt.ts';
import { VERSIONS } from './support/versions.ts';

for (const { name, protocolVersion } of VERSIONS) {
  const NOT_AUTHORIZED = protocolVersion === 5 ? 0x87 : 5;
  const REFUSED = protocolVersion === 5 ? 0x87 : 0x80;

  test(`${name}: wrong credentials are not tried twice`, async ({ page, brokerWith }, testInfo) => {
    const lines = passwordLines(testInfo.outputPath('passwords'), 'gardener', 'right');
    const { url } = await brokerWith({ anonymous: false, lines });
    for (const credentials of [
      { username: 'gardener', password: 'wrong' },
      { username: 'nobody', password: 'right' },
      {},
    ]) {
      const failed = await page.evaluate(failToConnect, { url, protocolVersion, credentials });
      expect(failed).toMatchObject({
        error: {
          code: 'CONNACK_REFUSED',
          reasonCode: NOT_AUTHORIZED,
          message: expect.stringMatching(/not authorized/i),
          hint: expect.stringContaining('`credentials`'),
          retryable: false,
          packet: { type: 'connack' },
        },
        start: 'CONNACK_REFUSED',
        status: 'failed',
      });
      expect(JSON.stringify(failed)).not.toContain('wrong');
    }
  });

  test(`${name}: a function is asked for other credentials until they are right`, async ({
    page,
    brokerWith,
  }, testInfo) => {
    const lines = passwordLines(testInfo.outputPath('passwords'), 'gardener', 'right');
    const { url } = await brokerWith({ anonymous: false, lines });
    const seen = await page.evaluate(
      async ({ url, protocolVersion }) => {
        const asked: unknown[] = [];
        const failures: string[] = [];
        const client = mqtide.createClient({
          url,
          protocolVersion,
          reconnect: { minDelayMs: 1, maxDelayMs: 1 },
          credentials: async ({ attempt, lastError }) => {
            asked.push([attempt, lastError?.code]);
            if (attempt === 2) throw new Error('the identity provider is away');
            return { username: 'gardener', password: attempt === 1 ? 'expired' : 'right' };
          },
        });
        client.on('connectionFailure', ({ error }) => failures.push(error.code));
        await client.start();
        const { status } = client.state;
        await client.stop();
        return { asked, failures, status };
      },
      { url, protocolVersion },
    );
    expect(seen).toEqual({
      asked: [
        [1, undefined],
        [2, 'CONNACK_REFUSED'],
        [3, 'CREDENTIALS_FAILED'],
      ],
      failures: ['CONNACK_REFUSED', 'CREDENTIALS_FAILED'],
      status: 'connected',
    });
  });

  test(`${name}: a refused subscription costs nothing but itself`, async ({ page, brokerWith }, testInfo) => {
    const { url } = await brokerWith({ lines: forbiddenLines(testInfo.outputPath('access.json')) });
    const seen = await page.evaluate(
      async ({ url, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        await client.start();
        const received: string[] = [];
        let complete = (): void => {};
        const all = new Promise<void>((resolve) => (complete = resolve));
        const take = ({ topic }: { topic: string }): void => {
          received.push(topic);
          if (topic === 'other/last') complete();
        };
        await client.subscribe('allowed/before', { qos: 1 }, take);
        const alone = await client
          .subscribe('forbidden/#', { qos: 1 })
          .catch(({ code, message, hint, reasonCode, retryable, packet }) => {
            return { code, message, hint, reasonCode, retryable, packet };
          });
        const group = await client.subscribe(['allowed/group', 'forbidden/group', 'other/+'], { qos: 1 }, take);
        const allRefused = await client.subscribe(['forbidden/1', 'forbidden/2']).catch((error) => error.code);
        for (const topic of ['allowed/before', 'allowed/group', 'other/last'])
          await client.publish(topic, '', { qos: 1 });
        await all;
        await client.stop();
        return {
          alone,
          granted: group.subscriptions.map(({ filter, grantedQos }) => ({ filter, grantedQos })),
          refused: group.refused,
          allRefused,
          received,
        };
      },
      { url, protocolVersion },
    );
    expect(seen).toMatchObject({
      alone: {
        code: 'SUBSCRIBE_REFUSED',
        reasonCode: REFUSED,
        message: expect.stringContaining("'forbidden/#'"),
        hint: expect.any(String),
        retryable: false,
        packet: { type: 'suback' },
      },
      granted: [
        { filter: 'allowed/group', grantedQos: 1 },
        { filter: 'other/+', grantedQos: 1 },
      ],
      refused: [{ filter: 'forbidden/group', reasonCode: REFUSED }],
      allRefused: 'SUBSCRIBE_REFUSED',
      received: ['allowed/before', 'allowed/group', 'other/last'],
    });
  });
}

test('MQTT 5.0: a refused publish rejects with its reason, and nothing else does', async ({
  page,
  brokerWith,
}, testInfo) => {
  const { url } = await brokerWith({ lines: forbiddenLines(testInfo.outputPath('access.json')) });
  const outcomes = await page.evaluate(async (url) => {
    const client = mqtide.createClient({ url });
    await client.start();
    const outcomes = await Promise.all(
      (['forbidden/x', 'allowed/x'] as const).flatMap((topic) =>
        ([1, 2] as const).map((qos) =>
          client.publish(topic, '', { qos }).then(
            (result) => ({ topic, ...result }),
            ({ code, reasonCode, reasonName, retryable }) => ({ topic, code, reasonCode, reasonName, retryable }),
          ),
        ),
      ),
    );
    await client.stop();
    return outcomes;
  }, url);
  const refused = {
    topic: 'forbidden/x',
    code: 'PUBLISH_REFUSED',
    reasonCode: 0x87,
    reasonName: 'Not authorized',
    retryable: false,
  };
  // Nobody is subscribed, which mosquitto says at QoS 1.
  const nobody = { topic: 'allowed/x', qos: 1, reasonCode: 0x10, reasonName: 'No matching subscribers' };
  const accepted = { topic: 'allowed/x', qos: 2, reasonCode: 0, reasonName: 'Success' };
  expect(outcomes).toEqual([refused, refused, nobody, accepted]);
});
