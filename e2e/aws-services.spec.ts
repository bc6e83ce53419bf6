import type { EmulatedCloud } from './fixtures/emulated-cloud.ts';
import { expect, test } from './fixtures/index.ts';

test.use({ harness: '/aws.html' });

/** What a page needs to connect. */
const options = ({ endpoint, credentials }: EmulatedCloud) => ({ endpoint, region: 'us-east-1', credentials });

test('a shadow between two pages: delta, report, conflict, delete', async ({ page, openPage, cloud }) => {
  const other = await openPage();
  const [device, app] = await Promise.all(
    [page, other].map((each) =>
      each.evaluateHandle(async (options) => {
        const client = mqtide.createClient(mqtideAws.awsSigV4(options));
        await client.start();
        const shadow = awsIot.createShadow<{ on?: boolean; level?: number }>(client, { thingName: 'lamp' });
        return { client, shadow };
      }, options(cloud)),
    ),
  );
  if (device === undefined || app === undefined) throw new Error('two pages');
  const missing = await app.evaluate(({ shadow }) => shadow.get().catch(({ name, code }) => ({ name, code })));
  expect(missing).toEqual({ name: 'ServiceError', code: 404 });

  const following = await device.evaluateHandle(async ({ shadow }) => {
    const deltas = shadow.deltas();
    await deltas.ready;
    return { deltas };
  });
  const updated = await app.evaluate(({ shadow }) => shadow.update({ desired: { on: false, level: 0 } }));
  expect(updated).toMatchObject({ version: 1, state: { desired: { on: false, level: 0 } } });
  const delta = await following.evaluate(async ({ deltas }) => {
    for await (const delta of deltas) return delta;
    return undefined;
  });
  expect(delta).toMatchObject({ version: 1, state: { on: false, level: 0 } });
  await device.evaluate(({ shadow }) => shadow.update({ reported: { on: false } }));
  expect(await app.evaluate(({ shadow }) => shadow.get())).toMatchObject({
    version: 2,
    state: { desired: { on: false, level: 0 }, reported: { on: false }, delta: { level: 0 } },
  });
  const conflict = await app.evaluate(({ shadow }) =>
    shadow.update({ desired: { level: 5 } }, { version: 1 }).catch(({ code }) => code as unknown),
  );
  expect(conflict).toBe(409);
  expect(await app.evaluate(({ shadow }) => shadow.delete())).toMatchObject({ version: 2 });
  for (const run of [device, app]) await run.evaluate(({ client }) => client.stop());
});

test('two copies of a shadow that both make and count: no count is lost, through conflicts and shuffled messages', async ({
  page,
  openPage,
  cloud,
}) => {
  test.slow();
  Object.assign(cloud.emulator.cloud.faults, { shuffles: 0.5, duplicates: 0.2, reorders: 0.2 });
  cloud.emulator.cloud.limits.shadowRequestsPerSecond = Number.POSITIVE_INFINITY;
  const pages = [page, await openPage()];
  const results = await Promise.all(
    pages.map((each) =>
      each.evaluate(async (options) => {
        const client = mqtide.createClient(mqtideAws.awsSigV4(options));
        await client.start();
        const shadow = awsIot.createShadow<{ count?: number }>(client, { thingName: 'counter', shadowName: 'shared' });
        const copy = await shadow.sync();
        const count = async (): Promise<void> => {
          // Five conflicts in a row are possible, and up to the caller.
          for (;;) {
            const done = await copy
              .update(({ state }) => ({ desired: { count: (state.desired?.count ?? 0) + 1 } }))
              .then(
                () => true,
                (error: { readonly code: unknown }) => {
                  if (error.code !== 409) throw error;
                  return false;
                },
              );
            if (done) return;
          }
        };
        for (let index = 0; index < 10; index += 1) await count();
        await copy.close();
        await client.stop();
      }, options(cloud)),
    ),
  );
  expect(results).toHaveLength(2);
  const total = await page.evaluate(async (options) => {
    const client = mqtide.createClient(mqtideAws.awsSigV4(options));
    await client.start();
    const { state } = await awsIot.createShadow(client, { thingName: 'counter', shadowName: 'shared' }).get();
    await client.stop();
    return state.desired;
  }, options(cloud));
  expect(total).toEqual({ count: 20 });
});

