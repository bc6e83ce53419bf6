import { describe, expect, it } from 'vitest';
import type { Client } from '../client.ts';
import type { ClientEvents } from '../events.ts';
import type { ClientOptions } from '../options.ts';
import { setUp, summary, watch } from '../testing/set-up.test-helpers.ts';
import { grant } from '../testing/subscriptions.test-helpers.ts';
import { connectedWorker, setUpWorker } from './worker.test-helpers.ts';

const EVENTS = [
  'attemptingConnect',
  'connectionSuccess',
  'connectionFailure',
  'disconnection',
  'stopped',
  'packet',
  'messageReceived',
  'sessionRestored',
] as const satisfies readonly (keyof ClientEvents)[];

/** What `client.state` says at each event, and where a promise settles. */
function statesOf(client: Client): string[] {
  const states: string[] = [];
  const note = (what: string): void => {
    const { status, attempt, error, settings, nextAttemptAt } = client.state;
    const more = [error?.code, settings && 'settings', nextAttemptAt && 'nextAttemptAt'].filter(Boolean);
    states.push([what, status, attempt, ...more].join(' '));
  };
  for (const name of EVENTS)
    client.on(name, (event) => note('packet' in event ? `${event.direction} ${event.packet.type}` : name));
  return states;
}

/** A life with everything in it: a failed attempt, a connection that is lost, a message, a stop, another start. */
async function live(make: (options: Partial<ClientOptions>) => ReturnType<typeof setUp>): Promise<string[]> {
  const { client, broker, clock } = make({
    keepAliveSeconds: 0,
    reconnect: { minDelayMs: 1_000, jitter: 'none', maxDelayMs: 1_000 },
  });
  const states = statesOf(client);
  await clock.settle();
  const note = (what: string): void => void states.push(`${what} ${client.state.status} ${client.state.attempt}`);
  const started = client.start();
  note('after start()');
  (await broker.nextConnection()).wire.refuse();
  await clock.advance(1_000);
  const first = await broker.nextConnection();
  await first.acceptClient();
  await started;
  first.send({ type: 'publish', topic: 'a', payload: new Uint8Array(), qos: 0, retain: false, duplicate: false });
  await clock.settle();
  first.close();
  await clock.settle();
  note('lost');
  await clock.advance(1_000);
  const second = await broker.nextConnection();
  await second.acceptClient();
  await clock.settle();
  const stopped = client.stop();
  note('after stop()');
  void client.start();
  note('after start() again');
  await stopped;
  await (await broker.nextConnection()).acceptClient();
  await clock.settle();
  const last = client.stop();
  note('after stop() again');
  await clock.advance(2_000);
  await last;
  note('at the end');
  return states;
}

describe('`client.state`, on the page of a client in a worker', () => {
  it('is at each event what it is at that event without a worker, and says at once what was asked for', async () => {
    const expected = await live((options) => setUp(options));
    // Without a worker it has left before `stop()` returns.
    const order = (states: readonly string[]): string[] =>
      states.filter((state) => !state.startsWith('sent disconnect'));
    expect(order(await live((options) => setUpWorker(options, { timeoutMs: Number.POSITIVE_INFINITY })))).toEqual(
      order(expected),
    );
  });

  it.each([
    ['', {}, ['stopped']],
    [', which waited for what was under way', { drainMs: 60_000 }, ['disconnection SOCKET_CLOSED', 'stopped']],
  ])('does not go back to what the worker wrote before it knew of `stop()`%s', async (_, options, expected) => {
    const made = await connectedWorker({}, {}, { timeoutMs: Number.POSITIVE_INFINITY });
    const { client, clock, server, page } = made;
    const states = statesOf(client);
    page.block();
    server.close();
    await clock.advance(60_000);
    const before = made.heard.length;
    const stopped = watch(client.stop(options));
    page.unblock();
    await clock.settle();
    // There is no other attempt any more, and there was none as far as anybody was told.
    expect(summary(made.heard.slice(before))).toEqual(expected);
    expect(made.heard[before]?.event).not.toHaveProperty('willRetryInMs');
    expect(states.at(-1)).toBe('stopped stopped 0');
    expect(states.slice(0, -1).every((state) => state.includes(' stopping 0'))).toBe(true);
    expect(stopped.status).toBe('resolved');
  });

  it('does not go back to an earlier run after `stop()` and `start()`, whose subscriptions stay', async () => {
    const made = await connectedWorker({ keepAliveSeconds: 0 });
    const { client, clock, server, page, broker } = made;
    const texts: string[] = [];
    page.block();
    server.send({
      type: 'publish',
      topic: 'a',
      payload: new Uint8Array([49]),
      qos: 0,
      retain: false,
      duplicate: false,
    });
    server.close();
    await clock.settle();
    const stopped = watch(client.stop());
    void client.start();
    const subscribed = watch(client.subscribe('a', (message) => void texts.push(message.text())));
    const states = statesOf(client);
    page.unblock();
    await clock.settle();
    expect([stopped.status, client.state.status]).toEqual(['resolved', 'connecting']);
    const next = await broker.nextConnection();
    await next.acceptClient();
    await grant(next);
    next.send({ type: 'publish', topic: 'a', payload: new Uint8Array([50]), qos: 0, retain: false, duplicate: false });
    await clock.settle();
    expect([subscribed.status, texts]).toEqual(['resolved', ['2']]);
    expect(states.filter((state) => !/^(sent|received) /.test(state))).toEqual([
      'attemptingConnect connecting 1',
      'connectionSuccess connected 0 settings',
      'messageReceived connected 0 settings',
    ]);
    await client.stop();
  });

  it('says `stopped` when a client that only has operations waiting is stopped, and started again', async () => {
    const { client, clock, broker } = setUpWorker();
    const published = watch(client.publish('a', 'x', { qos: 1 }));
    const stopped = watch(client.stop());
    expect(client.state.status).toBe('stopped');
    const started = watch(client.start());
    await (await broker.nextConnection()).acceptClient();
    await clock.settle();
    expect([published.code, stopped.status, started.status]).toEqual(['STOPPED', 'resolved', 'resolved']);
    await client.stop();
  });
});
