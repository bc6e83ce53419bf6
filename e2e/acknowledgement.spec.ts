import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

/**
 * So many QoS 1 and 2 messages mosquitto sends in 3.1.1 before the first is acknowledged. That is all that holds: an
 * acknowledgement of the oldest message has mosquitto 2.0.11 send up to as many again, whatever else is under way, and the
 * next one does so too. In 5.0 it does the same with Receive Maximum.
 */
const MOSQUITTO_IN_FLIGHT = 20;

for (const qos of [1, 2] as const) {
  test(`MQTT 3.1.1, QoS ${qos}: withheld acknowledgements stop the broker, and let it go on in order`, async ({
    page,
    broker,
    topic,
    witnessOf,
  }) => {
    const witness = await witnessOf(broker.url);
    await page.evaluate(
      async ({ url, topic, qos }) => {
        const client = mqtide.createClient({ url, protocolVersion: 4 });
        await client.start();
        const messages: import('@mqtide/client').Message[] = [];
        await client.subscribe(topic, { qos, acknowledge: 'manual' }, (message) => messages.push(message));
        Object.assign(window, { client, messages });
      },
      { url: broker.url, topic, qos },
    );
    const texts = (): Promise<string[]> =>
      page.evaluate(() => {
        const { messages } = window as unknown as { messages: import('@mqtide/client').Message[] };
        return messages.map((message) => message.text());
      });
    const acknowledge = (...indexes: number[]): Promise<void> =>
      page.evaluate((which) => {
        const { messages } = window as unknown as { messages: import('@mqtide/client').Message[] };
        for (const index of which) messages[index]?.acknowledge();
      }, indexes);
    const expected = Array.from({ length: 30 }, (_, index) => `${index}`);
    for (const text of expected) await witness.publish(topic, text, { qos });
    await expect.poll(texts).toHaveLength(MOSQUITTO_IN_FLIGHT);
    // All but the first: their acknowledgements wait for it.
    await acknowledge(...Array.from({ length: MOSQUITTO_IN_FLIGHT - 1 }, (_, index) => index + 1));
    // What the broker had sent before is there when this is answered.
    await page.evaluate(async (topic) => {
      const { client } = window as unknown as { client: import('@mqtide/client').Client };
      await client.publish(topic, '', { qos: 1 });
    }, `${topic}/other`);
    expect(await texts()).toHaveLength(MOSQUITTO_IN_FLIGHT);
    await acknowledge(0);
    await expect.poll(texts).toEqual(expected);
    await acknowledge(...expected.keys());
  });
}

