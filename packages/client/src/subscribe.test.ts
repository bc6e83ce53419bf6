import { describe, expect, it } from 'vitest';
import type { FilterOptions, SubscribeOptions } from './subscribe.ts';
import { connected, errorOf, reconnected, setUp, watch } from './testing/set-up.test-helpers.ts';
import { collector, confirm, grant, message } from './testing/subscriptions.test-helpers.ts';

describe('subscribe', () => {
  it('sends the filter with its options and resolves with what the server grants', async () => {
    const { client, server } = await connected();
    const options = { qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 } as const;
    const subscribed = client.subscribe('plants/+/temp', { ...options, properties: { userProperties: [['a', 'b']] } });
    const { packetId, subscriptions, properties } = await server.expectPacket('subscribe');
    expect(subscriptions).toEqual([{ filter: 'plants/+/temp', ...options }]);
    expect(properties).toEqual({ userProperties: [['a', 'b']] });
    server.send({ type: 'suback', packetId, reasonCodes: [1] });
    expect(await subscribed).toMatchObject({ filter: 'plants/+/temp', grantedQos: 1, dropped: 0 });
  });

  it('asks for QoS 0 unless told otherwise', async () => {
    const { client, server } = await connected();
    void client.subscribe('a');
    expect((await grant(server)).subscriptions).toMatchObject([
      { filter: 'a', qos: 0, noLocal: false, retainHandling: 0 },
    ]);
  });

  it('takes a handler as its second argument', async () => {
    const { client, clock, server } = await connected();
    const { texts, handler } = collector();
    void client.subscribe('a', handler);
    await grant(server);
    server.send(message('a', 'hello'));
    await clock.settle();
    expect(texts).toEqual(['hello']);
  });

  it('works before start: it waits, however long', async () => {
    const { client, clock, broker } = setUp();
    const { texts, handler } = collector();
    const subscribed = watch(client.subscribe('a', { qos: 1 }, handler));
    await clock.advance(3_600_000);
    void client.start();
    const server = await broker.nextConnection();
    await server.acceptClient();
    await grant(server);
    server.send(message('a', 'hello'));
    await clock.settle();
    expect([subscribed.status, texts]).toEqual(['resolved', ['hello']]);
  });

  it('delivers what arrives before the SUBACK [SEC-3.8.4-a]', async () => {
    const { client, clock, server } = await connected();
    const { texts, handler } = collector();
    const subscribed = watch(client.subscribe('a', handler));
    const { packetId } = await server.expectPacket('subscribe');
    server.send(message('a', 'retained'));
    await clock.settle();
    expect([subscribed.status, texts]).toEqual(['pending', ['retained']]);
    server.send({ type: 'suback', packetId, reasonCodes: [0] }, message('a', 'in the same frame'));
    await clock.settle();
    expect([subscribed.status, texts]).toEqual(['resolved', ['retained', 'in the same frame']]);
  });

  it('rejects when the server refuses, with the packet', async () => {
    const { client, clock, server } = await connected();
    const { texts, handler } = collector();
    const refused = errorOf(client.subscribe('a', handler));
    await grant(server, [0x87]);
    expect(await refused).toMatchObject({
      code: 'SUBSCRIBE_REFUSED',
      reasonCode: 0x87,
      reasonName: 'Not authorized',
      packet: { type: 'suback' },
      retryable: false,
    });
    server.send(message('a', 'hello'));
    await clock.settle();
    expect(texts).toEqual([]);
    await server.expectNothing();
  });

  it.each<[string, readonly unknown[]]>([
    ['an empty filter', ['']],
    ['a # that is not last', ['a/#/b']],
    ['a + within a level', ['a+']],
    ['a shared filter without a share name', ['$share//a']],
    ['a filter that is no text', [7]],
    ['a filter that is undefined', [undefined]],
    ['no filter at all', [[]]],
    ['QoS 3', ['a', { qos: 3 }]],
    ['QoS 3 of one filter', [['a', { filter: 'b', qos: 3 }]]],
    ['No Local with a shared filter [MQTT-3.8.3-4]', ['$share/g/a', { noLocal: true }]],
    ['another retain handling', ['a', { retainHandling: 3 }]],
    ['a timeout that is no number', ['a', { timeoutMs: Number.NaN }]],
    ['a buffer that is no number', ['a', { buffer: Number.NaN }]],
  ])('refuses %s with INVALID_ARGUMENT, and sends nothing', async (_, args) => {
    const { client, clock, server } = await connected();
    const error = await errorOf(client.subscribe(...(args as [string])));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', retryable: false });
    await server.expectNothing();
    const published = watch(client.publish('a', 'x'));
    await clock.settle();
    expect(published.status).toBe('resolved');
  });

  it.each<[string, object, string, SubscribeOptions, string]>([
    ['no wildcards', { wildcardSubscriptionAvailable: false }, 'a/+', {}, 'UNSUPPORTED_BY_SERVER'],
    ['no shared subscriptions', { sharedSubscriptionAvailable: false }, '$share/g/a', {}, 'UNSUPPORTED_BY_SERVER'],
    ['a maximum packet size', { maximumPacketSize: 60 }, 'x'.repeat(60), {}, 'PACKET_TOO_LARGE'],
  ])('keeps to what the server announced: %s', async (_, properties, filter, options, code) => {
    const { client, server } = await connected({}, { properties });
    expect(await errorOf(client.subscribe(filter, options))).toMatchObject({ code, retryable: false });
    await server.expectNothing();
    expect(client.state.status).toBe('connected');
  });
});

