import type { Page } from '@playwright/test';

/** Where a page with a durable session connects, and what it does with what it receives. */
export interface DurableOptions {
  readonly url: string;
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  readonly filter: string;
  /** Whether handlers never finish. */
  readonly hangs?: boolean;
}

/** What a page has done so far, as far as it got to say so. */
interface Noted {
  /** Texts of the messages, with a `!` when they are delivered again. */
  readonly received: string[];
  /** Names of events, with codes. */
  readonly events: string[];
}

/** What is noted since the page was loaded: the functions that do so outlive a reload. */
const noted = new WeakMap<Page, Noted>();

/** Starts a client with a session in IndexedDB; resolves when it is connected and subscribed, or has failed. */
export async function startDurable(page: Page, options: DurableOptions): Promise<Noted> {
  const isNew = !noted.has(page);
  const fresh = { received: [], events: [] };
  noted.set(page, fresh);
  if (isNew) {
    await page.exposeFunction('noteMessage', (text: string) => void noted.get(page)?.received.push(text));
    await page.exposeFunction('noteEvent', (text: string) => void noted.get(page)?.events.push(text));
  }
  await page.evaluate(startClient, options);
  return fresh;
}

/** Publishes, without waiting for the outcome. */
export function publishSoon(page: Page, topic: string, payload: string, qos: 1 | 2): Promise<void> {
  return page.evaluate(
    ([topic, payload, qos]) => {
      const client = (globalThis as unknown as { client: ReturnType<typeof mqtide.createClient> }).client;
      client.publish(topic, payload, { qos }).catch(() => {});
    },
    [topic, payload, qos] as const,
  );
}

async function startClient({ url, clientId, protocolVersion, filter, hangs = false }: DurableOptions): Promise<void> {
  const page = globalThis as unknown as Record<'noteMessage' | 'noteEvent', (text: string) => Promise<void>> & {
    client: ReturnType<typeof mqtide.createClient>;
  };
  const store = mqtide.indexedDBStore();
  const session = { store, expirySeconds: 600 };
  const client = mqtide.createClient({ url, clientId, protocolVersion, session, reconnect: { minDelayMs: 50 } });
  page.client = client;
  client.on('sessionRestored', ({ publishes, messages }) => page.noteEvent(`restored ${publishes} ${messages}`));
  client.on('storeFailure', ({ error }) => page.noteEvent(`storeFailure ${error.code}`));
  const subscribed = client.subscribe(filter, { qos: 2 }, (message) => {
    // A handler that waits has not finished.
    void page.noteMessage(message.text() + (message.redelivered ? '!' : ''));
    return hangs ? new Promise(() => {}) : undefined;
  });
  try {
    await Promise.all([client.start(), subscribed]);
  } catch (error) {
    await page.noteEvent(`failed ${(error as { code: string }).code}`);
  }
}
