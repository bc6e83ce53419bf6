import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

/** mosquitto has at most so many QoS 1 and 2 messages under way in 3.1.1. */
const MOSQUITTO_IN_FLIGHT = 20;

// With MQTT 5.0 mosquitto 2.0.11 sends its whole backlog after the first acknowledgement, whatever the Receive Maximum.
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
    await witness.publish(`${topic}/other`, '', { qos: 1 });
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

  test(`${name}: with afterProcessing slow handlers slow the broker down, and nothing is lost`, async ({
    page,
    broker,
    topic,
    witnessOf,
  }) => {
    const witness = await witnessOf(broker.url);
    await witness.subscribe(`${topic}/ready`, 1);
    const publish = async (): Promise<void> => {
      await witness.next();
      for (let index = 0; index < 60; index++) await witness.publish(topic, `${index}`, { qos: 1 });
    };
    const published = publish();
    const { processed, mostAtATime } = await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        await client.start();
        const processed: string[] = [];
        let running = 0;
        let mostAtATime = 0;
        await new Promise<void>((resolve) => {
          const options = { qos: 1, acknowledge: 'afterProcessing' } as const;
          void client
            .subscribe(topic, options, async (message) => {
              running += 1;
              mostAtATime = Math.max(mostAtATime, running);
              await new Promise((done) => setTimeout(done, 5));
              running -= 1;
              if (processed.push(message.text()) === 60) resolve();
            })
            .then(() => client.publish(`${topic}/ready`, '', { qos: 1 }));
        });
        await client.stop();
        return { processed, mostAtATime };
      },
      { url: broker.url, topic, protocolVersion },
    );
    await published;
    expect(processed).toEqual(Array.from({ length: 60 }, (_, index) => `${index}`));
    // Seen once: 22 at a time. Why it was more than mosquitto's 20 is not known; without a limit it would be all 60.
    if (protocolVersion === 4) expect(mostAtATime).toBeLessThan(2 * MOSQUITTO_IN_FLIGHT);
    expect(mostAtATime).toBeGreaterThan(1);
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
    await witness.subscribe(`${topic}/ready`, 1);
    const arrived = page.evaluate(
      async ({ url, topic, qos }) => {
        const client = mqtide.createClient({ url, limits: { receiveMaximum: 5 } });
        await client.start();
        let arrived = 0;
        client.on('packet', ({ packet, direction }) => {
          if (direction === 'received' && packet.type === 'publish') arrived += 1;
        });
        const messages = await client.subscribe(topic, { qos, buffer: 0, overflow: 'holdAcknowledgements' });
        await client.publish(`${topic}/ready`, '', { qos: 1 });
        while (arrived < 5) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, 300));
        const result = { arrived, dropped: messages.dropped };
        await client.stop();
        return result;
      },
      { url: broker.url, topic, qos },
    );
    await witness.next();
    for (let index = 0; index < 30; index++) await witness.publish(topic, `${index}`, { qos });
    expect(await arrived).toEqual({ arrived: 5, dropped: 0 });
  });
}