test('a job from the queue to its end, told to a second page', async ({ page, openPage, cloud }) => {
  const watcher = await openPage();
  const watching = await watcher.evaluateHandle(async (options) => {
    const client = mqtide.createClient(mqtideAws.awsSigV4(options));
    await client.start();
    const notifications = awsIot.createJobs(client, { thingName: 'lamp' }).notifications();
    await notifications.ready;
    const iterator = notifications[Symbol.asyncIterator]();
    return { client, next: async () => (await iterator.next()).value?.jobs };
  }, options(cloud));
  const device = await page.evaluateHandle(async (options) => {
    const client = mqtide.createClient(mqtideAws.awsSigV4(options));
    await client.start();
    return { client, jobs: awsIot.createJobs(client, { thingName: 'lamp' }) };
  }, options(cloud));

  expect(await device.evaluate(({ jobs }) => jobs.startNext())).not.toHaveProperty('execution');
  await cloud.admin('jobs', { jobId: 'update-7', document: { url: 'https://example.com/7' }, things: ['lamp'] });
  expect(await watching.evaluate(({ next }) => next())).toMatchObject({ QUEUED: [{ jobId: 'update-7' }] });
  const run = await device.evaluate(async ({ jobs }) => {
    const pending = await jobs.getPending();
    const { execution } = await jobs.startNext({ statusDetails: { step: 'download' } });
    const jobId = execution?.jobId ?? '';
    const stale = await jobs
      .update(jobId, { status: 'SUCCEEDED', expectedVersion: 1 })
      .catch(({ code, document }) => ({ code: code as unknown, document: document as unknown }));
    const progress = await jobs.update(jobId, {
      status: 'IN_PROGRESS',
      statusDetails: { step: 'install' },
      includeJobExecutionState: true,
    });
    const withoutDocument = await jobs.describe('$next', { includeJobDocument: false });
    await jobs.update(jobId, { status: 'SUCCEEDED' });
    const over = await jobs.update(jobId, { status: 'FAILED' }).catch(({ code }) => code as unknown);
    return { pending, execution, stale, progress, withoutDocument, over };
  });
  expect(run).toMatchObject({
    pending: { queuedJobs: [{ jobId: 'update-7' }], inProgressJobs: [] },
    execution: { status: 'IN_PROGRESS', jobDocument: { url: 'https://example.com/7' } },
    stale: { code: 'VersionMismatch', document: { executionState: { versionNumber: 2 } } },
    progress: { executionState: { status: 'IN_PROGRESS', statusDetails: { step: 'install' } } },
    over: 'InvalidStateTransition',
  });
  expect(run.withoutDocument.execution).not.toHaveProperty('jobDocument');
  expect(await watching.evaluate(({ next }) => next())).toEqual({});
  expect(cloud.emulator.jobs.executionsOf('lamp')).toMatchObject([{ status: 'SUCCEEDED' }]);
  await device.evaluate(({ client }) => client.stop());
  await watching.evaluate(({ client }) => client.stop());
});

test('provisioning: keys and a thing, and a token that is used up', async ({ page, cloud }) => {
  await cloud.admin('templates', { name: 'fleet', thingName: 'lamp-${serial}', deviceConfiguration: { a: 'b' } });
  const seen = await page.evaluate(async (options) => {
    const client = mqtide.createClient(mqtideAws.awsSigV4(options));
    await client.start();
    const provisioning = awsIot.createFleetProvisioning(client);
    const { certificateOwnershipToken, certificatePem, privateKey } = await provisioning.createKeysAndCertificate();
    const request = { certificateOwnershipToken, parameters: { serial: '7' } };
    const thing = await provisioning.registerThing('fleet', request);
    const again = await provisioning
      .registerThing('fleet', request)
      .catch(({ code, message }) => ({ code: code as unknown, message: message as unknown }));
    await client.stop();
    return { certificatePem, printed: String(privateKey), key: privateKey.reveal(), thing, again };
  }, options(cloud));
  expect(seen).toMatchObject({
    certificatePem: expect.stringContaining('BEGIN CERTIFICATE'),
    printed: '[private key]',
    key: expect.stringContaining('PRIVATE KEY'),
    thing: { thingName: 'lamp-7', deviceConfiguration: { a: 'b' } },
  });
  expect(JSON.stringify(seen.again)).toContain('InvalidCertificateOwnershipToken');
});

test('commands: one in time, and one that the device is too slow for', async ({ page, cloud }) => {
  const device = await page.evaluateHandle(async (options) => {
    const client = mqtide.createClient({ ...mqtideAws.awsSigV4(options), clientId: 'lamp' });
    await client.start();
    const commands = awsIot.createCommands(client, { thingName: 'lamp' });
    const incoming = commands.incoming();
    await incoming.ready;
    const iterator = incoming[Symbol.asyncIterator]();
    return { client, commands, next: async () => (await iterator.next()).value };
  }, options(cloud));
  const start = { commandId: 'reboot', deviceId: 'lamp', contentType: 'application/json', payload: '{"soft":true}' };

  const { executionId } = await cloud.admin('commands', { ...start, timeoutSeconds: 300 });
  const first = await device.evaluate(async ({ commands, next }) => {
    const command = await next();
    if (command === undefined) throw new Error('no command');
    await commands.update(command.executionId, { status: 'IN_PROGRESS' });
    const result = { uptime: { s: '3 days' }, forced: { b: false }, dump: { bin: Uint8Array.of(1, 2, 255) } };
    await commands.update(command.executionId, { status: 'SUCCEEDED', result });
    const { format, contentType, timeoutSeconds } = command;
    return {
      executionId: command.executionId,
      format,
      contentType,
      timeoutSeconds,
      content: command.json() as unknown,
    };
  });
  expect(first).toMatchObject({
    executionId,
    format: 'json',
    contentType: 'application/json',
    content: { soft: true },
  });
  expect(first.timeoutSeconds).toBeGreaterThan(290);
  expect(await cloud.admin('commands/execution', { executionId })).toMatchObject({
    status: 'SUCCEEDED',
    result: { uptime: { s: '3 days' }, forced: { b: false }, dump: { bin: 'AQL/' } },
  });

  const slow = await cloud.admin('commands', { ...start, timeoutSeconds: 0.2 });
  const statusOf = async (): Promise<unknown> => (await cloud.admin('commands/execution', slow))['status'];
  await expect.poll(statusOf).toBe('TIMED_OUT');
  const outcome = await device.evaluate(async ({ commands, next }) => {
    const { executionId = '' } = (await next()) ?? {};
    const late = await commands.update(executionId, { status: 'IN_PROGRESS' }).catch(({ code }) => code as unknown);
    await commands.update(executionId, { status: 'FAILED', statusReason: { reasonCode: 'TOO_SLOW' } });
    const more = await commands.update(executionId, { status: 'FAILED' }).catch(({ code }) => code as unknown);
    return { late, more };
  });
  expect(outcome).toEqual({ late: 'InvalidStateTransition', more: 'TerminalStateReached' });
  expect(await statusOf()).toBe('FAILED');
  await device.evaluate(({ client }) => client.stop());
});
