import type { ConnectPacket, ProtocolVersion } from '@mqtide/codec';
import type { AuthorizerAnswer, PolicyDocument } from '@mqtide/emulator';
import type { EmulatedCloud } from './fixtures/emulated-cloud.ts';
import { expect, test } from './fixtures/index.ts';
import { HandClient } from './support/hand-client.ts';
import { signedUrl } from './support/signed-url.ts';
import { VERSIONS } from './support/versions.ts';

/*
 * What the emulator does in the course of time, through its real broker: hours pass by setting its clock. There is no page in
 * these tests, so one project runs them.
 */
const tag = '@chromium';

/** A URL signed now, by the clock of the cloud. */
const urlOf = (cloud: EmulatedCloud): string =>
  signedUrl({ host: cloud.host, ...cloud.credentials, date: new Date(cloud.emulator.cloud.clock.now()) });

/** What happens next: a packet's type and code, or `closed`. */
async function nextOf(client: HandClient): Promise<string> {
  const packet = await client.next();
  if (packet === undefined) return 'closed';
  const code = 'reasonCode' in packet ? ` ${packet.reasonCode.toString(16)}` : '';
  return `${packet.type}${code}`;
}

/** A client with limits of its own. */
async function connectWith(
  cloud: EmulatedCloud,
  limits: object,
  fields: Partial<Omit<ConnectPacket, 'type'>>,
): Promise<HandClient> {
  const before = { ...cloud.emulator.cloud.limits };
  Object.assign(cloud.emulator.cloud.limits, limits);
  const client = await HandClient.connect(urlOf(cloud), fields);
  Object.assign(cloud.emulator.cloud.limits, before);
  return client;
}