describe('a subscription that was given up', () => {
  it.each(['abort', 'timeout'])('by %s: the server is told, and a late SUBACK changes nothing', async (how) => {
    const { client, clock, server } = await connected();
    const { texts, handler } = collector();
    const controller = new AbortController();
    const options = how === 'abort' ? { signal: controller.signal } : { timeoutMs: 100 };
    const subscribed = watch(client.subscribe('a', options, handler));
    const { packetId } = await server.expectPacket('subscribe');
    controller.abort('mine');
    await clock.advance(100);
    expect(subscribed.status).toBe('rejected');
    await confirm(server);
    server.send({ type: 'suback', packetId, reasonCodes: [0] }, message('a', 'too late'));
    await clock.settle();
    expect(texts).toEqual([]);
    await server.expectNothing();
  });

  it('while there is no connection, after the SUBSCRIBE had left: the server may have made it', async () => {
    const made = await connected();
    const controller = new AbortController();
    const subscribed = watch(made.client.subscribe('a', { signal: controller.signal }));
    await made.server.expectPacket('subscribe');
    made.server.close();
    await made.clock.settle();
    controller.abort('mine');
    const next = await reconnected(made, { sessionPresent: true });
    expect((await confirm(next)).filters).toEqual(['a']);
    await next.expectNothing();
    expect(subscribed.error).toBe('mine');
  });

  it('before there was a connection: nothing is sent', async () => {
    const { client, broker } = setUp();
    const controller = new AbortController();
    const subscribed = watch(client.subscribe('a', { signal: controller.signal }));
    void client.start();
    const server = await broker.nextConnection();
    controller.abort('mine');
    await server.acceptClient();
    await server.expectNothing();
    expect(subscribed.error).toBe('mine');
  });

  it('takes nothing from another one with the same filter', async () => {
    const { client, clock, server } = await connected();
    const { texts, handler } = collector();
    void client.subscribe('a', handler);
    await grant(server);
    const aborted = watch(client.subscribe('a', { signal: AbortSignal.abort() }));
    const timedOut = watch(client.subscribe('a', { timeoutMs: 100 }));
    await server.expectPacket('subscribe');
    await clock.advance(100);
    expect([aborted.status, timedOut.status]).toEqual(['rejected', 'rejected']);
    await server.expectNothing();
    server.send(message('a', 'hello'));
    await clock.settle();
    expect(texts).toEqual(['hello']);
  });
});

describe('several filters', () => {
  it('go out in one SUBSCRIBE; each may have options of its own', async () => {
    const { client, server } = await connected();
    const filters: readonly (string | FilterOptions)[] = ['a', { filter: 'b', qos: 2, noLocal: false }];
    const subscribed = client.subscribe(filters, { qos: 1, noLocal: true });
    const { subscriptions } = await grant(server);
    expect(subscriptions).toMatchObject([
      { filter: 'a', qos: 1, noLocal: true },
      { filter: 'b', qos: 2, noLocal: false },
    ]);
    const group = await subscribed;
    expect(group.subscriptions.map(({ filter, grantedQos }) => [filter, grantedQos])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(group.refused).toEqual([]);
  });

  it('resolve when some are refused, and say which', async () => {
    const { client, clock, server } = await connected();
    const { texts, handler } = collector();
    const subscribed = client.subscribe(['a', 'b', 'c'], handler);
    await grant(server, [0, 0x87, 1]);
    const group = await subscribed;
    expect(group.refused).toEqual([{ filter: 'b', reasonCode: 0x87 }]);
    expect(group.subscriptions.map(({ filter }) => filter)).toEqual(['a', 'c']);
    server.send(message('a', '1'), message('b', '2'), message('c', '3'));
    await clock.settle();
    expect(texts).toEqual(['1', '3']);
    const ended = watch(group.unsubscribe());
    await confirm(server);
    await confirm(server);
    await clock.settle();
    expect(ended.status).toBe('resolved');
  });

  it('reject when all are refused', async () => {
    const { client, server } = await connected();
    const refused = errorOf(client.subscribe(['a', 'b']));
    await grant(server, [0x80, 0x87]);
    expect(await refused).toMatchObject({ code: 'SUBSCRIBE_REFUSED', packet: { reasonCodes: [0x80, 0x87] } });
  });

  it('may be one filter in a list', async () => {
    const { client, server } = await connected();
    const subscribed = client.subscribe(['a']);
    await grant(server);
    expect((await subscribed).subscriptions).toHaveLength(1);
  });

  it('that overlap: a message is delivered once for each subscription', async () => {
    const { client, clock, server } = await connected();
    const { texts, handler } = collector();
    void client.subscribe(['a/+', 'a/b', '#'], {}, handler);
    await grant(server);
    server.send(message('a/b', 'hello'));
    await clock.settle();
    expect(texts).toEqual(['hello', 'hello', 'hello']);
  });
});
