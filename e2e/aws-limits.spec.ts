import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

test.use({ harness: '/aws.html' });

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: what IoT Core would close the connection for is refused before it is sent`, async ({
    page,
    cloud,
  }) => {
    const seen = await page.evaluate(
      async ({ endpoint, credentials, protocolVersion }) => {
        const client = mqtide.createClient({
          ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }),
          protocolVersion,
        });
        let lost = 0;
        client.on('disconnection', () => (lost += 1));
        await client.start();
        const codeOf = (operation: Promise<unknown>): Promise<string> =>
          operation.then(
            () => 'done',
            (error: { readonly code: string }) => error.code,
          );
        const outcomes = {
          qos2: await codeOf(client.publish('a', '', { qos: 2 })),
          subscribeQos2: await codeOf(client.subscribe('a', { qos: 2 })),
          topic: await codeOf(client.publish('é'.repeat(129), '')),
          levels: await codeOf(client.publish('a/b/c/d/e/f/g/h/i', '')),
          filter: await codeOf(client.subscribe('a/b/c/d/e/f/g/h/+')),
          payload: await codeOf(client.publish('a', new Uint8Array(131_073))),
          largest: await codeOf(client.publish('a', new Uint8Array(131_072), { qos: 1 })),
          deepest: await codeOf(client.publish('a/b/c/d/e/f/g/h', '', { qos: 1 })),
          rule: await codeOf(client.publish('$aws/rules/r/a/b/c/d/e/f/g/h', '', { qos: 1 })),
          command: await codeOf(client.subscribe('$aws/commands/things/t/executions/e/response/accepted/json')),
          many: await codeOf(client.subscribe(Array.from({ length: 20 }, (_, index) => `many/${index}`))),
        };
        await client.stop();
        return { outcomes, lost };
      },
      { endpoint: cloud.endpoint, credentials: cloud.credentials, protocolVersion },
    );
    expect(seen).toEqual({
      outcomes: {
        qos2: 'UNSUPPORTED_BY_SERVER',
        subscribeQos2: 'UNSUPPORTED_BY_SERVER',
        topic: 'LIMIT_EXCEEDED',
        levels: 'LIMIT_EXCEEDED',
        filter: 'LIMIT_EXCEEDED',
        payload: 'LIMIT_EXCEEDED',
        largest: 'done',
        deepest: 'done',
        rule: 'done',
        command: 'done',
        many: 'done',
      },
      lost: 0,
    });
  });

  test(`${name}: 250 publishes at once are paced, and none is discarded`, async ({ page, cloud }) => {
    const tookMs = await page.evaluate(
      async ({ endpoint, credentials, protocolVersion }) => {
        const client = mqtide.createClient({
          ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }),
          protocolVersion,
        });
        await client.start();
        const before = performance.now();
        await Promise.all(Array.from({ length: 250 }, () => client.publish('a', '', { qos: 1 })));
        const tookMs = performance.now() - before;
        await client.stop();
        return tookMs;
      },
      { endpoint: cloud.endpoint, credentials: cloud.credentials, protocolVersion },
    );
    expect(tookMs).toBeGreaterThan(1_900);
    expect(cloud.emulator.gateway.throttled.discarded).toBe(0);
  });

  test(`${name}: a megabyte and a quarter at once is paced, and the server need not hold it up`, async ({
    page,
    cloud,
  }) => {
    const publishAll = (isPaced: boolean): Promise<number> =>
      page.evaluate(
        async ({ endpoint, credentials, protocolVersion, isPaced }) => {
          const aws = mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials });
          const { bytesPerSecond: _, ...unpaced } = aws.brokerProfile;
          const client = mqtide.createClient({
            ...aws,
            protocolVersion,
            brokerProfile: isPaced ? aws.brokerProfile : unpaced,
          });
          await client.start();
          const publishes = Array.from({ length: 20 }, () => client.publish('a', new Uint8Array(65_536), { qos: 1 }));
          const done = await Promise.all(publishes);
          await client.stop();
          return done.length;
        },
        { endpoint: cloud.endpoint, credentials: cloud.credentials, protocolVersion, isPaced },
      );
    const { throttled } = cloud.emulator.gateway;
    expect(await publishAll(true)).toBe(20);
    expect(throttled).toEqual({ discarded: 0, delayed: 0 });
    // Without the limit the server holds it up, and nothing is lost.
    expect(await publishAll(false)).toBe(20);
    expect(throttled.delayed).toBeGreaterThan(0);
  });

  test(`${name}: what comes back counts, too, and nothing is discarded`, async ({ page, cloud }) => {
    const tookMs = await page.evaluate(
      async ({ endpoint, credentials, protocolVersion }) => {
        const client = mqtide.createClient({
          ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }),
          protocolVersion,
        });
        await client.start();
        let received = 0;
        await client.subscribe('echo', { qos: 1 }, () => {
          received += 1;
        });
        const before = performance.now();
        await Promise.all(Array.from({ length: 150 }, () => client.publish('echo', '', { qos: 1 })));
        while (received < 150) await new Promise((resolve) => setTimeout(resolve, 20));
        const tookMs = performance.now() - before;
        await client.stop();
        return tookMs;
      },
      { endpoint: cloud.endpoint, credentials: cloud.credentials, protocolVersion },
    );
    expect(tookMs).toBeGreaterThan(1_000);
    expect(cloud.emulator.gateway.throttled.discarded).toBe(0);
  });

  test(`${name}: restarted at once, it waits until a client identifier may connect again`, async ({ page, cloud }) => {
    const failures = await page.evaluate(
      async ({ endpoint, credentials, protocolVersion }) => {
        const client = mqtide.createClient({
          ...mqtideAws.awsSigV4({ endpoint, region: 'us-east-1', credentials }),
          protocolVersion,
          clientId: 'tab',
          session: { behavior: 'clean' },
        });
        const failures: string[] = [];
        client.on('connectionFailure', ({ error }) => failures.push(error.message));
        for (let count = 0; count < 3; count += 1) {
          await client.start();
          await client.stop();
        }
        return failures;
      },
      { endpoint: cloud.endpoint, credentials: cloud.credentials, protocolVersion },
    );
    expect(failures).toEqual([]);
  });
}
