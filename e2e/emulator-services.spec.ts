import { decode, encode } from 'cborg';
import type { EmulatedCloud } from './fixtures/emulated-cloud.ts';
import { expect, test } from './fixtures/index.ts';
import { HandClient } from './support/hand-client.ts';
import { signedUrl } from './support/signed-url.ts';

/** The services of the emulator through its real broker. There is no page in these tests, so one project runs them. */
const tag = '@chromium';

const connect = (cloud: EmulatedCloud, fields = {}) =>
  HandClient.connect(signedUrl({ host: cloud.host, ...cloud.credentials }), fields);

const ask = (client: HandClient, topic: string, request: object): void =>
  client.publish(topic, JSON.stringify(request));

test('shadows: what one client asks for, everybody sees', { tag }, async ({ cloud }) => {
  const [near, far] = [await connect(cloud), await connect(cloud)];
  const topic = '$aws/things/lamp/shadow';
  expect(await near.subscribed(`${topic}/get/+`, `${topic}/update/accepted`, `${topic}/update/rejected`)).toEqual([
    1, 1, 1,
  ]);
  expect(await far.subscribed(`${topic}/update/delta`, `${topic}/name/n/update/accepted`)).toEqual([1, 1]);
  ask(near, `${topic}/get`, { clientToken: 'one' });
  expect(await near.nextJson()).toEqual({
    topic: `${topic}/get/rejected`,
    content: expect.objectContaining({ code: 404, clientToken: 'one' }),
  });
  ask(near, `${topic}/update`, { state: { desired: { on: true } }, clientToken: 'two' });
  expect(await near.nextJson()).toMatchObject({ topic: `${topic}/update/accepted`, content: { clientToken: 'two' } });
  expect(await far.nextJson()).toMatchObject({ topic: `${topic}/update/delta`, content: { state: { on: true } } });
  ask(near, `${topic}/update`, { state: { desired: { on: false } }, version: 7 });
  expect(await near.nextJson()).toEqual({
    topic: `${topic}/update/rejected`,
    content: { code: 409, message: 'Version conflict' },
  });
  ask(near, `${topic}/name/n/update`, { state: { reported: { on: 0 } } });
  expect(await far.nextJson()).toMatchObject({ content: { state: { reported: { on: 0 } }, version: 1 } });
});

test('shadows: too many requests at once are throttled', { tag }, async ({ cloud }) => {
  Object.assign(cloud.emulator.cloud.faults, { serviceDelayMs: 300 });
  const client = await connect(cloud);
  await client.subscribed('$aws/things/lamp/shadow/get/rejected');
  for (let token = 1; token <= 11; token += 1)
    ask(client, '$aws/things/lamp/shadow/get', { clientToken: String(token) });
  const codes: unknown[] = [];
  for (let count = 1; count <= 11; count += 1) {
    codes.push((await client.nextJson())?.content);
  }
  expect(codes.filter((content) => (content as { code: number }).code === 404)).toHaveLength(10);
  expect(codes).toContainEqual(expect.objectContaining({ code: 429, clientToken: '11' }));
});

test('jobs: answers go to who asked, subscribed or not; notifications to everybody', { tag }, async ({ cloud }) => {
  const [device, watcher] = [await connect(cloud), await connect(cloud)];
  const topic = '$aws/things/lamp/jobs';
  await watcher.subscribed(...['notify', 'notify-next', '+/accepted', '+/+/accepted'].map((end) => `${topic}/${end}`));
  await cloud.admin('jobs', { jobId: 'update-1', document: { url: 'x' }, things: ['lamp'] });
  expect(await watcher.nextJson()).toMatchObject({
    topic: `${topic}/notify`,
    content: { jobs: { QUEUED: [{ jobId: 'update-1' }] } },
  });
  expect(await watcher.nextJson()).toMatchObject({
    topic: `${topic}/notify-next`,
    content: { execution: { jobId: 'update-1', jobDocument: { url: 'x' } } },
  });
  ask(device, `${topic}/start-next`, { clientToken: 's' });
  expect(await device.nextJson()).toMatchObject({
    topic: `${topic}/start-next/accepted`,
    content: { clientToken: 's', execution: { jobId: 'update-1', status: 'IN_PROGRESS' } },
  });
  ask(device, `${topic}/update-1/update`, { status: 'SUCCEEDED', expectedVersion: 1 });
  expect(await device.nextJson()).toMatchObject({
    topic: `${topic}/update-1/update/rejected`,
    content: { code: 'VersionMismatch', executionState: { versionNumber: 2 } },
  });
  ask(device, `${topic}/update-1/update`, { status: 'SUCCEEDED', expectedVersion: 2 });
  expect(await device.nextJson()).toMatchObject({ topic: `${topic}/update-1/update/accepted` });
  ask(device, `${topic}/$next/get`, {});
  const nothing = await device.nextJson();
  expect(nothing?.topic).toBe(`${topic}/$next/get/accepted`);
  expect(nothing?.content).not.toHaveProperty('execution');
  ask(device, `${topic}/unheard-of`, {});
  expect(await device.nextJson()).toMatchObject({ content: { code: 'InvalidTopic' } });
  // The watcher saw none of the answers.
  expect(await watcher.nextJson()).toMatchObject({ topic: `${topic}/notify`, content: { jobs: {} } });
  expect(await watcher.nextJson()).toMatchObject({ topic: `${topic}/notify-next` });
});

