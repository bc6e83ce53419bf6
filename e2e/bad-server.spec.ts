import { expect, test } from './fixtures/index.ts';
import { bytesOf, CONNACK, connectionsIn } from './support/packets.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const message = (payload: string): Uint8Array =>
  bytesOf([{ type: 'publish', topic: 'a', payload: Buffer.from(payload), qos: 0, retain: false, duplicate: false }]);

/** What a server may not send, and the reason code of the DISCONNECT it is told; none where nothing is said. */
const OFFENCES = [
  { name: 'bytes that are no packet', frame: bytes('00 00'), code: 'MALFORMED_PACKET', told: 0x81 },
  { name: 'a Remaining Length of five bytes', frame: bytes('30 ff ff ff ff 01'), code: 'MALFORMED_PACKET', told: 0x81 },
  { name: 'a PUBLISH of QoS 3', frame: bytes('36 05 00 01 61 00 01'), code: 'MALFORMED_PACKET', told: 0x81 },
  {
    name: 'a packet that only clients send',
    frame: bytesOf([{ type: 'pingreq' }]),
    code: 'MALFORMED_PACKET',
    told: 0x82,
  },
  { name: 'a second CONNACK', frame: CONNACK, code: 'PROTOCOL_ERROR', told: 0x82 },
  { name: 'a larger packet than is accepted', frame: bytes('30 ff ff ff 7f'), code: 'PACKET_TOO_LARGE', told: 0x95 },
  { name: 'a text frame', frame: 'hello', code: 'MALFORMED_PACKET', told: undefined },
] as const;

for (const { name, frame, code, told } of OFFENCES) {
  test(`a server that sends ${name} loses its connection, and nothing else is lost`, async ({ page, silentServer }) => {
    const server = await silentServer({ answers: [CONNACK] });
    const run = await page.evaluateHandle(async (url) => {
      const client = mqtide.createClient({ url, reconnect: { minDelayMs: 1, maxDelayMs: 1 } });
      const disconnections: object[] = [];
      let connections = 0;
      const again = new Promise<void>((resolve) =>
        client.on('connectionSuccess', () => {
          connections += 1;
          if (connections === 2) resolve();
        }),
      );
      client.on('disconnection', ({ error, ...event }) => {
        const { code, message, retryable } = error;
        disconnections.push({ ...event, error: { code, message, retryable } });
      });
      const texts: string[] = [];
      const both = new Promise<void>((resolve) =>
        client.on('messageReceived', ({ message }) => {
          if (texts.push(message.text()) === 2) resolve();
        }),
      );
      await client.start();
      const pending = client.publish('b', 'pending', { qos: 1 }).then(
        (result) => result,
        (error) => error.code,
      );
      return { client, again, both, texts, disconnections, pending };
    }, server.url);
    await expect.poll(() => connectionsIn(server.received)[0]?.length).toBe(2);

    // In one frame where it can be: what came before the offence is delivered.
    if (typeof frame === 'string') {
      server.send(message('before'));
      server.send(frame);
    } else {
      server.send(new Uint8Array([...message('before'), ...frame]));
    }
    await run.evaluate(({ again }) => again);
    await expect.poll(() => connectionsIn(server.received)[1]?.map(({ type }) => type)).toEqual(['connect', 'publish']);
    const [first, second] = connectionsIn(server.received);
    const resent = second?.[1];
    server.send(message('after'));
    if (resent?.type === 'publish')
      server.send(bytesOf([{ type: 'puback', packetId: resent.packetId ?? 0, reasonCode: 0 }]));

    const seen = await run.evaluate(async ({ client, both, texts, disconnections, pending }) => {
      await both;
      const result = await pending;
      await client.stop();
      return { texts, disconnections, result };
    });
    expect(seen.disconnections).toHaveLength(1);
    expect(seen).toMatchObject({
      texts: ['before', 'after'],
      result: { qos: 1, reasonCode: 0 },
      disconnections: [{ error: { code, retryable: true, message: expect.stringMatching(/\w{3}/) }, willRetryInMs: 1 }],
    });
    const lastWords = first?.at(-1);
    if (told === undefined) expect(lastWords?.type).toBe('publish');
    else expect(lastWords).toMatchObject({ type: 'disconnect', reasonCode: told });
  });
}

test('a server that greets with something else than CONNACK', async ({ page, silentServer }) => {
  const server = await silentServer({ answers: [bytesOf([{ type: 'pingresp' }])] });
  const code = await page.evaluate(async (url) => {
    const client = mqtide.createClient({ url, reconnect: false });
    return client.start().catch((error) => error.code);
  }, server.url);
  expect(code).toBe('PROTOCOL_ERROR');
});

test('a server that answers CONNECT with what is not MQTT', async ({ page, silentServer }) => {
  const server = await silentServer({ answers: [new Uint8Array(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))] });
  const error = await page.evaluate(async (url) => {
    const client = mqtide.createClient({ url, reconnect: false });
    return client.start().catch(({ code, message, hint }) => ({ code, message, hint }));
  }, server.url);
  expect(error).toMatchObject({
    code: 'MALFORMED_PACKET',
    message: expect.stringContaining('not MQTT'),
    hint: expect.stringContaining('MQTT broker'),
  });
});

test('a server that hangs up on the CONNECT', async ({ page, silentServer }) => {
  const server = await silentServer();
  const failed = page.evaluate(async (url) => {
    const client = mqtide.createClient({ url, reconnect: false });
    return client.start().catch(({ code, hint }) => ({ code, hint }));
  }, server.url);
  await expect.poll(() => server.received.length).toBe(1);
  server.hangUp(1011);
  expect(await failed).toMatchObject({ code: 'SOCKET_CLOSED', hint: expect.stringContaining('auto') });
});
