import { describe, expect, it } from 'vitest';
import { Publisher } from './publisher.ts';
import { FakeClient, mqttError } from './testing/fake-client.test-helpers.ts';

const DRAFT = { topic: 'a', payload: 'x', qos: 1, retain: false } as const;

function setUp() {
  let now = 0;
  const client = new FakeClient();
  const publisher = new Publisher(() => now);
  const publish = (topic = 'a') => publisher.publish(client.client, { ...DRAFT, topic });
  return {
    client,
    publisher,
    publish,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('a publish', () => {
  it('is pending until the server has answered, and then says how and how fast', async () => {
    const { client, publisher, publish, pass } = setUp();
    const done = publish();
    expect(publisher.outcomes).toMatchObject([{ topic: 'a', qos: 1, state: 'pending' }]);
    pass(12);
    client.published[0]?.resolve({ qos: 1, reasonCode: 0, reasonName: 'Success' });
    await expect(done).resolves.toMatchObject({ state: 'done', words: 'Success', took: '12 ms' });
    expect(publisher.outcomes).toEqual([await done]);
  });

  it.each([
    [{ qos: 0 } as const, 'Handed to the socket'],
    [{ qos: 1, reasonCode: 0x10, reasonName: 'No matching subscribers' } as const, 'No matching subscribers (0x10)'],
    [{ qos: 2, reasonCode: 0, reasonName: 'Success', reasonString: 'stored' } as const, 'Success: stored'],
  ])('that ended with %o says: %s', async (result, words) => {
    const { client, publish } = setUp();
    const done = publish();
    client.published[0]?.resolve(result);
    await expect(done).resolves.toMatchObject({ words });
  });

  it('that failed keeps its reason', async () => {
    const { client, publisher, publish } = setUp();
    const done = publish();
    client.published[0]?.reject(mqttError('PUBLISH_REFUSED', { reasonCode: 0x87 }));
    await expect(done).resolves.toMatchObject({
      state: 'failed',
      words: 'PUBLISH_REFUSED',
      problem: { reasonCode: 0x87 },
    });
    expect(publisher.outcomes).toHaveLength(1);
  });

  it('that could not even be tried is not listed: its field says why', async () => {
    const { client, publisher, publish } = setUp();
    const done = publish('#');
    client.published[0]?.reject(mqttError('INVALID_ARGUMENT'));
    await expect(done).resolves.toMatchObject({ problem: { code: 'INVALID_ARGUMENT' } });
    expect(publisher.outcomes).toEqual([]);
  });

  it('is listed among the latest three, newest first, whenever it ends', async () => {
    const { client, publisher, publish } = setUp();
    const all = ['a', 'b', 'c', 'd'].map(publish);
    expect(publisher.outcomes.map(({ topic }) => topic)).toEqual(['d', 'c', 'b']);
    for (const each of client.published) each.resolve({ qos: 0 });
    await Promise.all(all);
    expect(publisher.outcomes.map(({ topic, state }) => `${topic} ${state}`)).toEqual(['d done', 'c done', 'b done']);
  });
});
