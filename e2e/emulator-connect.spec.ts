import type { IncomingMessage } from 'node:http';
import type { PolicyDocument } from '@mqtide/emulator';
import { WebSocket } from 'ws';
import type { EmulatedCloud } from './fixtures/emulated-cloud.ts';
import { expect, test } from './fixtures/index.ts';
import { HandClient } from './support/hand-client.ts';
import { signedUrl } from './support/signed-url.ts';
import { VERSIONS } from './support/versions.ts';

/** How the emulator lets clients in, through its real broker. There is no page in these tests, so one project runs them. */
const tag = '@chromium';

const urlOf = (cloud: EmulatedCloud): string => signedUrl({ host: cloud.host, ...cloud.credentials });

/** How a WebSocket is refused: the status, and what the answer says, which no page ever sees. */
function refusalOf(
  url: string,
  protocols: readonly string[] = ['mqtt'],
): Promise<{ status: number; content: unknown }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...protocols]);
    socket.on('open', () => reject(new Error('it was opened')));
    // What follows a refusal.
    socket.on('error', () => {});
    socket.on('unexpected-response', (_, response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const content = JSON.parse(Buffer.concat(chunks).toString()) as unknown;
        resolve({ status: response.statusCode ?? 0, content });
      });
    });
  });
}

const body = { message: expect.any(String), traceId: expect.stringMatching(/^[\da-f-]{36}$/) };

test('a refused handshake has a message and a trace id in JSON', { tag }, async ({ cloud }) => {
  const wrong = signedUrl({ host: cloud.host, ...cloud.credentials, secretAccessKey: 'wrong' });
  expect(await refusalOf(wrong)).toEqual({ status: 403, content: body });
  expect(await refusalOf(urlOf(cloud).replace('/mqtt', '/'))).toEqual({ status: 404, content: body });
});

test('MQTT has to be offered, as a WebSocket', { tag }, async ({ cloud }) => {
  expect(await refusalOf(urlOf(cloud), [])).toEqual({ status: 400, content: body });
  expect(await refusalOf(urlOf(cloud), ['mqttv3.1', 'chat'])).toEqual({ status: 400, content: body });
  const { protocol } = await new Promise<WebSocket>((resolve) => {
    const socket = new WebSocket(urlOf(cloud), ['chat', 'mqtt']);
    socket.on('open', () => resolve(socket));
  });
  expect(protocol).toBe('mqtt');
  expect((await fetch(`${cloud.emulator.httpUrl}/mqtt`)).status).toBe(426);
});

test('Cognito answers pages of every origin, and its errors have a type', { tag }, async ({ cloud }) => {
  const headers = {
    origin: 'https://example.com',
    'access-control-request-headers': 'content-type,x-amz-target,x-amz-user-agent',
  };
  const preflight = await fetch(cloud.emulator.httpUrl, { method: 'OPTIONS', headers });
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
    200,
    headers['access-control-request-headers'],
  ]);
  const ask = async (operation: string, content: string) => {
    const target = { 'x-amz-target': `AWSCognitoIdentityService.${operation}` };
    const answer = await fetch(cloud.emulator.httpUrl, { method: 'POST', headers: target, body: content });
    return [answer.status, answer.headers.get('x-amzn-errortype'), await answer.json()];
  };
  for (const [operation, content, type] of [
    ['GetId', '{"IdentityPoolId":"us-east-1:00"}', 'ResourceNotFoundException'],
    ['GetId', '{"IdentityPoolId":"us-east-1_AbCdEf"}', 'InvalidParameterException'],
    ['GetId', '{', 'SerializationException'],
    ['GetOpenIdToken', '{}', 'UnknownOperationException'],
  ] as const) {
    const error = { __type: type, message: expect.any(String) };
    expect(await ask(operation, content)).toEqual([400, `${type}:`, error]);
  }
});

for (const [asked, effective] of [
  [0, 1200],
  [1, 30],
  [29, 30],
  [30, undefined],
  [1200, undefined],
  [1201, 1200],
  [65_535, 1200],
] as const) {
  test(`a keep alive of ${asked} seconds`, { tag }, async ({ cloud }) => {
    const client = await HandClient.connect(urlOf(cloud), { keepAliveSeconds: asked });
    expect(client.connack?.properties?.serverKeepAlive).toBe(effective);
  });
}

for (const { name, protocolVersion } of VERSIONS) {
  const is5 = protocolVersion === 5;

  test(`${name}: a will that may not be published`, { tag }, async ({ cloud }) => {
    const arn = (resource: string): string => cloud.emulator.cloud.arn(resource);
    const document: PolicyDocument = {
      Statement: [
        { Effect: 'Allow', Action: 'iot:Connect', Resource: '*' },
        { Effect: 'Allow', Action: 'iot:Publish', Resource: [arn('topic/open/*'), arn('topic/$aws/*')] },
      ],
    };
    const key = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'secret' };
    cloud.emulator.cloud.addUser(key.accessKeyId, key.secretAccessKey, [document]);
    const connect = async (fields: object): Promise<number | 'closed'> => {
      const will = { topic: 'open/x', payload: new Uint8Array(), qos: 0, retain: false, ...fields } as const;
      const client = await HandClient.connect(signedUrl({ host: cloud.host, ...key }), { protocolVersion, will });
      return client.connack?.reasonCode ?? 'closed';
    };
    expect(await connect({})).toBe(0);
    cloud.emulator.cloud.limits.payloadBytes = 100;
    for (const [fields, code] of [
      [{ topic: 'closed/x' }, 0x87],
      [{ retain: true }, 0x87],
      [{ topic: 'open/c/d/e/f/g/h/i/j' }, 0x90],
      [{ topic: '$aws/things/lamp/shadow/update/accepted' }, 0x90],
      [{ qos: 2 }, 0x9b],
      [{ payload: new Uint8Array(101) }, 0x97],
    ] as const) {
      expect({ fields, seen: await connect(fields) }).toEqual({ fields, seen: is5 ? code : 'closed' });
    }
  });

  test(`${name}: the name of a thing is a variable of policies where the client has it`, { tag }, async ({ cloud }) => {
    const topic = cloud.emulator.cloud.arn('topic/${iot:Connection.Thing.ThingName}/x');
    const document: PolicyDocument = {
      Statement: [
        { Effect: 'Allow', Action: 'iot:Connect', Resource: '*' },
        { Effect: 'Allow', Action: 'iot:Publish', Resource: topic },
      ],
    };
    cloud.emulator.cloud.addUser('AKIAI44QH8DHBEXAMPLE', 'secret', [document]);
    await cloud.admin('things', { name: 'lamp' });
    const publishAs = async (clientId: string): Promise<string> => {
      const key = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'secret' };
      const client = await HandClient.connect(signedUrl({ host: cloud.host, ...key }), { protocolVersion, clientId });
      client.publish(`${clientId}/x`, '', { packetId: 1 });
      const packet = await client.next();
      return packet?.type === 'puback' ? String(packet.reasonCode) : 'closed';
    };
    expect(await publishAs('lamp')).toBe('0');
    expect(await publishAs('other')).toBe(is5 ? String(0x87) : 'closed');
  });
}
