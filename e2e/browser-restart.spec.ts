import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { chromiumLaunchOptions } from '../scripts/lib/engines.mjs';
import { expect, test } from './fixtures/index.ts';
import { publishSoon, startDurable } from './support/durable-page.ts';
import { VERSIONS } from './support/versions.ts';

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: what was published without a connection leaves after the browser was restarted, once`, {
    tag: '@chromium',
  }, async ({ site, brokerWith, networkTo, witnessOf, topic }) => {
    const profile = await mkdtemp(join(tmpdir(), 'mqtide-profile-'));
    const broker = await brokerWith();
    const witness = await witnessOf(broker.url);
    await witness.subscribe(`${topic}/out`, 2);
    const network = await networkTo(broker.url);
    const options = { url: network.url, clientId: 'durable', protocolVersion, filter: `${topic}/in` };

    const first = await browserWith(profile);
    const page = await openPage(first, site.url);
    await startDurable(page, options);
    network.cut();
    await publishSoon(page, `${topic}/out`, 'one', 1);
    await publishSoon(page, `${topic}/out`, 'two', 2);
    await expect.poll(() => page.evaluate(countStored)).toBe(2);
    await first.close();

    network.restore();
    const second = await browserWith(profile);
    const { events } = await startDurable(await openPage(second, site.url), options);
    await witness.until((seen) => seen.length === 2);
    expect(events).toEqual(['restored 2 0']);
    expect(witness.seen.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['one', 'two']);
    await second.close();
    await rm(profile, { recursive: true, force: true });
  });
}

function browserWith(profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, chromiumLaunchOptions());
}

async function openPage(browser: BrowserContext, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'mqtide' in globalThis);
  return page;
}

/** Runs in the page: how many publishes are on the disk, whatever the databases are called. */
async function countStored(): Promise<number> {
  let count = 0;
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error as Error);
    });
    for (const store of database.objectStoreNames) {
      const keys = await new Promise<IDBValidKey[]>((resolve) => {
        const reading = database.transaction(store).objectStore(store).getAllKeys();
        reading.onsuccess = () => resolve(reading.result);
      });
      count += keys.filter((key) => /"p\d+"\]?$/.test(JSON.stringify(key))).length;
    }
    database.close();
  }
  return count;
}
