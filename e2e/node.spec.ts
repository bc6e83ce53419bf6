import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from '@mqtide/client';
import { WebSocket } from 'ws';
import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

/** Node has no WebSocket before version 22. There is no page in these tests, so one project runs them. */
const tag = '@chromium';

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name} in Node with the package ws, at each QoS`, { tag }, async ({ broker, topic }) => {
    await using client = createClient({ url: broker.url, protocolVersion, webSocket: WebSocket });
    await client.start();
    const messages = await client.subscribe(topic, { qos: 2 });
    const iterator = messages[Symbol.asyncIterator]();
    for (const qos of [0, 1, 2] as const) {
      expect(await client.publish(topic, { at: qos }, { qos })).toMatchObject({ qos });
      const { value: message } = await iterator.next();
      expect(message).toMatchObject({ topic, qos });
      expect(message.json()).toEqual({ at: qos });
    }
    const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await client.publish(topic, everyByte, { qos: 1 });
    const { value: message } = await iterator.next();
    expect(message.payload).toEqual(everyByte);
  });
}

test('in Node, without a WebSocket, the error says what to pass', { tag }, async ({ broker }) => {
  const client = createClient({ url: broker.url });
  const platform = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  Reflect.deleteProperty(globalThis, 'WebSocket');
  try {
    await expect(client.start()).rejects.toMatchObject({
      code: 'URL_FAILED',
      message: expect.stringContaining('`webSocket`'),
    });
  } finally {
    if (platform !== undefined) Object.defineProperty(globalThis, 'WebSocket', platform);
  }
});

/** What an application in Node 22 does, with nothing but the package. Node 20 has the same WebSocket behind a flag. */
const PROGRAM = `
  import { createClient } from '@mqtide/client';
  const [url, topic] = process.argv.slice(1);
  const client = createClient({ url });
  await client.start();
  const messages = await client.subscribe(topic, { qos: 2 });
  await client.publish(topic, { from: 'Node' }, { qos: 2 });
  for await (const message of messages) {
    console.log(JSON.stringify(message.json()), WebSocket.name);
    break;
  }
  await client.stop();
`;

test("in Node 22 with Node's own WebSocket, and the process ends by itself", { tag }, async ({ broker, topic }) => {
  const flags = Number.parseInt(process.versions.node, 10) < 22 ? ['--experimental-websocket'] : [];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--no-warnings', '--input-type=module', '--eval', PROGRAM, broker.url, topic],
    { cwd: fileURLToPath(new URL('.', import.meta.url)), timeout: 20_000 },
  );
  expect(stdout.trim()).toBe('{"from":"Node"} WebSocket');
});