for (const { name, protocolVersion } of VERSIONS) {
  for (const qos of [1, 2] as const)
    test(`${name}, QoS ${qos}: acknowledgements leave in the order of the messages`, async ({
      page,
      broker,
      topic,
    }) => {
      const { received, before, sent } = await page.evaluate(
        async ({ url, topic, protocolVersion, qos }) => {
          const client = mqtide.createClient({ url, protocolVersion });
          await client.start();
          const [received, sent]: [number[], number[]] = [[], []];
          client.on('packet', ({ packet, direction }) => {
            if (direction === 'received' && packet.type === 'publish') received.push(packet.packetId ?? 0);
            if (direction === 'sent' && (packet.type === 'puback' || packet.type === 'pubrec'))
              sent.push(packet.packetId);
          });
          const messages: import('@mqtide/client').Message[] = [];
          await client.subscribe(topic, { qos, acknowledge: 'manual' }, (message) => messages.push(message));
          for (let index = 0; index < 10; index++) await client.publish(topic, `${index}`, { qos });
          while (messages.length < 10) await new Promise((resolve) => setTimeout(resolve, 5));
          for (const message of messages.slice(1).reverse()) message.acknowledge();
          await client.publish(`${topic}/other`, '', { qos: 1 });
          const before = [...sent];
          messages[0]?.acknowledge();
          await client.publish(`${topic}/other`, '', { qos: 1 });
          await client.stop();
          return { received, before, sent };
        },
        { url: broker.url, topic, protocolVersion, qos },
      );
      expect(received).toHaveLength(10);
      expect(before).toEqual([]);
      expect(sent).toEqual(received);
    });

  for (const qos of [1, 2] as const)
    test(`${name}, QoS ${qos}: with afterProcessing no acknowledgement leaves before its handler is done, nor before an earlier one`, async ({
      page,
      broker,
      topic,
      witnessOf,
    }) => {
      const witness = await witnessOf(broker.url);
      const run = await page.evaluateHandle(
        async ({ url, topic, protocolVersion, qos }) => {
          const client = mqtide.createClient({ url, protocolVersion });
          await client.start();
          const [trace, numbers]: [string[], Map<number, string>] = [[], new Map()];
          client.on('packet', ({ packet, direction }) => {
            if (direction === 'received' && packet.type === 'publish') {
              const number = new TextDecoder().decode(packet.payload);
              numbers.set(packet.packetId ?? 0, number);
              trace.push(`received ${number}`);
            }
            if (direction === 'sent' && (packet.type === 'puback' || packet.type === 'pubrec'))
              trace.push(`acknowledged ${numbers.get(packet.packetId)}`);
          });
          let open = (): void => {};
          const gate = new Promise<void>((resolve) => (open = resolve));
          await client.subscribe(topic, { qos, acknowledge: 'afterProcessing' }, (message) => {
            trace.push(`begun ${message.text()}`);
            const work = async (): Promise<void> => {
              await gate;
              // Every second one is done before the one that came earlier.
              await new Promise((resolve) => setTimeout(resolve, 20 * (1 - (Number(message.text()) % 2))));
            };
            // Known before the client can know it.
            return work().finally(() => trace.push(`done ${message.text()}`));
          });
          return { client, trace, open };
        },
        { url: broker.url, topic, protocolVersion, qos },
      );
      const numbers = Array.from({ length: 60 }, (_, index) => index);
      for (const number of numbers) await witness.publish(topic, `${number}`, { qos });
      // What the broker had sent before is there when this is answered.
      await run.evaluate(({ client }, topic) => client.publish(`${topic}/other`, '', { qos: 1 }), topic);
      const inFlight = protocolVersion === 4 ? MOSQUITTO_IN_FLIGHT : numbers.length;
      expect(await run.evaluate(({ trace }) => trace)).toEqual(
        numbers.slice(0, inFlight).flatMap((number) => [`received ${number}`, `begun ${number}`]),
      );

      await run.evaluate(({ open }) => open());
      await expect.poll(() => run.evaluate(({ trace }) => trace.length)).toBe(4 * numbers.length);
      const trace = await run.evaluate(async ({ client, trace }) => {
        await client.stop();
        return trace;
      });
      const order = (step: string): number[] =>
        trace.filter((each) => each.startsWith(step)).map((each) => Number(each.slice(step.length)));
      expect(order('received')).toEqual(numbers);
      expect(order('begun')).toEqual(numbers);
      expect(order('acknowledged')).toEqual(numbers);
      expect(order('done').sort((a, b) => a - b)).toEqual(numbers);
      expect(order('done')).not.toEqual(numbers);
      const at = (number: number, step: string): number => trace.indexOf(`${step} ${number}`);
      expect(numbers.filter((number) => at(number, 'acknowledged') < at(number, 'done'))).toEqual([]);
    });
}

for (const qos of [1, 2] as const) {
  test(`MQTT 5.0, QoS ${qos}: the broker stops at the client's Receive Maximum, and an iterator holds it there`, async ({
    page,
    broker,
    topic,
    witnessOf,
  }) => {
    const witness = await witnessOf(broker.url);
    const run = await page.evaluateHandle(
      async ({ url, topic, qos }) => {
        const client = mqtide.createClient({ url, limits: { receiveMaximum: 5 } });
        await client.start();
        const arrived: string[] = [];
        client.on('packet', ({ packet, direction }) => {
          if (direction === 'received' && packet.type === 'publish')
            arrived.push(new TextDecoder().decode(packet.payload));
        });
        const messages = await client.subscribe(topic, { qos, buffer: 0, overflow: 'holdAcknowledgements' });
        return { client, arrived, messages };
      },
      { url: broker.url, topic, qos },
    );
    for (let index = 0; index < 30; index++) await witness.publish(topic, `${index}`, { qos });
    const result = await run.evaluate(async ({ client, arrived, messages }, topic) => {
      // What the broker had sent before is there when this is answered.
      await client.publish(`${topic}/other`, '', { qos: 1 });
      const result = { arrived: [...arrived], dropped: messages.dropped };
      await client.stop();
      return result;
    }, topic);
    expect(result).toEqual({ arrived: ['0', '1', '2', '3', '4'], dropped: 0 });
  });
}