const allow = (Action: string, Resource: string): PolicyDocument => ({
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

/** An authorizer whose answer can be changed, and clients that name it. */
function withAuthorizer(cloud: EmulatedCloud, protocolVersion: ProtocolVersion) {
  const account = {
    asked: 0,
    isHanging: false,
    answer: {
      isAuthenticated: true,
      principalId: 'someone',
      policyDocuments: [allow('iot:*', '*')],
    } as AuthorizerAnswer,
  };
  cloud.emulator.cloud.authorizers.set('moody', {
    decide: () => {
      account.asked += 1;
      return account.isHanging ? new Promise(() => {}) : account.answer;
    },
  });
  const connect = (clientId = '') =>
    HandClient.connect(`${cloud.endpoint}/mqtt`, {
      protocolVersion,
      clientId,
      username: 'u?x-amz-customauthorizer-name=moody',
    });
  return { account, connect };
}

for (const { name, protocolVersion } of VERSIONS) {
  const is5 = protocolVersion === 5;

  test(`${name}: a lifetime ends`, { tag }, async ({ cloud }) => {
    const watcher = await HandClient.connect(urlOf(cloud), { protocolVersion });
    await watcher.subscribed('$aws/events/presence/disconnected/old');
    const client = await HandClient.connect(urlOf(cloud), { protocolVersion, clientId: 'old' });
    await cloud.admin('clock', { offsetMs: 86_000_000 });
    expect(await client.isAlive()).toBe(true);
    await watcher.close();
    const other = await HandClient.connect(urlOf(cloud), { protocolVersion });
    await other.subscribed('$aws/events/presence/disconnected/old');
    await cloud.admin('clock', { offsetMs: 86_400_000 });
    expect(await nextOf(client)).toBe(is5 ? 'disconnect 87' : 'closed');
    expect(await other.nextJson()).toMatchObject({ content: { disconnectReason: 'WEBSOCKET_TTL_EXPIRATION' } });
  });

  test(`${name}: credentials that expire end a connection if the switch says so`, { tag }, async ({ cloud }) => {
    const { identities } = cloud.emulator;
    const url = (): string => {
      const { Credentials: issued } = identities.getCredentials(identities.getId(cloud.account.identityPoolId));
      const { AccessKeyId: accessKeyId, SecretKey: secretAccessKey, SessionToken: sessionToken } = issued;
      return signedUrl({ host: cloud.host, accessKeyId, secretAccessKey, sessionToken });
    };
    const unbothered = await HandClient.connect(url(), { protocolVersion });
    await cloud.admin('switches', { endWithCredentials: true });
    const brief = await HandClient.connect(url(), { protocolVersion });
    const lasting = await HandClient.connect(urlOf(cloud), { protocolVersion });
    await cloud.admin('clock', { offsetMs: 3_600_000 });
    expect(await nextOf(brief)).toBe(is5 ? 'disconnect 87' : 'closed');
    // Asked before the credentials ended, or signed with those that do not end.
    expect([await unbothered.isAlive(), await lasting.isAlive()]).toEqual([true, true]);
  });

  test(`${name}: an authorizer is asked again, and may change its mind`, { tag }, async ({ cloud }) => {
    const { account, connect } = withAuthorizer(cloud, protocolVersion);
    account.answer = { ...account.answer, refreshAfterInSeconds: 300, disconnectAfterInSeconds: 86_400 };
    const client = await connect();
    expect(await client.subscribed('a')).toEqual([1]);
    await cloud.admin('clock', { offsetMs: 299_000 });
    expect([await client.isAlive(), account.asked]).toEqual([true, 1]);

    // What the second answer allows is what counts, until it is asked for the third time.
    account.answer = { ...account.answer, policyDocuments: [allow('iot:Connect', '*'), allow('iot:Subscribe', '*/b')] };
    await cloud.admin('clock', { offsetMs: 301_000 });
    await expect.poll(() => account.asked).toBe(2);
    expect(await client.subscribed('b')).toEqual([1]);
    account.answer = { isAuthenticated: false };
    await cloud.admin('clock', { offsetMs: 602_000 });
    expect(await nextOf(client)).toBe(is5 ? 'disconnect 87' : 'closed');
    expect(account.asked).toBe(3);

    // Who is gone is not asked about.
    await cloud.admin('clock', { offsetMs: 1_000_000 });
    await connect();
    expect(account.asked).toBe(4);
  });

  test(`${name}: what a second answer denies is denied`, { tag }, async ({ cloud }) => {
    const { account, connect } = withAuthorizer(cloud, protocolVersion);
    account.answer = { ...account.answer, refreshAfterInSeconds: 300 };
    const client = await connect();
    client.publish('a', '', { packetId: 1 });
    expect(await client.nextOf('puback')).toMatchObject({ reasonCode: 0 });
    account.answer = { ...account.answer, policyDocuments: [allow('iot:Connect', '*')] };
    await cloud.admin('clock', { offsetMs: 301_000 });
    await expect.poll(() => account.asked).toBe(2);
    client.publish('a', '', { packetId: 2 });
    expect(await nextOf(client)).toBe(is5 ? 'puback 87' : 'closed');
  });

  test(`${name}: an authorizer says when a connection ends`, { tag }, async ({ cloud }) => {
    const { account, connect } = withAuthorizer(cloud, protocolVersion);
    account.answer = { ...account.answer, disconnectAfterInSeconds: 300 };
    const watcher = await HandClient.connect(urlOf(cloud), { protocolVersion });
    await watcher.subscribed('$aws/events/presence/disconnected/guest');
    const client = await connect('guest');
    await cloud.admin('clock', { offsetMs: 299_000 });
    expect(await client.isAlive()).toBe(true);
    await cloud.admin('clock', { offsetMs: 301_000 });
    expect(await nextOf(client)).toBe(is5 ? 'disconnect 87' : 'closed');
    expect(await watcher.nextJson()).toMatchObject({ content: { disconnectReason: 'CUSTOMAUTH_TTL_EXPIRATION' } });
  });

  test(`${name}: an authorizer that takes more than five seconds refuses`, { tag }, async ({ cloud }) => {
    const { account, connect } = withAuthorizer(cloud, protocolVersion);
    account.isHanging = true;
    const connecting = connect();
    await expect.poll(() => account.asked).toBe(1);
    await cloud.admin('clock', { offsetMs: 5_000 });
    expect((await connecting).connack).toEqual(is5 ? expect.objectContaining({ reasonCode: 0x87 }) : undefined);
  });

  test(`${name}: more bytes than in a second wait, and what follows them too`, { tag }, async ({ cloud }) => {
    const [fast, slow] = [
      await HandClient.connect(urlOf(cloud), { protocolVersion }),
      await connectWith(cloud, { bytesPerSecond: 50 }, { protocolVersion }),
    ];
    await fast.subscribed('a');
    // More than half an hour of them.
    slow.publish('a', new Uint8Array(100_000).fill(0x20), { packetId: 1 });
    slow.publish('a', 'behind it', { packetId: 2 });
    await expect.poll(() => cloud.emulator.gateway.throttled.delayed).toBeGreaterThan(0);
    fast.publish('a', 'meanwhile', { packetId: 1 });
    const text = async (): Promise<string> =>
      new TextDecoder()
        .decode((await fast.nextOf('publish'))?.payload)
        .trim()
        .slice(0, 20);
    expect(await text()).toBe('meanwhile');
    await cloud.admin('clock', { offsetMs: 3_600_000 });
    expect([await text(), await text()]).toEqual(['', 'behind it']);
    expect(await slow.nextOf('puback')).toMatchObject({ packetId: 1 });
  });

  test(`${name}: a connection that has to wait can end, and its will is published`, { tag }, async ({ cloud }) => {
    const watcher = await HandClient.connect(urlOf(cloud), { protocolVersion });
    await watcher.subscribed('a', 'gone');
    const will = { topic: 'gone', payload: new Uint8Array(), qos: 0, retain: false } as const;
    const fields = { protocolVersion, will, clientId: 'slow' };
    const slow = await connectWith(cloud, { bytesPerSecond: 100 }, fields);
    slow.publish('a', new Uint8Array(100_000), { packetId: 1 });
    await expect.poll(() => cloud.emulator.gateway.throttled.delayed).toBeGreaterThan(0);
    await cloud.admin('disconnect', { clientId: 'slow' });
    expect(await nextOf(slow)).toBe(is5 ? 'disconnect 98' : 'closed');
    expect(await watcher.nextOf('publish')).toMatchObject({ topic: 'gone' });
  });
}

test('a command is given ten seconds unless it is said', { tag }, async ({ cloud }) => {
  const watcher = await HandClient.connect(urlOf(cloud));
  await watcher.subscribed('$aws/events/commandExecution/reboot/TIMED_OUT');
  const { executionId } = await cloud.admin('commands', { commandId: 'reboot', deviceId: 'lamp' });
  const statusOf = async () => (await cloud.admin('commands/execution', { executionId }))['status'];
  await cloud.admin('clock', { offsetMs: 9_000 });
  expect(await statusOf()).toBe('CREATED');
  await cloud.admin('clock', { offsetMs: 10_000 });
  const { content } = (await watcher.nextJson()) ?? {};
  expect(content).toMatchObject({ status: 'TIMED_OUT', statusReason: { reasonCode: '$NO_RESPONSE_FROM_DEVICE' } });
  // Milliseconds, unlike anywhere else.
  expect((content as { timestamp: number }).timestamp).toBeGreaterThan(1e12);
  expect(await statusOf()).toBe('TIMED_OUT');
});

test('an ownership token is good for an hour', { tag }, async ({ cloud }) => {
  await cloud.admin('templates', { name: 'fleet', thingName: 'lamp-${serial}' });
  const device = await HandClient.connect(urlOf(cloud));
  const [create, register] = ['$aws/certificates/create/json', '$aws/provisioning-templates/fleet/provision/json'];
  await device.subscribed(`${create}/accepted`, `${register}/accepted`, `${register}/rejected`);
  const registerAfter = async (offsetMs: number): Promise<unknown> => {
    device.publish(create, '{}');
    const { certificateOwnershipToken } = ((await device.nextJson())?.content ?? {}) as Record<string, string>;
    await cloud.admin('clock', { offsetMs });
    device.publish(register, JSON.stringify({ certificateOwnershipToken, parameters: { serial: '7' } }));
    return (await device.nextJson())?.content;
  };
  expect(await registerAfter(3_590_000)).toEqual({ thingName: 'lamp-7' });
  expect(await registerAfter(3_590_000 + 3_601_000)).toMatchObject({ errorCode: 'InvalidCertificateOwnershipToken' });
});
