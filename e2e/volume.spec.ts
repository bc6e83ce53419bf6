import { expect, test } from './fixtures/index.ts';
import { bytesOf, CONNACK, packetsIn } from './support/packets.ts';
import { VERSIONS } from './support/versions.ts';

const MESSAGES = 10_000;

for (const { name, protocolVersion } of VERSIONS) {
  for (const qos of [0, 1, 2] as const) {
    test(`${name}: ${MESSAGES} messages published at once arrive in order at QoS ${qos}`, async ({
      page,
      brokerWith,
      topic,
    }) => {
      test.slow();
      // mosquitto drops what exceeds 1,000 waiting messages unless told otherwise.
      const broker = await brokerWith({ lines: ['max_queued_messages 0'] });
      const { outcomes, received } = await page.evaluate(
        async ({ url, topic, protocolVersion, qos, count }) => {
          const publisher = mqtide.createClient({ url, protocolVersion });
          const subscriber = mqtide.createClient({ url, protocolVersion });
          await Promise.all([publisher.start(), subscriber.start()]);
          const received: number[] = [];
          let complete = (): void => {};
          const all = new Promise<void>((resolve) => (complete = resolve));
          await subscriber.subscribe(topic, { qos }, (message) => {
            received.push(Number(message.text()));
            if (received.length === count) complete();
          });
          const outcomes = await Promise.all(
            Array.from({ length: count }, (_, number) =>
              publisher.publish(topic, String(number), { qos }).then(
                (result) => `QoS ${result.qos}`,
                (error) => error.code,
              ),
            ),
          );
          await all;
          await Promise.all([publisher.stop(), subscriber.stop()]);
          return { outcomes: [...new Set(outcomes)], received };
        },
        { url: broker.url, topic, protocolVersion, qos, count: MESSAGES },
      );
      expect(outcomes).toEqual([`QoS ${qos}`]);
      expect(received).toEqual(Array.from({ length: MESSAGES }, (_, number) => number));
    });
  }
}

test('what is published in one turn leaves in one frame', async ({ page, silentServer }) => {
  const server = await silentServer({ answers: [CONNACK] });
  await page.evaluate(async (url) => {
    const client = mqtide.createClient({ url });
    await client.start();
    await Promise.all(Array.from({ length: 100 }, (_, number) => client.publish('a', String(number))));
    await client.stop();
  }, server.url);
  const [connect, batch, disconnect, ...others] = server.received;
  expect(others).toEqual([]);
  const packets = packetsIn([connect, batch, disconnect] as Uint8Array[]);
  expect(packets).toHaveLength(102);
  expect(packets.map(({ type }) => type)).toEqual([
    'connect',
    ...Array.from({ length: 100 }, () => 'publish'),
    'disconnect',
  ]);
});

test('a frame may hold many packets, and a packet may span many frames [MQTT-6.0.0-2]', async ({
  page,
  silentServer,
}) => {
  const server = await silentServer({ answers: [CONNACK] });
  const run = await page.evaluateHandle(async (url) => {
    const client = mqtide.createClient({ url });
    const texts: string[] = [];
    let noticed = (): void => {};
    client.on('messageReceived', ({ message }) => {
      texts.push(message.text());
      noticed();
    });
    await client.start();
    return {
      received: (count: number): Promise<string[]> =>
        new Promise((resolve) => {
          noticed = () => {
            if (texts.length >= count) resolve(texts.splice(0));
          };
          noticed();
        }),
      stop: () => client.stop(),
    };
  }, server.url);
  const packet = (number: number) =>
    ({
      type: 'publish',
      topic: 'a',
      payload: Buffer.from(String(number)),
      qos: 0,
      retain: false,
      duplicate: false,
    }) as const;
  const numbers = Array.from({ length: 1_000 }, (_, number) => number);

  server.send(bytesOf(numbers.map(packet)));
  expect(await run.evaluate((run) => run.received(1_000))).toEqual(numbers.map(String));
  for (const byte of bytesOf(numbers.slice(0, 20).map(packet))) server.send(Uint8Array.of(byte));
  expect(await run.evaluate((run) => run.received(20))).toEqual(numbers.slice(0, 20).map(String));
  await run.evaluate((run) => run.stop());
});
