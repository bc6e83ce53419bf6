import { getActiveResourcesInfo } from 'node:process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Client } from './client.ts';
import type { ClientOptions } from './options.ts';

/*
 * Server-side rendering imports the package and makes clients; nothing of a page is there, and nothing may be begun
 * that would keep the process alive.
 */
const PAGE = ['window', 'document', 'navigator', 'location', 'self', 'WebSocket', 'indexedDB', 'localStorage'] as const;
const BEGUN = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'addEventListener', 'fetch'] as const;

interface WorkerEntry {
  createWorkerClient(worker: object, options: ClientOptions): Client;
}

/** One of the entries, which nothing here may import otherwise. */
const load = (path: string): Promise<object> => import(new URL(path, import.meta.url).pathname) as Promise<object>;

let restore: (() => void)[] = [];

/** Makes each of these throw when it is touched. */
function forbid(...names: readonly string[]): string[] {
  const touched: string[] = [];
  for (const name of names) {
    const original = Object.getOwnPropertyDescriptor(globalThis, name);
    const touch = (): never => {
      touched.push(name);
      throw new ReferenceError(`${name} was touched`);
    };
    Object.defineProperty(globalThis, name, { configurable: true, get: touch });
    restore.push(() => {
      if (original === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, original);
    });
  }
  return touched;
}

function allowAgain(): void {
  for (const undo of restore) undo();
  restore = [];
}

afterEach(() => {
  allowAgain();
  vi.resetModules();
});

describe('during server-side rendering', { timeout: 60_000 }, () => {
  it('the package can be imported: it looks for no page and no WebSocket', async () => {
    const touched = forbid(...PAGE);
    const { createClient } = await import('./index.ts');
    expect(createClient).toBeTypeOf('function');
    expect(touched).toEqual([]);
  });

  it.each(['io/indexeddb', 'topics', 'aws', 'scram', 'worker'])('and so can the entry in %s', async (folder) => {
    const touched = forbid(...PAGE, 'Worker');
    const entry = await load(`${folder}/index.ts`);
    allowAgain();
    expect([Object.keys(entry).length > 0, touched]).toEqual([true, []]);
  });

  it('the file of the worker begins nothing where there is no worker', async () => {
    const touched = forbid('WebSocket', 'Worker');
    await load('worker/worker.ts');
    allowAgain();
    expect(touched).toEqual([]);
  });

  it('a client of a worker can be made, and the worker is not talked to', async () => {
    const { createWorkerClient } = (await load('worker/index.ts')) as WorkerEntry;
    const touched = forbid(...PAGE, ...BEGUN, 'Worker', 'MessageChannel');
    const worker = { postMessage: () => touched.push('worker'), addEventListener: () => touched.push('worker') };
    const client = createWorkerClient(worker, { url: 'wss://broker.example/mqtt' });
    client.on('connectionSuccess', () => {});
    const { status } = client.state;
    allowAgain();
    expect([touched, status]).toEqual([[], 'idle']);
  });

  it('a client can be made, listened to and asked, and nothing of the platform is touched', async () => {
    const { createClient } = await import('./index.ts');
    const touched = forbid(...PAGE, ...BEGUN);
    const client = createClient({
      url: 'wss://broker.example/mqtt',
      credentials: () => ({ username: 'u' }),
      will: { topic: 'gone', payload: { at: 1 } },
    });
    const off = client.on('connectionSuccess', () => {});
    off();
    const { status, attempt } = client.state;
    allowAgain();
    expect([touched, status, attempt]).toEqual([[], 'idle', 0]);
  });

  it('nothing keeps the process alive', async () => {
    const { createClient } = await import('./index.ts');
    const before = getActiveResourcesInfo().length;
    const clients = Array.from({ length: 10 }, () => createClient({ url: 'wss://broker.example/mqtt' }));
    expect(getActiveResourcesInfo().length - before).toBeLessThan(clients.length);
  });

  it('a client without a WebSocket says so when it is started, and not before', async () => {
    const { createClient } = await import('./index.ts');
    vi.stubGlobal('WebSocket', undefined);
    const client = createClient({ url: 'wss://broker.example/mqtt' });
    await expect(client.start()).rejects.toMatchObject({ code: 'URL_FAILED', retryable: false });
    expect(client.state.status).toBe('failed');
    vi.unstubAllGlobals();
  });
});

describe('where `Symbol.asyncDispose` is missing, as in WebKit', { timeout: 60_000 }, () => {
  it('clients and subscriptions have the method under the name that polyfills use', async () => {
    const original = Symbol;
    const WithoutDisposal = new Proxy((text?: string) => original(text), {
      get: (_, name) => (name === 'asyncDispose' ? undefined : (Reflect.get(original, name) as unknown)),
    });
    vi.stubGlobal('Symbol', WithoutDisposal);
    const { createClient } = await import('./index.ts');
    const { SubscriptionHandle } = await import('./subscription-handle.ts');
    const client = createClient({ url: 'wss://broker.example/mqtt' });
    let ended = 0;
    const wishes = { handler: undefined, buffer: 1, overflow: 'dropOldest', acknowledge: 'onDelivery' } as const;
    const handle = new SubscriptionHandle({ filter: 'a', qos: 0 }, wishes, {
      report: () => {},
      unsubscribe: () => Promise.resolve(void (ended += 1)),
    });
    vi.unstubAllGlobals();
    const symbol = original.for('Symbol.asyncDispose');
    await (Reflect.get(handle, symbol) as () => Promise<void>).call(handle);
    await (Reflect.get(client, symbol) as () => Promise<void>).call(client);
    expect([ended, client.state.status]).toEqual([1, 'stopped']);
    for (const each of [client, handle]) expect(Object.keys(each)).not.toContain('undefined');
  });
});
