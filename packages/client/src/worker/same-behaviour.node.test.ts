import { vi } from 'vitest';
import type * as SetUp from '../testing/set-up.test-helpers.ts';

/*
 * The tests of the client, once more, on an engine at the other end of a channel: it has to be the same client. Left out
 * are those that look at what differs on purpose: the state of the very moment, figures, and how many timers there are.
 */
vi.mock('../testing/set-up.test-helpers.ts', async (original) => {
  const { connectedWorker, setUpWorker } = await import('./worker.test-helpers.ts');
  return { ...(await original<typeof SetUp>()), setUp: setUpWorker, connected: connectedWorker };
});

await import('../authentication.test.ts');
await import('../destinations.test.ts');
await import('../error-codes.test.ts');
await import('../events.test.ts');
await import('../logger.test.ts');
await import('../operations.test.ts');
await import('../propagator.test.ts');
await import('../publish.test.ts');
await import('../restart.test.ts');
await import('../secrets.test.ts');
await import('../subscribe.test.ts');
await import('../subscription.test.ts');
await import('../unsubscribe.test.ts');
await import('../walk.test.ts');
