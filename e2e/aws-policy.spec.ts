import type { EmulatedCloud } from './fixtures/emulated-cloud.ts';
import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

test.use({ harness: '/aws.html' });

/** A user that may do everything with `open/…`, and nothing else. */
function addGardener({ emulator: { cloud } }: EmulatedCloud) {
  const credentials = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'gardener' };
  cloud.addUser(credentials.accessKeyId, credentials.secretAccessKey, [
    {
      Statement: [
        { Effect: 'Allow', Action: 'iot:Connect', Resource: cloud.arn('client/${iot:ClientId}') },
        { Effect: 'Allow', Action: ['iot:Publish', 'iot:Receive'], Resource: cloud.arn('topic/open/*') },
        { Effect: 'Allow', Action: 'iot:Subscribe', Resource: cloud.arn('topicfilter/open/*') },
      ],
    },
  ]);
  return credentials;
}

test('MQTT 5.0: what is denied is refused, and the connection lives', async ({ page, cloud }) => {
  const credentials = addGardener(cloud);
  const seen = await page.evaluate(
    async ({ endpoint, credentials }) => {
      const client = mqtide.createClient(mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }));
      let lost = 0;
      client.on('disconnection', () => (lost += 1));
      await client.start();
      const refusal = ({ code, reasonCode, retryable }: InstanceType<typeof mqtide.MqttError>) => {
        return { code, reasonCode, retryable };
      };
      const publish = await client.publish('closed/x', '', { qos: 1 }).catch(refusal);
      const retained = await client.publish('open/x', '', { qos: 1, retain: true }).catch(refusal);
      const subscribe = await client.subscribe('closed/#', { qos: 1 }).catch(refusal);
      const group = await client.subscribe(['open/a', 'closed/a'], { qos: 1 });
      const allowed = await client.publish('open/x', '', { qos: 1 });
      await client.stop();
      return { publish, retained, subscribe, refused: group.refused, allowed, lost };
    },
    { endpoint: cloud.endpoint, credentials },
  );
  expect(seen).toMatchObject({
    publish: { code: 'PUBLISH_REFUSED', reasonCode: 0x87, retryable: false },
    retained: { code: 'PUBLISH_REFUSED', reasonCode: 0x87 },
    subscribe: { code: 'SUBSCRIBE_REFUSED', reasonCode: 0x87, retryable: false },
    refused: [{ filter: 'closed/a', reasonCode: 0x87 }],
    allowed: { qos: 1, reasonCode: 0 },
    lost: 0,
  });
});

test('MQTT 5.0: a denied publish of QoS 0 ends the connection, with a reason', async ({ page, cloud }) => {
  const credentials = addGardener(cloud);
  const reasonCode = await page.evaluate(
    async ({ endpoint, credentials }) => {
      const client = mqtide.createClient({
        ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }),
        reconnect: { minDelayMs: 1_100, maxDelayMs: 1_100 },
      });
      const lost = new Promise<number | undefined>((resolve) =>
        client.on('disconnection', ({ error }) => resolve(error.reasonCode)),
      );
      await client.start();
      await client.publish('closed/x', '');
      const reasonCode = await lost;
      await client.publish('open/x', '', { qos: 1 });
      await client.stop();
      return reasonCode;
    },
    { endpoint: cloud.endpoint, credentials },
  );
  expect(reasonCode).toBe(0x87);
});

for (const operation of ['publish', 'subscribe'] as const) {
  test(`MQTT 3.1.1: a denied ${operation} closes the connection, and is not tried for ever`, async ({
    page,
    cloud,
  }) => {
    test.slow();
    const credentials = addGardener(cloud);
    const seen = await page.evaluate(
      async ({ endpoint, credentials, operation }) => {
        const client = mqtide.createClient({
          ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }),
          protocolVersion: 4,
          // Its session goes on: without one a message is published anew, as another, until `ackTimeoutMs` is over.
          clientId: `denied-${operation}`,
          reconnect: { minDelayMs: 1_100, maxDelayMs: 1_100 },
        });
        let lost = 0;
        client.on('disconnection', () => (lost += 1));
        await client.start();
        const attempt: Promise<unknown> =
          operation === 'publish'
            ? client.publish('closed/x', '', { qos: 1 })
            : client.subscribe('closed/x', { qos: 1 });
        const outcome = await attempt.then(
          () => 'done',
          (error: { readonly code: string }) => error.code,
        );
        // From here on the connection stays.
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        const before = lost;
        await client.publish('open/x', '', { qos: 1 });
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        await client.publish('open/x', '', { qos: 1 });
        const after = lost;
        await client.stop();
        return { outcome, before, since: after - before };
      },
      { endpoint: cloud.endpoint, credentials, operation },
    );
    // A message that is sent for the first time is not suspected yet.
    expect(seen).toEqual(
      operation === 'publish'
        ? { outcome: 'PUBLISH_REFUSED', before: 4, since: 0 }
        : { outcome: 'SUBSCRIBE_REFUSED', before: 3, since: 0 },
    );
  });
}

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: a CONNECT that no policy allows`, async ({ page, cloud }) => {
    const credentials = addGardener(cloud);
    await cloud.admin('switches', { connectAttributesNeeded: true, refusedConnect311: 7 });
    const codes = await page.evaluate(
      async ({ endpoint, credentials, protocolVersion }) => {
        const client = mqtide.createClient({
          ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }),
          protocolVersion,
          will: { topic: 'open/will', payload: 'gone' },
          reconnect: false,
        });
        return client.start().then(
          () => ['connected'],
          (error: { readonly code: string; readonly reasonCode?: number }) => [error.code, error.reasonCode],
        );
      },
      { endpoint: cloud.endpoint, credentials, protocolVersion },
    );
    // Return code 7 is none of 3.1.1, and AWS has been seen to use it.
    if (protocolVersion === 5) expect(codes).toEqual(['CONNACK_REFUSED', 0x87]);
    else expect(codes[0]).not.toBe('connected');
  });
}
