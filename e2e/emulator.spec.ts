import { request } from 'node:http';
import type { PublishPacket } from '@mqtide/codec';
import type { EmulatedCloud } from './fixtures/emulated-cloud.ts';
import { expect, test } from './fixtures/index.ts';
import { HandClient } from './support/hand-client.ts';
import { signedUrl } from './support/signed-url.ts';
import { VERSIONS } from './support/versions.ts';

/** The emulator through its real broker. There is no page in these tests, so one project runs them. */
const tag = '@chromium';

const urlOf = (cloud: EmulatedCloud): string => signedUrl({ host: cloud.host, ...cloud.credentials });

/** What happens next: a packet's type and code, or `closed`. */
async function nextOf(client: HandClient): Promise<string> {
  const packet = await client.next();
  if (packet === undefined) return 'closed';
  const code = 'reasonCode' in packet ? ` ${packet.reasonCode.toString(16)}` : '';
  return `${packet.type}${code}`;
}

/** A PUBLISH of QoS 1. */
const publish = (topic: string, packetId: number): PublishPacket => ({
  type: 'publish',
  topic,
  payload: new Uint8Array(),
  qos: 1,
  packetId,
  retain: false,
  duplicate: false,
});

for (const { name, protocolVersion } of VERSIONS) {
  const is5 = protocolVersion === 5;

  test(`${name}: CONNACK, a message round, keep alive, DISCONNECT`, { tag }, async ({ cloud }) => {
    const client = await HandClient.connect(urlOf(cloud), { protocolVersion, keepAliveSeconds: 5 });
    expect(client.connack).toEqual({
      type: 'connack',
      sessionPresent: false,
      reasonCode: 0,
      ...(is5 && {
        properties: {
          receiveMaximum: 100,
          maximumQoS: 1,
          retainAvailable: true,
          maximumPacketSize: 149_504,
          topicAliasMaximum: 8,
          wildcardSubscriptionAvailable: true,
          subscriptionIdentifierAvailable: false,
          sharedSubscriptionAvailable: true,
          serverKeepAlive: 30,
          assignedClientIdentifier: expect.stringMatching(/^\$GEN\//),
        },
      }),
    });
    expect(await client.subscribed('plants/#')).toEqual([1]);
    client.publish('plants/p1', 'hello', { packetId: 7 });
    const both = [await client.next(), await client.next()];
    expect(both).toContainEqual({ type: 'puback', packetId: 7, reasonCode: 0 });
    expect(both).toContainEqual(
      expect.objectContaining({ type: 'publish', topic: 'plants/p1', qos: 1, duplicate: false }),
    );
    client.send({ type: 'pingreq' });
    expect(await nextOf(client)).toBe('pingresp');
    client.send({ type: 'unsubscribe', packetId: 9, filters: ['plants/#', 'other'] });
    expect(await client.nextOf('unsuback')).toMatchObject({ packetId: 9, reasonCodes: is5 ? [0, 0] : [] });
    client.send({ type: 'disconnect', reasonCode: 0 });
    expect(await nextOf(client)).toBe('closed');
  });

  test(`${name}: what a policy denies`, { tag }, async ({ cloud }) => {
    const arn = (resource: string): string => cloud.emulator.cloud.arn(resource);
    cloud.emulator.cloud.addUser('AKIAI44QH8DHBEXAMPLE', 'secret', [
      {
        Statement: [
          { Effect: 'Allow', Action: 'iot:Connect', Resource: arn('client/${iot:ClientId}') },
          { Effect: 'Allow', Action: ['iot:Publish', 'iot:Receive'], Resource: arn('topic/open/*') },
          { Effect: 'Allow', Action: 'iot:Subscribe', Resource: arn('topicfilter/open/*') },
          { Effect: 'Allow', Action: 'iot:Subscribe', Resource: arn('topicfilter/mute') },
          { Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic/mute') },
        ],
      },
    ]);
    Object.assign(cloud.emulator.cloud.switches, { connectTooSoon: 'accept', connectAttributesNeeded: true });
    const url = (): string =>
      signedUrl({ host: cloud.host, accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'secret' });
    const connect = (fields = {}) => HandClient.connect(url(), { protocolVersion, clientId: 'me', ...fields });

    // A persistent session and a will can need a statement that names them.
    for (const fields of [
      { cleanStart: false },
      { will: { topic: 'open/will', payload: new Uint8Array(), qos: 0, retain: false } },
    ]) {
      expect((await connect(fields)).connack).toEqual(is5 ? expect.objectContaining({ reasonCode: 0x87 }) : undefined);
    }
    const client = await connect();
    client.publish('closed/x', '', { packetId: 1 });
    expect(await nextOf(client)).toBe(is5 ? 'puback 87' : 'closed');
    const second = await connect();
    expect(await second.subscribed('open/#', 'closed/#')).toEqual(is5 ? [1, 0x87] : undefined);
    const third = await connect();
    third.publish('closed/x');
    expect(await nextOf(third)).toBe(is5 ? 'disconnect 87' : 'closed');
    const fourth = await connect();
    fourth.publish('open/x', '', { retain: true, packetId: 1 });
    expect(await nextOf(fourth)).toBe(is5 ? 'puback 87' : 'closed');
    // Without iot:Receive nothing arrives.
    const fifth = await connect();
    expect(await fifth.subscribed('mute', 'open/+')).toEqual([1, 1]);
    fifth.publish('mute', 'a', { packetId: 1 });
    fifth.publish('open/x', 'b', { packetId: 2 });
    expect(await fifth.nextOf('publish')).toMatchObject({ topic: 'open/x' });
  });

  test(`${name}: what is too much ends the connection`, { tag }, async ({ cloud }) => {
    const connect = () => HandClient.connect(urlOf(cloud), { protocolVersion });
    const after = async (send: (client: HandClient) => void): Promise<string> => {
      const client = await connect();
      send(client);
      return nextOf(client);
    };
    const filters = (count: number): string[] => Array.from({ length: count }, (_, index) => `f/${index}`);
    const ends = (code: string): string => (is5 ? `disconnect ${code}` : 'closed');
    expect(await after((client) => client.subscribe(1, ...filters(9)))).toBe(ends('97'));
    expect(await after((client) => client.publish('a', new Uint8Array(131_073)))).toBe(ends('97'));
    expect(await after((client) => client.publish('a', new Uint8Array(160_000)))).toBe(ends('97'));
    expect(await after((client) => client.publish('a/b/c/d/e/f/g/h/i', '', { packetId: 1 }))).toBe(
      is5 ? 'puback 90' : 'closed',
    );
    expect(await after((client) => client.subscribe(1, 'a/b/c/d/e/f/g/h/i'))).toBe(is5 ? 'suback' : 'closed');
    expect(await after((client) => client.publish('$aws/things/t/shadow/update/accepted', '{}'))).toBe(ends('90'));
    expect(await after((client) => client.subscribe(1, '$SYS/#'))).toBe(ends('8f'));
    expect(await after((client) => client.sendConnect())).toBe(ends('82'));
    const many = await connect();
    for (let index = 0; index < 7; index += 1) {
      expect(await many.subscribed(...filters(7).map((filter) => `${filter}/${index}`))).toHaveLength(7);
    }
    expect(await many.subscribed('last', 'more')).toEqual(is5 ? [1, 0x97] : undefined);
    if (!is5) return;
    expect(await after((client) => client.publish('a', '', { properties: { topicAlias: 9 } }))).toBe('disconnect 94');
    const subscriptions = [{ filter: 'a', qos: 1 }] as const;
    const properties = { subscriptionIdentifier: 1 };
    expect(await after((client) => client.send({ type: 'subscribe', packetId: 1, subscriptions, properties }))).toBe(
      'disconnect a1',
    );
  });

  test(`${name}: QoS 2`, { tag }, async ({ cloud }) => {
    const client = await HandClient.connect(urlOf(cloud), { protocolVersion });
    client.publish('a', '', { packetId: 1, qos: 2 });
    if (!is5) client.send({ type: 'subscribe', packetId: 2, subscriptions: [{ filter: 'a', qos: 2 }] });
    client.send({ type: 'pingreq' });
    expect(await nextOf(client)).toBe(is5 ? 'disconnect 9b' : 'pingresp');
  });

  test(`${name}: two hundred publishes at once, and the rest is gone`, { tag }, async ({ cloud }) => {
    // However long this takes, no more may be published meanwhile.
    cloud.emulator.cloud.limits.publishesPerSecond = 0;
    const client = await HandClient.connect(urlOf(cloud), { protocolVersion });
    let acknowledged = 0;
    for (let round = 0; round < 3; round += 1) {
      for (let packetId = 1; packetId <= 90; packetId += 1)
        client.publish('a', '', { packetId: round * 90 + packetId });
      client.subscribe(1_000, 'b');
      // The broker answers in order.
      for (let packet = await client.next(); packet?.type === 'puback'; packet = await client.next()) acknowledged += 1;
    }
    expect(acknowledged).toBe(200);
  });

  test(`${name}: the same client identifier, and the same one too soon`, { tag }, async ({ cloud }) => {
    const { limits } = cloud.emulator.cloud;
    limits.connectIntervalMs = 60_000;
    const connect = () => HandClient.connect(urlOf(cloud), { protocolVersion, clientId: 'twin' });
    const first = await connect();
    expect((await connect()).connack).toEqual(is5 ? expect.objectContaining({ reasonCode: 0x97 }) : undefined);
    first.send({ type: 'pingreq' });
    expect(await nextOf(first)).toBe('pingresp');
    limits.connectIntervalMs = 0;
    expect((await connect()).connack?.reasonCode).toBe(0);
    expect(await nextOf(first)).toBe(is5 ? 'disconnect 8e' : 'closed');
    const forbidden = await HandClient.connect(urlOf(cloud), { protocolVersion, clientId: '$GEN/x' });
    expect(forbidden.connack).toEqual(is5 ? expect.objectContaining({ reasonCode: 0x85 }) : undefined);
  });

  test(`${name}: a session is resumed in its own version, with new packet identifiers`, { tag }, async ({ cloud }) => {
    cloud.emulator.cloud.limits.connectIntervalMs = 0;
    const properties = { sessionExpiryInterval: 1_000_000 };
    const fields = { protocolVersion, clientId: 'sleeper', cleanStart: false, ...(is5 && { properties }) };
    const first = await HandClient.connect(urlOf(cloud), fields);
    expect(first.connack).toMatchObject({
      sessionPresent: false,
      ...(is5 && { properties: { sessionExpiryInterval: 604_800 } }),
    });
    await first.subscribed('dreams/#');
    first.publish('dreams/1', 'one', { packetId: 1 });
    const sent = await first.nextOf('publish');
    first.terminate();
    const other = await HandClient.connect(urlOf(cloud), { protocolVersion });
    for (const packetId of [1, 2, 3]) {
      other.publish('dreams/2', String(packetId), { packetId });
      await other.nextOf('puback');
    }
    const otherVersion = is5 ? 4 : 5;
    const stranger = await HandClient.connect(urlOf(cloud), {
      protocolVersion: otherVersion,
      clientId: 'sleeper',
      cleanStart: false,
    });
    expect(stranger.connack).toMatchObject({ sessionPresent: false });
    await stranger.close();
    const second = await HandClient.connect(urlOf(cloud), fields);
    expect(second.connack).toMatchObject({ sessionPresent: true });
    const packets: (PublishPacket | undefined)[] = [];
    while (packets.length < 4) packets.push(await second.nextOf('publish'));
    expect(packets.map((packet) => new TextDecoder().decode(packet?.payload))).toEqual(['one', '1', '2', '3']);
    expect(packets.map((packet) => packet?.duplicate)).toEqual([false, false, false, false]);
    expect(packets.map((packet) => packet?.packetId)).not.toContain(sent?.packetId);
  });

  test(`${name}: what was stored for a session comes slowly`, { tag }, async ({ cloud }) => {
    Object.assign(cloud.emulator.cloud.limits, { connectIntervalMs: 0, storedMessagesPerSecond: 0.001 });
    const properties = { sessionExpiryInterval: 1_000 };
    const fields = { protocolVersion, clientId: 'sleeper', cleanStart: false, ...(is5 && { properties }) };
    const first = await HandClient.connect(urlOf(cloud), fields);
    await first.subscribed('dreams/#');
    first.terminate();
    const other = await HandClient.connect(urlOf(cloud), { protocolVersion });
    for (const packetId of [1, 2]) {
      other.publish('dreams/1', String(packetId), { packetId });
      await other.nextOf('puback');
    }
    const second = await HandClient.connect(urlOf(cloud), fields);
    expect(await second.nextOf('publish')).toMatchObject({ payload: new TextEncoder().encode('1') });
    expect(await second.isAlive()).toBe(true);
  });

  test(`${name}: a will is published unless the client closes`, { tag }, async ({ cloud }) => {
    const watcher = await HandClient.connect(urlOf(cloud), { protocolVersion });
    await watcher.subscribed('will/+');
    const will = (topic: string) => ({ topic, payload: new Uint8Array(), qos: 0, retain: false }) as const;
    const polite = await HandClient.connect(urlOf(cloud), { protocolVersion, will: will('will/polite') });
    await polite.close();
    const cut = await HandClient.connect(urlOf(cloud), { protocolVersion, will: will('will/cut') });
    cut.terminate();
    expect(await watcher.nextOf('publish')).toMatchObject({ topic: 'will/cut' });
  });

  test(`${name}: retained messages go to exact filters, and a/# is not a`, { tag }, async ({ cloud }) => {
    const client = await HandClient.connect(urlOf(cloud), { protocolVersion });
    client.publish('kept', 'old', { packetId: 1, retain: true });
    await client.nextOf('puback');
    await client.subscribed('#', 'kept/#', '+');
    await client.subscribed('kept');
    expect(await client.nextOf('publish')).toMatchObject({ topic: 'kept', retain: true });
    await client.close();
    const other = await HandClient.connect(urlOf(cloud), { protocolVersion });
    await other.subscribed('kept/#', 'kept/+');
    other.publish('kept', 'a', { packetId: 1 });
    other.publish('kept/b', 'b', { packetId: 2 });
    expect(await other.nextOf('publish')).toMatchObject({ topic: 'kept/b' });
  });

  test(`${name}: no more than a hundred unacknowledged publishes from a client`, { tag }, async ({ cloud }) => {
    const client = await HandClient.connect(urlOf(cloud), { protocolVersion });
    // In one frame: the broker cannot have acknowledged any.
    client.send(...Array.from({ length: 101 }, (_, index) => publish('a', index + 1)));
    const acknowledged = new Set<number>();
    let packet = await client.next();
    if (is5) {
      expect(packet).toMatchObject({ type: 'disconnect', reasonCode: 0x93 });
      return;
    }
    // In 3.1.1 there is no word for it: the last one is not accepted, and that is all.
    for (; packet?.type === 'puback' && acknowledged.size < 99; packet = await client.next())
      acknowledged.add(packet.packetId);
    if (packet?.type === 'puback') acknowledged.add(packet.packetId);
    expect([acknowledged.size, acknowledged.has(101)]).toEqual([100, false]);
    client.publish('a', '', { packetId: 101 });
    expect(await client.next()).toEqual({ type: 'puback', packetId: 101, reasonCode: 0 });
  });

  test(`${name}: no more than a hundred unacknowledged deliveries to a client`, { tag }, async ({ cloud }) => {
    const [device, other] = [
      await HandClient.connect(urlOf(cloud), { protocolVersion }),
      await HandClient.connect(urlOf(cloud), { protocolVersion }),
    ];
    await device.subscribed('a');
    for (let packetId = 1; packetId <= 101; packetId += 1) {
      other.publish('a', String(packetId), { packetId });
      await other.nextOf('puback');
    }
    const delivered: (number | undefined)[] = [];
    while (delivered.length < 100) delivered.push((await device.nextOf('publish'))?.packetId);
    expect(await device.isAlive()).toBe(true);
    device.send({ type: 'puback', packetId: delivered[0] ?? 0, reasonCode: 0 });
    expect(new TextDecoder().decode((await device.nextOf('publish'))?.payload)).toBe('101');
  });

  test(`${name}: a client that is silent for too long`, { tag }, async ({ cloud }) => {
    cloud.emulator.cloud.limits.keepAliveMinimumSeconds = 1;
    const client = await HandClient.connect(urlOf(cloud), { protocolVersion, keepAliveSeconds: 1 });
    const before = performance.now();
    expect(await nextOf(client)).toBe(is5 ? 'disconnect 8d' : 'closed');
    expect(performance.now() - before).toBeGreaterThan(1400);
  });

  test(`${name}: duplicates, reordering, and a subscription that is slow to begin`, { tag }, async ({ cloud }) => {
    Object.assign(cloud.emulator.cloud.faults, { duplicates: 1 });
    const client = await HandClient.connect(urlOf(cloud), { protocolVersion });
    await client.subscribed('a');
    client.publish('a', 'x', { packetId: 1 });
    const first = await client.nextOf('publish');
    const second = await client.nextOf('publish');
    expect([first?.packetId === second?.packetId, second?.duplicate]).toEqual([false, false]);
    Object.assign(cloud.emulator.cloud.faults, { duplicates: 0, subscriptionDelayMs: 2_000 });
    await client.subscribed('b');
    client.publish('b', 'lost', { packetId: 2 });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    client.publish('b', 'there', { packetId: 3 });
    const message = await client.nextOf('publish');
    expect(new TextDecoder().decode(message?.payload)).toBe('there');
  });
}

test('3.1.1: what a refused CONNECT is answered with is a switch', { tag }, async ({ cloud }) => {
  for (const [value, codes] of [
    ['close', []],
    [5, [5]],
  ] as const) {
    await cloud.admin('switches', { refusedConnect311: value });
    const client = await HandClient.connect(urlOf(cloud), { protocolVersion: 4, clientId: '$x' });
    expect(client.connack === undefined ? [] : [client.connack.reasonCode]).toEqual(codes);
  }
});

test('what is not signed as it must be is refused with 403', { tag }, async ({ cloud }) => {
  const refused = (url: string): Promise<string> =>
    HandClient.open(url).then(
      () => 'opened',
      (error: Error) => error.message,
    );
  const key = { host: cloud.host, ...cloud.credentials };
  const old = new Date(Date.now() - 3_600_000);
  const status = (code: number): string => expect.stringContaining(String(code)) as unknown as string;
  expect(await refused(signedUrl({ ...key, secretAccessKey: 'wrong' }))).toEqual(status(403));
  expect(await refused(signedUrl({ ...key, sessionToken: 'unasked' }))).toEqual(status(403));
  expect(await refused(signedUrl({ ...key, region: 'eu-west-1' }))).toEqual(status(403));
  expect(await refused(signedUrl({ ...key, host: '127.0.0.1' }).replace('127.0.0.1/', `${cloud.host}/`))).toEqual(
    status(403),
  );
  expect(await refused(signedUrl({ ...key, date: old }))).toEqual(status(403));
  expect(await refused(signedUrl(key).replace('/mqtt', '/other'))).toEqual(status(404));
  await cloud.admin('clock', { offsetMs: -3_600_000 });
  expect(await refused(signedUrl({ ...key, date: old }))).toBe('opened');
});

test('the admin API is not for pages of the internet, and says what it cannot use', { tag }, async ({ cloud }) => {
  const url = `${cloud.emulator.httpUrl}/admin/`;
  const status = async (init: RequestInit, path = ''): Promise<number> => (await fetch(`${url}${path}`, init)).status;
  expect(await status({ headers: { origin: 'https://example.com' } })).toBe(403);
  expect(await status({ headers: { origin: 'http://localhost:5173' } })).toBe(200);
  expect(await status({ method: 'POST', body: '{}' }, 'nothing')).toBe(404);
  expect(await status({ method: 'POST', body: '{' }, 'clock')).toBe(400);
  await expect(cloud.admin('switches', { unheardOf: 1 })).rejects.toThrow('unheardOf');
  expect(await cloud.admin('limits', { publishesPerSecond: null })).toMatchObject({ payloadBytes: 131_072 });
  expect(cloud.emulator.cloud.limits.publishesPerSecond).toBe(Number.POSITIVE_INFINITY);
});

test('a request that is cut off, and a command that cannot be published, hurt nobody', { tag }, async ({ cloud }) => {
  for (const path of ['/', '/admin/things']) {
    const cut = request(`${cloud.emulator.httpUrl}${path}`, { method: 'POST', headers: { 'content-length': 100 } });
    await new Promise((resolve) => {
      cut.on('error', resolve);
      cut.on('close', resolve);
      cut.write('{"name', () => cut.destroy());
    });
  }
  await expect(cloud.admin('commands', { commandId: 'c', deviceId: '#' })).rejects.toThrow('deviceId');
  await expect(
    cloud.admin('commands', { commandId: 'c', deviceId: 'd', contentType: 'x'.repeat(70_000) }),
  ).rejects.toThrow('contentType');
  expect(await cloud.admin('things', { name: 'lamp' })).toEqual({});
});
