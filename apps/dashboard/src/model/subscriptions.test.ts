import type { NegotiatedSettings } from '@mqtide/client';
import { describe, expect, it } from 'vitest';
import { Subscriptions } from './subscriptions.ts';
import {
  type AskedSubscription,
  FakeClient,
  FakeSubscription,
  mqttError,
  settle,
} from './testing/fake-client.test-helpers.ts';

function connectedClient(protocolVersion: 4 | 5 = 5): FakeClient {
  const client = new FakeClient();
  client.state = { status: 'connected', attempt: 0, since: 0, settings: { protocolVersion } as NegotiatedSettings };
  return client;
}

function setUp(protocolVersion: 4 | 5 = 5) {
  const client = connectedClient(protocolVersion);
  const subscriptions = new Subscriptions();
  subscriptions.attach(client.client);
  return { client, subscriptions };
}

/** With one subscription that the server granted. */
async function granted() {
  const all = setUp();
  const added = all.subscriptions.add('a/#', 1);
  const handle = new FakeSubscription('a/#', 1);
  all.client.asked[0]?.resolve(handle);
  await added;
  return { ...all, handle };
}

const states = (subscriptions: Subscriptions): string[] =>
  subscriptions.rows.map(({ filter, state }) => `${filter} ${state.is}`);

describe('a subscription', () => {
  it('is asked for, and granted with the QoS of the server', async () => {
    const { client, subscriptions } = setUp();
    const added = subscriptions.add('a/#', 2);
    expect(states(subscriptions)).toEqual(['a/# asking']);
    client.asked[0]?.resolve(new FakeSubscription('a/#', 1));
    await added;
    expect(subscriptions.rows).toEqual([{ filter: 'a/#', wantedQos: 2, state: { is: 'granted', qos: 1 } }]);
  });

  it('asks for retain flags as they were published, where the version has that', () => {
    for (const [version, wish] of [[5, true] as const, [4, undefined] as const]) {
      const { client, subscriptions } = setUp(version);
      void subscriptions.add('a', 0);
      expect(client.asked[0]?.options.retainAsPublished).toBe(wish);
    }
  });

  it('stays in the list with the reason when it is refused', async () => {
    const { client, subscriptions } = setUp();
    const added = subscriptions.add('a/#', 0);
    client.asked[0]?.reject(mqttError('SUBSCRIBE_REFUSED'));
    await added;
    expect(subscriptions.rows[0]?.state).toMatchObject({ is: 'refused', problem: { code: 'SUBSCRIBE_REFUSED' } });
  });

  it('is not in the list when it can never work', async () => {
    const { client, subscriptions } = setUp();
    const added = subscriptions.add('a/#/b', 0);
    client.asked[0]?.reject(mqttError('INVALID_ARGUMENT'));
    await expect(added).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(subscriptions.rows).toEqual([]);
  });

  it('is refused when the server takes it back after a reconnection', async () => {
    const { subscriptions, handle } = await granted();
    handle.end(mqttError('SUBSCRIBE_REFUSED'));
    await settle();
    expect(states(subscriptions)).toEqual(['a/# refused']);
  });

  it('changes its QoS without a second row, and lets go of the old one', async () => {
    const { client, subscriptions, handle } = await granted();
    const added = subscriptions.add('a/#', 2);
    client.asked[1]?.resolve(new FakeSubscription('a/#', 2));
    await settle();
    expect(handle.unsubscribed).toHaveLength(1);
    handle.unsubscribed[0]?.resolve();
    await added;
    expect(subscriptions.rows).toEqual([{ filter: 'a/#', wantedQos: 2, state: { is: 'granted', qos: 2 } }]);
  });
});

describe('removing a subscription', () => {
  it('waits for the server', async () => {
    const { subscriptions, handle } = await granted();
    const removed = subscriptions.remove('a/#');
    expect(states(subscriptions)).toEqual(['a/# ending']);
    handle.unsubscribed[0]?.resolve();
    await removed;
    expect(subscriptions.rows).toEqual([]);
  });

  it('says so when the server refuses', async () => {
    const { subscriptions, handle } = await granted();
    const removed = subscriptions.remove('a/#');
    handle.unsubscribed[0]?.reject(mqttError('UNSUBSCRIBE_REFUSED'));
    await removed;
    expect(states(subscriptions)).toEqual(['a/# refused']);
    await subscriptions.remove('a/#');
    expect(subscriptions.rows).toEqual([]);
  });

  it('gives up on one that is not granted yet', async () => {
    const { client, subscriptions } = setUp();
    void subscriptions.add('a/#', 0);
    await subscriptions.remove('a/#');
    const { signal } = (client.asked[0] as AskedSubscription).options;
    expect([signal?.aborted, subscriptions.rows]).toEqual([true, []]);
    client.asked[0]?.reject(signal?.reason);
    await settle();
    expect(subscriptions.rows).toEqual([]);
  });

  it('does nothing for a filter that is not there', async () => {
    const { subscriptions } = setUp();
    await expect(subscriptions.remove('b')).resolves.toBeUndefined();
  });
});

describe('subscriptions and clients', () => {
  it('wait until there is a client', async () => {
    const subscriptions = new Subscriptions();
    await subscriptions.add('a/#', 1);
    expect(states(subscriptions)).toEqual(['a/# waiting']);
    const client = connectedClient();
    subscriptions.attach(client.client);
    expect(client.asked.map(({ filter }) => filter)).toEqual(['a/#']);
    expect(states(subscriptions)).toEqual(['a/# asking']);
  });

  it('wait for the next client when one has stopped, and are asked for again', async () => {
    const { client, subscriptions, handle } = await granted();
    client.state = { ...client.state, status: 'stopped' };
    handle.end();
    await settle();
    expect(states(subscriptions)).toEqual(['a/# waiting']);
    const next = connectedClient();
    subscriptions.attach(next.client);
    expect(next.asked.map(({ filter, options }) => [filter, options.qos])).toEqual([['a/#', 1]]);
  });

  it('wait for the next client when one has failed for good', async () => {
    const { client, subscriptions, handle } = await granted();
    void subscriptions.add('b', 0);
    client.state = { ...client.state, status: 'failed' };
    handle.end(mqttError('SESSION_TAKEN_OVER'));
    client.asked[1]?.reject(mqttError('SESSION_TAKEN_OVER'));
    await settle();
    expect(states(subscriptions)).toEqual(['a/# waiting', 'b waiting']);
  });

  it('are not asked for again when they were refused', async () => {
    const { client, subscriptions } = setUp();
    const added = subscriptions.add('a', 0);
    client.asked[0]?.reject(mqttError('SUBSCRIBE_REFUSED'));
    await added;
    const next = connectedClient();
    subscriptions.attach(next.client);
    expect(next.asked).toEqual([]);
  });

  it('can be removed without a client', async () => {
    const subscriptions = new Subscriptions();
    await subscriptions.add('a', 0);
    await subscriptions.remove('a');
    expect(subscriptions.rows).toEqual([]);
  });
});
