import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';
import { publishSoon, startDurable } from './support/durable-page.ts';
import { PacketGate, type Step } from './support/packet-gate.ts';
import { VERSIONS } from './support/versions.ts';

const up = (type: Step['type']): Step => ({ direction: 'up', type });
const down = (type: Step['type']): Step => ({ direction: 'down', type });

const PUBLISHING: readonly (readonly [qos: 1 | 2, Step])[] = [
  [1, up('publish')],
  [1, down('puback')],
  [2, up('publish')],
  [2, down('pubrec')],
  [2, up('pubrel')],
  [2, down('pubcomp')],
];

const RECEIVING: readonly (readonly [qos: 1 | 2, Step])[] = [
  [1, down('publish')],
  [1, up('puback')],
  [2, down('publish')],
  [2, up('pubrec')],
  [2, down('pubrel')],
  [2, up('pubcomp')],
];

/** How a page ends, and where the next one is. */
const ENDS: Readonly<Record<string, (page: Page, open: () => Promise<Page>) => Promise<Page>>> = {
  'is reloaded': async (page) => {
    await page.reload();
    await page.waitForFunction(() => 'mqtide' in globalThis);
    return page;
  },
  'is closed': async (page, open) => {
    await page.close();
    return open();
  },
  'crashes @chromium': async (page, open) => {
    const crashed = page.waitForEvent('crash');
    const devtools = await page.context().newCDPSession(page);
    void devtools.send('Page.crash').catch(() => {});
    await crashed;
    return open();
  },
};

for (const { name, protocolVersion } of VERSIONS) {
  for (const [end, endPage] of Object.entries(ENDS)) {
    test.describe(`${name}: a tab that ${end}`, () => {
      for (const [qos, step] of PUBLISHING) {
        test(`while it publishes QoS ${qos}, before ${step.type} arrives: nothing is lost, QoS 2 arrives once`, async ({
          page,
          openPage,
          brokerWith,
          witnessOf,
          topic,
        }) => {
          const broker = await brokerWith({ tcpPort: 'free' });
          const gate = await PacketGate.to(broker.tcpPort);
          const witness = await witnessOf(broker.url);
          await witness.subscribe(`${topic}/out`, 2);
          const options = { url: gate.url, clientId: 'durable', protocolVersion, filter: `${topic}/in` };
          await startDurable(page, options);
          const stopped = gate.stopAt(step);
          await publishSoon(page, `${topic}/out`, 'x', qos);
          await stopped;
          const next = await endPage(page, openPage);
          const second = await startDurable(next, options);
          await expect.poll(() => second.events).toEqual(['restored 1 0']);
          // What the next page publishes comes after it.
          await publishSoon(next, `${topic}/out`, 'last', qos);
          await witness.until((seen) => seen.some(({ payload }) => text(payload) === 'last'));
          const texts = witness.seen.map(({ payload }) => text(payload));
          expect(qos === 2 ? texts : [...new Set(texts)]).toEqual(['x', 'last']);
          await gate.dispose();
        });
      }

      for (const [qos, step] of RECEIVING) {
        test(`while it receives QoS ${qos}, before ${step.type} arrives: nothing is lost, QoS 2 comes once`, async ({
          page,
          openPage,
          brokerWith,
          witnessOf,
          topic,
        }) => {
          const broker = await brokerWith({ tcpPort: 'free' });
          const gate = await PacketGate.to(broker.tcpPort);
          const witness = await witnessOf(broker.url);
          const options = { url: gate.url, clientId: 'durable', protocolVersion, filter: `${topic}/in` };
          const first = await startDurable(page, options);
          const stopped = gate.stopAt(step);
          await witness.publish(`${topic}/in`, 'x', { qos });
          await stopped;
          const next = await endPage(page, openPage);
          const second = await startDurable(next, options);
          await witness.publish(`${topic}/in`, 'last', { qos });
          await expect.poll(() => [...first.received, ...second.received]).toContain('last');
          const texts = new Set([...first.received, ...second.received]);
          if (qos === 2) expect([...first.received, ...second.received]).toEqual(['x', 'last']);
          else expect([...texts]).toEqual(['x', 'last']);
          await gate.dispose();
        });
      }

      test('inside the handler of a QoS 2 message: the next one gets it again, and no third one', async ({
        page,
        openPage,
        brokerWith,
        witnessOf,
        topic,
      }) => {
        const broker = await brokerWith();
        const witness = await witnessOf(broker.url);
        const options = { url: broker.url, clientId: 'durable', protocolVersion, filter: `${topic}/in` };
        const first = await startDurable(page, { ...options, hangs: true });
        await witness.publish(`${topic}/in`, 'x', { qos: 2 });
        await expect.poll(() => first.received).toEqual(['x']);
        const next = await endPage(page, openPage);
        const second = await startDurable(next, options);
        await expect.poll(() => second.received).toEqual(['x!']);
        const last = await endPage(next, openPage);
        const third = await startDurable(last, options);
        await witness.publish(`${topic}/in`, 'last', { qos: 2 });
        await expect.poll(() => third.received).toEqual(['last']);
      });
    });
  }
}

test.describe('two tabs with one clientId', () => {
  test('the second gets SESSION_LOCKED, and the session when the first has crashed', { tag: '@chromium' }, async ({
    page,
    openPage,
    broker,
    topic,
  }) => {
    const options = {
      url: broker.url,
      clientId: topic.replaceAll(/\W/g, ''),
      protocolVersion: 5,
      filter: topic,
    } as const;
    await startDurable(page, options);
    const other = await openPage();
    const second = await startDurable(other, options);
    await expect.poll(() => second.events).toEqual(['failed SESSION_LOCKED']);
    await ENDS['crashes @chromium']?.(page, openPage);
    expect(
      await other.evaluate(async () => {
        const { client } = globalThis as unknown as { client: ReturnType<typeof mqtide.createClient> };
        await client.start();
        return client.state.status;
      }),
    ).toBe('connected');
  });
});

test('a browser without storage: one event, and the session lives in memory', async ({ page, broker, topic }) => {
  await page.evaluate(() => {
    indexedDB.open = () => {
      throw new DOMException('no storage here', 'SecurityError');
    };
  });
  const options = {
    url: broker.url,
    clientId: topic.replaceAll(/\W/g, ''),
    protocolVersion: 5,
    filter: topic,
  } as const;
  const { events, received } = await startDurable(page, options);
  await publishSoon(page, topic, 'x', 2);
  await expect.poll(() => received).toEqual(['x']);
  expect(events).toEqual(['storeFailure STORE_FAILED']);
});

test('a disk that is full: one event, nothing is lost, and the next page does not go on with the past', async ({
  page,
  broker,
  topic,
}) => {
  const options = {
    url: broker.url,
    clientId: topic.replaceAll(/\W/g, ''),
    protocolVersion: 5,
    filter: topic,
  } as const;
  const first = await startDurable(page, options);
  await publishSoon(page, topic, 'a', 2);
  await expect.poll(() => first.received).toEqual(['a']);
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  for (const payload of ['b', 'c']) await publishSoon(page, topic, payload, 2);
  await expect.poll(() => first.received).toEqual(['a', 'b', 'c']);
  expect(first.events).toEqual(['storeFailure STORE_FAILED']);
  await page.reload();
  await page.waitForFunction(() => 'mqtide' in globalThis);
  const second = await startDurable(page, options);
  await publishSoon(page, topic, 'd', 2);
  await expect.poll(() => second.received).toEqual(['d']);
});

const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);