test('jobs: a step that takes too long times out', { tag }, async ({ cloud }) => {
  cloud.emulator.cloud.limits.stepMinuteMs = 100;
  const device = await connect(cloud);
  await device.subscribed('$aws/things/lamp/jobs/notify');
  cloud.emulator.jobs.create('slow', {}, ['lamp']);
  await device.nextJson();
  ask(device, '$aws/things/lamp/jobs/start-next', { stepTimeoutInMinutes: 1 });
  await device.nextJson();
  expect(await device.nextJson()).toMatchObject({ content: { jobs: {} } });
  expect(cloud.emulator.jobs.executionsOf('lamp')).toMatchObject([{ status: 'TIMED_OUT' }]);
});

test('provisioning: keys, a thing, a token that works once; nobody else sees the key', { tag }, async ({ cloud }) => {
  const [device, spy] = [await connect(cloud), await connect(cloud)];
  await cloud.admin('templates', { name: 'fleet', thingName: 'lamp-${serial}', deviceConfiguration: { a: 'b' } });
  const topics = ['$aws/certificates/create/json', '$aws/provisioning-templates/fleet/provision/json'] as const;
  const [create, register] = topics;
  const filters = topics.flatMap((topic) => [`${topic}/accepted`, `${topic}/rejected`]);
  await device.subscribed(...filters);
  await spy.subscribed(...filters, 'last');
  ask(device, create, {});
  const keys = (await device.nextJson())?.content as Record<string, string>;
  expect(keys['privateKey']).toContain('BEGIN RSA PRIVATE KEY');
  const request = { certificateOwnershipToken: keys['certificateOwnershipToken'], parameters: { serial: '7' } };
  ask(device, register, { ...request, parameters: {} });
  expect(await device.nextJson()).toMatchObject({ content: { statusCode: 400, errorCode: 'MissingParameter' } });
  ask(device, register, request);
  expect((await device.nextJson())?.content).toEqual({ thingName: 'lamp-7', deviceConfiguration: { a: 'b' } });
  ask(device, register, request);
  expect(await device.nextJson()).toMatchObject({ content: { errorCode: 'InvalidCertificateOwnershipToken' } });
  expect(cloud.emulator.cloud.things.has('lamp-7')).toBe(true);
  ask(device, 'last', {});
  expect(await spy.nextJson()).toMatchObject({ topic: 'last' });
});

test('commands: a status, the time that is left, and the end of it', { tag }, async ({ cloud }) => {
  const [device, watcher] = [await connect(cloud, { clientId: 'lamp' }), await connect(cloud)];
  const topic = '$aws/commands/things/lamp/executions';
  await watcher.subscribed('$aws/events/commandExecution/#');
  await device.subscribed(
    `${topic}/+/request/json`,
    `${topic}/+/response/accepted/json`,
    `${topic}/+/response/rejected/json`,
  );
  const command = { commandId: 'reboot', deviceId: 'lamp', contentType: 'application/json', payload: '{"soft":true}' };
  const { executionId } = await cloud.admin('commands', { ...command, timeoutSeconds: 0.3 });
  const request = await device.nextOf('publish');
  expect(request).toMatchObject({
    topic: `${topic}/${executionId}/request/json`,
    properties: { contentType: 'application/json', messageExpiryInterval: 1 },
  });
  device.send({ type: 'puback', packetId: request?.packetId ?? 0, reasonCode: 0 });
  ask(device, `${topic}/${executionId}/response/json`, { status: 'IN_PROGRESS' });
  expect(await device.nextJson()).toEqual({
    topic: `${topic}/${executionId}/response/accepted/json`,
    content: { executionId },
  });
  const seen: unknown[] = [];
  for (let count = 0; count < 3; count += 1) seen.push((await watcher.nextJson())?.topic.split('/').at(-1));
  expect(seen).toEqual(['CREATED', 'IN_PROGRESS', 'TIMED_OUT']);
  ask(device, `${topic}/${executionId}/response/json`, { status: 'SUCCEEDED' });
  expect(await device.nextJson()).toMatchObject({ topic: `${topic}/${executionId}/response/accepted/json` });
  ask(device, `${topic}/${executionId}/response/json`, { status: 'SUCCEEDED' });
  expect(await device.nextJson()).toMatchObject({ content: { error: 'TerminalStateReached', executionId } });
  expect(await cloud.admin('commands/execution', { executionId })).toMatchObject({ status: 'SUCCEEDED' });
});

