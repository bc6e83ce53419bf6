import type { Client } from '@mqtide/client/internal';
import { createPair, type Pair } from '@mqtide/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { createShadow } from './shadow/shadow.ts';
import { errorOf } from './testing/fake-messenger.test-helpers.ts';

const PREFIX = '$aws/things/lamp/shadow';

/** A service that answers as a client of the same broker. */
async function startService({ createClient }: Pair): Promise<Client> {
  const service = createClient({ clientId: 'service' });
  await service.start();
  await service.subscribe('$aws/things/+/shadow/+', { qos: 1 }, async (message) => {
    const { clientToken, version } = message.json<{ clientToken: string; version?: number }>();
    const refused = version !== undefined && version !== 3;
    const body = refused
      ? { code: 409, message: 'Version conflict' }
      : { state: { desired: { on: false } }, version: 3, timestamp: 1 };
    const answer = `${message.topic}/${refused ? 'rejected' : 'accepted'}`;
    await service.publish(answer, { ...body, clientToken }, { qos: 1 });
  });
  return service;
}

let pair: Pair;
let service: Client;
let client: Client;
beforeEach(async () => {
  pair = createPair();
  service = await startService(pair);
  client = pair.createClient({ clientId: 'page', reconnect: { jitter: 'none' } });
});

describe('over the client', () => {
  it('a request waits for the connection, and gets its answer', async () => {
    const got = createShadow(client, { thingName: 'lamp' }).get();
    await client.start();
    expect(await got).toMatchObject({ state: { desired: { on: false } }, version: 3 });
    pair.broker.assertNoViolations();
  });

  it('a refusal has the code of the service', async () => {
    await client.start();
    const shadow = createShadow(client, { thingName: 'lamp' });
    await expect(shadow.update({ desired: { on: true } }, { version: 0 })).rejects.toMatchObject({ code: 409 });
  });

  it('a stream goes on over a reconnection, and tells of it', async () => {
    await client.start();
    const told: boolean[] = [];
    const deltas = createShadow(client, { thingName: 'lamp' }).deltas({
      onReconnect: ({ resumed }) => told.push(resumed),
    });
    await deltas.ready;
    const read = deltas[Symbol.asyncIterator]();
    await service.publish(`${PREFIX}/update/delta`, { state: { on: true }, version: 4, timestamp: 1 }, { qos: 1 });
    expect((await read.next()).value).toMatchObject({ version: 4 });
    pair.broker.restartEmpty();
    await pair.clock.advance(10_000);
    await pair.clock.settle();
    expect(told).toEqual([false]);
    await service.publish(`${PREFIX}/update/delta`, { state: { on: true }, version: 5, timestamp: 1 }, { qos: 1 });
    expect((await read.next()).value).toMatchObject({ version: 5 });
  });

  it('a request that is under way when the connection is lost gets its answer after the next', async () => {
    await client.start();
    const shadow = createShadow(client, { thingName: 'lamp' });
    await shadow.get();
    pair.broker.faults.add({ when: 'received', type: 'publish', nth: 1, effect: 'closeBefore' });
    const got = shadow.get();
    await pair.clock.advance(10_000);
    expect(await got).toMatchObject({ version: 3 });
  });

  it('nothing waits for a server that is out of reach: neither a loop that is left, nor a copy that is given up', async () => {
    await client.start();
    const shadow = createShadow(client, { thingName: 'lamp' });
    const deltas = shadow.deltas();
    await deltas.ready;
    await service.publish(`${PREFIX}/update/delta`, { state: { on: true }, version: 4, timestamp: 1 }, { qos: 1 });
    await pair.clock.settle();
    pair.isReachable = false;
    pair.broker.dropAll();
    await pair.clock.settle();
    for await (const { version } of deltas) {
      expect(version).toBe(4);
      break;
    }
    const abort = new AbortController();
    const copy = errorOf(shadow.sync({ signal: abort.signal }));
    await pair.clock.settle();
    abort.abort(new Error('enough'));
    expect((await copy).message).toBe('enough');
    await shadow.documents().close();
    pair.isReachable = true;
    await pair.clock.advance(10_000);
    expect(client.statistics().incompleteOperationCount).toBe(0);
    expect(pair.broker.session('page')?.subscriptions.size ?? 0).toBe(0);
  });

  it('a stream ends with `stop()`', async () => {
    await client.start();
    const deltas = createShadow(client, { thingName: 'lamp' }).deltas();
    const waiting = deltas[Symbol.asyncIterator]().next();
    await deltas.ready;
    await client.stop();
    expect((await waiting).done).toBe(true);
  });

  it('a request that waits when the client is stopped rejects, and after another start they go on', async () => {
    await client.start();
    const shadow = createShadow(client, { thingName: 'lamp' });
    const copy = await shadow.sync();
    await shadow.get();
    await service.stop();
    const waiting = errorOf(shadow.get());
    await pair.clock.settle();
    await client.stop();
    expect(await waiting).toMatchObject({ code: 'CLOSED' });
    service = await startService(pair);
    await client.start();
    expect(await shadow.get()).toMatchObject({ version: 3 });
    await service.publish(
      `${PREFIX}/update/documents`,
      { current: { state: {}, version: 9 }, timestamp: 1 },
      { qos: 1 },
    );
    await pair.clock.settle();
    expect(copy.current.version).toBe(3);
  });

  it('a subscription that is refused rejects the request and ends the stream', async () => {
    const refusing = createPair({ broker: { decide: { subscribe: () => 0x87 } } });
    const page = refusing.createClient({});
    await page.start();
    const shadow = createShadow(page, { thingName: 'lamp' });
    await expect(shadow.get()).rejects.toMatchObject({ code: 'SUBSCRIBE_REFUSED' });
    await expect(shadow.deltas()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'SUBSCRIBE_REFUSED' });
  });

  it('a publish that is refused rejects the request', async () => {
    const refusing = createPair({ broker: { decide: { publish: () => 0x87 } } });
    const page = refusing.createClient({});
    await page.start();
    await expect(createShadow(page, { thingName: 'lamp' }).get()).rejects.toMatchObject({ code: 'PUBLISH_REFUSED' });
  });
});
