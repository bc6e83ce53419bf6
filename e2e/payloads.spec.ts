import { createHash } from 'node:crypto';
import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

const MEBIBYTE = 1_048_576;
const EVERY_BYTE = Array.from({ length: 256 }, (_, byte) => byte);
const TEXT = 'plain, größer, 水, 🌊, \u{feff}';

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: another client gets exactly the bytes of each kind of payload`, async ({
    page,
    broker,
    topic,
    witnessOf,
  }) => {
    const witness = await witnessOf(broker.url, { protocolVersion });
    await witness.subscribe(`${topic}/#`, 1);
    const received = await page.evaluate(
      async ({ url, topic, protocolVersion, everyByte, text }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        await client.start();
        const messages = await client.subscribe(`${topic}/#`, { qos: 1 });
        const bytes = Uint8Array.from(everyByte);
        const reused = Uint8Array.from([1, 2, 3]);
        const payloads = {
          empty: '',
          'every byte': bytes,
          'the view only': bytes.subarray(65, 70),
          buffer: bytes.slice(0, 4).buffer,
          text,
          object: { celsius: 21.5, tags: ['a', null, true] },
          number: 42,
          null: null,
          'as it was when published': reused,
        };
        const published = Object.entries(payloads).map(([kind, payload]) =>
          client.publish(`${topic}/${kind}`, payload, { qos: 1 }),
        );
        reused.fill(0);
        await Promise.all(published);
        const received: Record<string, number[]> = {};
        for await (const message of messages) {
          received[message.topic.slice(topic.length + 1)] = [...message.payload];
          if (Object.keys(received).length === published.length) break;
        }
        await client.stop();
        return received;
      },
      { url: broker.url, topic, protocolVersion, everyByte: EVERY_BYTE, text: TEXT },
    );

    const expected = {
      empty: [],
      'every byte': EVERY_BYTE,
      'the view only': [65, 66, 67, 68, 69],
      buffer: [0, 1, 2, 3],
      text: [...Buffer.from(TEXT)],
      object: [...Buffer.from('{"celsius":21.5,"tags":["a",null,true]}')],
      number: [...Buffer.from('42')],
      null: [...Buffer.from('null')],
      'as it was when published': [1, 2, 3],
    };
    expect(received).toEqual(expected);
    for (const [kind, bytes] of Object.entries(expected))
      expect(await witness.next()).toMatchObject({ topic: `${topic}/${kind}`, payload: Uint8Array.from(bytes) });
  });

  test(`${name}: a delivered payload never changes, whatever comes after it`, async ({ page, broker, topic }) => {
    const kept = await page.evaluate(
      async ({ url, topic, protocolVersion }) => {
        const client = mqtide.createClient({ url, protocolVersion });
        await client.start();
        const payloads: Uint8Array[] = [];
        let complete = (): void => {};
        const all = new Promise<void>((resolve) => (complete = resolve));
        await client.subscribe(topic, { qos: 1 }, ({ payload }) => {
          if (payloads.push(payload) === 500) complete();
        });
        const published = Array.from({ length: 500 }, (_, number) =>
          client.publish(topic, new Uint8Array(100).fill(number), { qos: 1 }),
        );
        await Promise.all([all, ...published]);
        // A receiver may also write into what it was given.
        (payloads[0] as Uint8Array).fill(99);
        await client.stop();
        return payloads.map((payload) => [...new Set(payload)].join());
      },
      { url: broker.url, topic, protocolVersion },
    );
    expect(kept).toEqual(['99', ...Array.from({ length: 499 }, (_, number) => String((number + 1) % 256))]);
  });

  for (const size of [1, 8]) {
    test(`${name}: ${size} MiB arrive intact, both ways, at each QoS`, async ({
      page,
      brokerWith,
      bridgeTo,
      topic,
      witnessOf,
    }) => {
      test.slow();
      const { url, tcpPort } = await brokerWith({ tcpPort: 'free' });
      const witness = await witnessOf(`mqtt://127.0.0.1:${tcpPort}`, { protocolVersion });
      const bridge = await bridgeTo(tcpPort);
      await witness.subscribe(`${topic}/from-page`, 2);
      const run = await page.evaluateHandle(
        async ({ url, bridge, topic, protocolVersion, size }) => {
          const publisher = mqtide.createClient({ url, protocolVersion });
          const subscriber = mqtide.createClient({ url: bridge, protocolVersion });
          await Promise.all([publisher.start(), subscriber.start()]);
          const messages = await subscriber.subscribe(`${topic}/to-page`, { qos: 2 });
          const iterator = messages[Symbol.asyncIterator]();
          const sha256 = async (bytes: Uint8Array): Promise<string> => {
            const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
            return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
          };
          return {
            /** Publishes random bytes and returns what they are. */
            async send(qos: 0 | 1 | 2): Promise<string> {
              const bytes = new Uint8Array(size);
              for (let from = 0; from < size; from += 65_536)
                crypto.getRandomValues(bytes.subarray(from, from + 65_536));
              await publisher.publish(`${topic}/from-page`, bytes, { qos });
              return sha256(bytes);
            },
            async receive(): Promise<string> {
              const { value: message } = await iterator.next();
              return sha256(message.payload);
            },
            stop: () => Promise.all([publisher.stop(), subscriber.stop()]),
          };
        },
        { url, bridge: bridge.url, topic, protocolVersion, size: size * MEBIBYTE },
      );
      for (const qos of [0, 1, 2] as const) {
        const sent = await run.evaluate((run, qos) => run.send(qos), qos);
        const { payload } = await witness.next();
        expect(payload.byteLength).toBe(size * MEBIBYTE);
        expect(sha256(payload)).toBe(sent);
        // What it got goes back, so that the bytes are random here too.
        payload.reverse();
        const received = run.evaluate((run) => run.receive());
        await witness.publish(`${topic}/to-page`, payload, { qos });
        expect(await received).toBe(sha256(payload));
      }
      await run.evaluate((run) => run.stop());
    });
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