test('commands: to a client, which must be the one', { tag }, async ({ cloud }) => {
  const [device, other] = [await connect(cloud, { clientId: 'tab-1' }), await connect(cloud, { clientId: 'tab-2' })];
  const topic = '$aws/commands/clients/tab-1/executions';
  for (const client of [device, other]) {
    await client.subscribed(
      `${topic}/+/request`,
      `${topic}/+/response/accepted/json`,
      `${topic}/+/response/rejected/json`,
    );
  }
  const executionId = cloud.emulator.commands.begin({
    commandId: 'reboot',
    deviceType: 'clients',
    deviceId: 'tab-1',
    payload: Uint8Array.of(1, 2),
  });
  expect(await device.nextOf('publish')).toMatchObject({ topic: `${topic}/${executionId}/request` });
  await other.nextOf('publish');
  ask(other, `${topic}/${executionId}/response/json`, { status: 'SUCCEEDED' });
  expect(await other.nextJson()).toMatchObject({ content: { error: 'ResourceNotFound' } });
  ask(device, `${topic}/${executionId}/response/json`, { status: 'SUCCEEDED' });
  expect(await other.nextJson()).toMatchObject({ topic: `${topic}/${executionId}/response/accepted/json` });
});

test('provisioning and commands in CBOR are answered in CBOR', { tag }, async ({ cloud }) => {
  const device = await connect(cloud, { clientId: 'lamp' });
  await cloud.admin('templates', { name: 'fleet', thingName: 'lamp-${serial}' });
  const [create, register] = ['$aws/certificates/create/cbor', '$aws/provisioning-templates/fleet/provision/cbor'];
  const topic = '$aws/commands/things/lamp/executions';
  await device.subscribed(
    `${create}/accepted`,
    `${create}/rejected`,
    `${register}/accepted`,
    `${topic}/+/request/cbor`,
  );
  await device.subscribed(`${topic}/+/response/accepted/cbor`, `${topic}/+/response/rejected/cbor`);
  const next = async (): Promise<{ topic: string; content: Record<string, unknown> }> => {
    const packet = await device.nextOf('publish');
    device.send({ type: 'puback', packetId: packet?.packetId ?? 0, reasonCode: 0 });
    return { topic: packet?.topic ?? '', content: decode(packet?.payload ?? new Uint8Array()) };
  };

  device.publish(create, '{}');
  expect(await next()).toMatchObject({ topic: `${create}/rejected`, content: { errorCode: 'InvalidPayload' } });
  device.publish(create, encode({}));
  const { certificateOwnershipToken } = (await next()).content;
  expect(certificateOwnershipToken).toEqual(expect.any(String));
  device.publish(register, encode({ certificateOwnershipToken, parameters: { serial: '7' } }));
  expect(await next()).toEqual({ topic: `${register}/accepted`, content: { thingName: 'lamp-7' } });

  const start = {
    commandId: 'reboot',
    deviceId: 'lamp',
    contentType: 'application/cbor',
    timeoutSeconds: 300,
  };
  const { executionId } = await cloud.admin('commands', start);
  expect((await device.nextOf('publish'))?.topic).toBe(`${topic}/${executionId}/request/cbor`);
  device.publish(`${topic}/${executionId}/response/cbor`, encode({ status: 'SUCCEEDED', result: {} }));
  expect(await next()).toMatchObject({
    topic: `${topic}/${executionId}/response/rejected/cbor`,
    content: { error: 'InvalidRequest', executionId },
  });
  const result = { dump: { bin: Uint8Array.of(1, 2, 255) } };
  device.publish(`${topic}/${executionId}/response/cbor`, encode({ status: 'SUCCEEDED', result }));
  expect(await next()).toEqual({ topic: `${topic}/${executionId}/response/accepted/cbor`, content: { executionId } });
  expect(await cloud.admin('commands/execution', { executionId })).toMatchObject({
    status: 'SUCCEEDED',
    result: { dump: { bin: 'AQL/' } },
  });
});

test('who comes and goes is told', { tag }, async ({ cloud }) => {
  const watcher = await connect(cloud);
  await watcher.subscribed('$aws/events/presence/+/lamp');
  const client = await connect(cloud, { clientId: 'lamp' });
  expect(await watcher.nextJson()).toMatchObject({
    topic: '$aws/events/presence/connected/lamp',
    content: { clientId: 'lamp', principalIdentifier: cloud.account.accessKeyId },
  });
  expect(await cloud.admin('disconnect', { clientId: 'lamp' })).toEqual({ wasConnected: true });
  expect(await client.next()).toMatchObject({ type: 'disconnect', reasonCode: 0x98 });
  expect(await watcher.nextJson()).toMatchObject({
    topic: '$aws/events/presence/disconnected/lamp',
    content: { disconnectReason: 'API_INITIATED_DISCONNECT', clientInitiatedDisconnect: false },
  });
});
