import { describe, expect, it } from 'vitest';
import { connected, errorOf, reconnected, watch } from './testing/set-up.test-helpers.ts';
import { collector, confirm, grant, message } from './testing/subscriptions.test-helpers.ts';

describe('unsubscribe', () => {
  it('ends the handler at once, and resolves when the server has confirmed', async () => {
    const { client, clock, server } = await connected();
    const { texts, handler } = collector();
    const subscribed = client.subscribe('a', handler);
    await grant(server);
    const ended = watch((await subscribed).unsubscribe());
    server.send(message('a', 'on its way'));
    await clock.settle();
    expect([ended.status, texts]).toEqual(['pending', []]);
    await confirm(server);
    await clock.settle();
    expect(ended.status).toBe('resolved');
  });

  it('is bounded by a signal and by a time of its own', async () => {
    const { client, clock, server } = await connected();
    const subscriptions = [];
    for (const filter of ['a', 'b', 'c']) {
      const subscribed = client.subscribe(filter);
      await grant(server);
      subscriptions.push(await subscribed);
    }
    const [first, second, third] = subscriptions;
    const controller = new AbortController();
    const aborted = watch(first?.unsubscribe({ signal: controller.signal }) as Promise<void>);
    const late = watch(second?.unsubscribe({ timeoutMs: 1_000 }) as Promise<void>);
    controller.abort('enough');
    await clock.advance(1_000);
    expect([aborted.error, late.code]).toEqual(['enough', 'ACK_TIMEOUT']);
    // Aborted before, it ends nothing.
    const never = watch(third?.unsubscribe({ signal: AbortSignal.abort('no') }) as Promise<void>);
    const wrong = watch(third?.unsubscribe({ timeoutMs: -1 }) as Promise<void>);
    const next = watch(third?.[Symbol.asyncIterator]().next() as Promise<unknown>);
    server.send(message('c', 'still here'));
    await clock.settle();
    expect([never.error, wrong.code, next.status]).toEqual(['no', 'INVALID_ARGUMENT', 'resolved']);
    await client.stop();
  });

  it('does nothing the second time', async () => {
    const { client, clock, server } = await connected();
    const subscribed = client.subscribe('a');
    await grant(server);
    const subscription = await subscribed;
    void subscription.unsubscribe();
    await confirm(server);
    await subscription.unsubscribe();
    await clock.settle();
    await server.expectNothing();
  });

  it('tells the server only when the last subscription with the filter ends', async () => {
    const { client, clock, server } = await connected();
    const [first, second] = [collector(), collector()];
    const one = client.subscribe('a', first.handler);
    const other = client.subscribe('a', second.handler);
    await grant(server);
    await grant(server);
    await (await one).unsubscribe();
    await server.expectNothing();
    server.send(message('a', 'hello'));
    await clock.settle();
    expect([first.texts, second.texts]).toEqual([[], ['hello']]);
    void (await other).unsubscribe();
    await confirm(server);
  });

  it('rejects when the server refuses', async () => {
    const { client, server } = await connected();
    const subscribed = client.subscribe('a');
    await grant(server);
    const refused = errorOf((await subscribed).unsubscribe());
    await confirm(server, 0x87);
    expect(await refused).toMatchObject({
      code: 'UNSUBSCRIBE_REFUSED',
      reasonCode: 0x87,
      packet: { type: 'unsuback' },
    });
  });

  it('settles also when the client stops, or the server does not answer', async () => {
    const { client, clock, server } = await connected({ keepAliveSeconds: 0 });
    const subscribed = client.subscribe(['a', 'b']);
    await grant(server);
    const [a, b] = (await subscribed).subscriptions;
    const unanswered = watch(a?.unsubscribe() as Promise<void>);
    await clock.advance(60_000);
    const stopped = watch(b?.unsubscribe() as Promise<void>);
    void client.stop();
    await clock.settle();
    expect([unanswered.code, stopped.code]).toEqual(['ACK_TIMEOUT', 'STOPPED']);
  });

  it('does nothing on a client that was stopped', async () => {
    const { client, clock, server } = await connected();
    const subscribed = client.subscribe('a');
    await grant(server);
    const subscription = await subscribed;
    void client.stop();
    await clock.settle();
    await expect(subscription.unsubscribe()).resolves.toBeUndefined();
  });
});

