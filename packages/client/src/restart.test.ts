import { createPair, type Pair } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { createClientWith } from './internal.ts';
import { watch } from './testing/set-up.test-helpers.ts';

interface Served {
  readonly client: Client;
  readonly pair: Pair;
}

/** A client and an honest broker, 50 ms apart. */
function served(): Served {
  const pair = createPair({ latencyMs: 50 });
  return { pair, client: createClientWith({ url: pair.url, clientId: 'me' }, pair) };
}

const BEFORE: Readonly<Record<string, (served: Served) => Promise<void>>> = {
  idle: async () => {},
  'opening the socket': async ({ client, pair }) => {
    void client.start();
    await pair.clock.settle();
  },
  'waiting for the CONNACK': async ({ client, pair }) => {
    void client.start();
    await pair.clock.advance(60);
  },
  connected: async ({ client, pair }) => {
    void client.start();
    await pair.clock.advance(1_000);
    expect(client.state.status).toBe('connected');
  },
  'waiting for the next attempt': async ({ client, pair }) => {
    pair.isReachable = false;
    void client.start();
    await pair.clock.advance(60);
    pair.isReachable = true;
    expect(client.state.status).toBe('waiting');
  },
};

const SEQUENCES = [
  'start stop',
  'start stop start',
  'start stop start stop',
  'start start stop stop',
  'stop',
  'stop start',
  'stop start stop',
  'stop start stop start',
  'stop stop start start',
] as const;

/** As a page does that mounts, unmounts and mounts again. */
describe.each(Object.keys(BEFORE))('start and stop in quick succession, %s', (before) => {
  it.each(SEQUENCES)('%s: the last call holds, and every promise is settled', async (sequence) => {
    const one = served();
    const { client, pair } = one;
    await BEFORE[before]?.(one);
    const names = sequence.split(' ') as ('start' | 'stop')[];
    const calls = names.map((name) => ({ name, outcome: watch<unknown>(client[name]()) }));
    await pair.clock.advance(60_000);
    const last = calls.at(-1);
    expect(client.state.status).toBe(last?.name === 'start' ? 'connected' : 'stopped');
    expect(last?.outcome.status).toBe('resolved');
    for (const { name, outcome } of calls) {
      expect(outcome.status).not.toBe('pending');
      if (outcome.status === 'rejected') expect([name, outcome.code]).toEqual(['start', 'STOPPED']);
    }
    await stop(one);
  });
});

describe('a start while a stop is under way', () => {
  it('lets subscribe and publish at once', async () => {
    const one = served();
    const { client, pair } = one;
    void client.start();
    await pair.clock.advance(1_000);
    void client.stop();
    void client.start();
    const heard: string[] = [];
    const subscribed = watch(client.subscribe('a', { qos: 1 }, (message) => heard.push(message.text())));
    const published = watch(client.publish('a', 'hello', { qos: 1 }));
    await pair.clock.advance(1_000);
    expect([subscribed.status, published.status]).toEqual(['resolved', 'resolved']);
    expect(heard).toEqual(['hello']);
    await stop(one);
  });

  it('ends what a stop with `drainMs` still waited for', async () => {
    const one = served();
    const { client, pair } = one;
    void client.start();
    await pair.clock.advance(1_000);
    const published = watch(client.publish('a', 'hello', { qos: 2 }));
    const stopped = watch(client.stop({ drainMs: 10_000 }));
    void client.start();
    await pair.clock.advance(1_000);
    expect([published.code, stopped.status]).toEqual(['STOPPED', 'resolved']);
    expect(client.state.status).toBe('connected');
    await stop(one);
  });
});

async function stop({ client, pair }: Served): Promise<void> {
  const stopped = watch(client.stop());
  await pair.clock.advance(2_000);
  expect(stopped.status).toBe('resolved');
  expect(pair.broker.connectedClients).toEqual([]);
  pair.broker.assertNoViolations();
}
