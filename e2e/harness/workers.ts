import * as client from '@mqtide/client';
import * as indexeddb from '@mqtide/client/indexeddb';
import { createWorkerClient } from '@mqtide/client/worker-client';

// Under `require-trusted-types-for 'script'` a page says which scripts its workers may run.
(globalThis as TrustedTypesWindow).trustedTypes?.createPolicy('default', {
  createScriptURL: (url) => (new URL(url, location.href).origin === location.origin ? url : ''),
});

type TrustedTypesWindow = typeof globalThis & {
  readonly trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown };
};

/** What `workers.html` has on its window. */
export interface Workers {
  readonly createWorkerClient: typeof createWorkerClient;
  /** The file of the package. */
  clientWorker(): Worker;
  /** One whose file does not exist. */
  missingWorker(): Worker;
  /** Workers of an application that make clients themselves: they answer `{ url, topic }` with what they received. */
  dedicatedWorker(): Worker;
  sharedWorker(): SharedWorker;
}

const workers: Workers = {
  createWorkerClient,
  clientWorker: () => new Worker(new URL('@mqtide/client/worker', import.meta.url), { type: 'module' }),
  missingWorker: () => new Worker('/there-is-no-such-file.js', { type: 'module' }),
  dedicatedWorker: () => new Worker(new URL('./application-worker.ts', import.meta.url), { type: 'module' }),
  sharedWorker: () => new SharedWorker(new URL('./application-worker.ts', import.meta.url), { type: 'module' }),
};
Object.assign(globalThis, { workers, mqtide: { ...client, ...indexeddb } });