describe('after a lost session', () => {
  it('everything is subscribed again, and nothing that was unsubscribed', async () => {
    const made = await connected();
    const { client, clock, server } = made;
    const { texts, handler } = collector();
    const subscribed = client.subscribe([{ filter: 'a', qos: 1 }, 'b'], {}, handler);
    await grant(server);
    void (await subscribed).subscriptions[1]?.unsubscribe();
    await confirm(server);
    server.close();
    const next = await reconnected(made, { sessionPresent: false });
    const { subscriptions } = await grant(next);
    expect(subscriptions).toMatchObject([{ filter: 'a', qos: 1 }]);
    next.send(message('a', 'hello'));
    await clock.settle();
    expect(texts).toEqual(['hello']);
  });

  it('nothing is subscribed again when the session was resumed', async () => {
    const made = await connected();
    const subscribed = made.client.subscribe('a');
    await grant(made.server);
    await subscribed;
    made.server.close();
    await (await reconnected(made, { sessionPresent: true })).expectNothing();
  });

  it('nothing is subscribed again that was unsubscribed while there was no connection, sent or not', async () => {
    for (const behavior of ['failAllOnDisconnect', 'failQos0PublishOnDisconnect'] as const) {
      const made = await connected({ offlineQueue: { behavior } });
      const subscribed = made.client.subscribe('a');
      await grant(made.server);
      const subscription = await subscribed;
      made.server.close();
      await made.clock.settle();
      const ended = watch(subscription.unsubscribe());
      await made.clock.settle();
      expect(ended.code).toBe(behavior === 'failAllOnDisconnect' ? 'OFFLINE' : undefined);
      const next = await reconnected(made, { sessionPresent: false });
      expect(next.untaken.map(({ type }) => type)).not.toContain('subscribe');
    }
  });

  it('a subscription is subscribed again although a second one with its filter was refused', async () => {
    const made = await connected();
    const { texts, handler } = collector();
    void made.client.subscribe('a', handler);
    await grant(made.server);
    const refused = errorOf(made.client.subscribe('a', { qos: 2 }));
    await grant(made.server, [0x97]);
    await refused;
    made.server.close();
    const next = await reconnected(made, { sessionPresent: false });
    await grant(next);
    next.send(message('a', 'hello'));
    await made.clock.settle();
    expect(texts).toEqual(['hello']);
  });

  it('a refusal ends the subscription: a handler is called no more, and the application is told once', async () => {
    const made = await connected();
    const { client, clock, server, unhandled } = made;
    const { texts, handler } = collector();
    const subscribed = client.subscribe(['a', 'b'], {}, handler);
    await grant(server);
    await subscribed;
    server.close();
    const next = await reconnected(made);
    await grant(next, [0x87, 0]);
    next.send(message('a', '1'), message('b', '2'));
    await clock.settle();
    expect(texts).toEqual(['2']);
    expect(unhandled).toMatchObject([{ code: 'SUBSCRIBE_REFUSED', reasonCode: 0x87 }]);
  });

  it('a refusal ends the iterators with the error, and is reported nowhere else', async () => {
    const made = await connected();
    const { client, clock, server, unhandled } = made;
    const subscribed = client.subscribe('a');
    await grant(server);
    const reading = watch((await subscribed)[Symbol.asyncIterator]().next());
    server.close();
    await grant(await reconnected(made), [0x87]);
    await clock.settle();
    expect(reading.code).toBe('SUBSCRIBE_REFUSED');
    expect(unhandled).toEqual([]);
  });
});

describe('a SUBACK that does not fit', () => {
  it.each(['suback', 'unsuback'] as const)('ends the connection, not the operation: %s', async (type) => {
    const made = await connected();
    const { client, clock, server } = made;
    const subscribed = client.subscribe('a');
    if (type === 'unsuback') await grant(server);
    const outcome = watch<unknown>(type === 'suback' ? subscribed : (await subscribed).unsubscribe());
    const { packetId } = await server.expectPacket(type === 'suback' ? 'subscribe' : 'unsubscribe');
    server.send({ type, packetId, reasonCodes: [0, 0] });
    await server.expectPacket('disconnect', { reasonCode: 0x82 });
    const next = await reconnected(made, { sessionPresent: true });
    if (type === 'suback') await grant(next);
    else await confirm(next);
    await clock.settle();
    expect(outcome.status).toBe('resolved');
  });
});
