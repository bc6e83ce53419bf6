import type { PublishPacket, SubscriptionRequest } from '@mqtide/codec';
import type { ScriptedConnection } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import type { SubscribeOptions } from './subscribe.ts';
import type { Subscription } from './subscription.ts';
import { connected, reconnected, type SetUp } from './testing/set-up.test-helpers.ts';
import { collector, confirm, grant, message, reliable } from './testing/subscriptions.test-helpers.ts';

interface Subscribed {
  readonly texts: string[];
  readonly subscription: Subscription;
  readonly identifier: number | undefined;
  readonly request: SubscriptionRequest | undefined;
}

type World = SetUp & {
  readonly server: ScriptedConnection;
  subscribe(filter: string, options?: SubscribeOptions): Promise<Subscribed>;
  /** Sends copies of a message to `a/b`, with these identifiers. */
  send(text: string, ...copies: (readonly (number | undefined)[])[]): Promise<void>;
};

const copy = (text: string, identifiers: readonly (number | undefined)[], retain = false): PublishPacket => {
  const named = identifiers.filter((identifier) => identifier !== undefined);
  return {
    ...message('a/b', text),
    retain,
    ...(named.length > 0 && { properties: { subscriptionIdentifier: named } }),
  };
};

const each = (count: number, texts: readonly string[]): unknown => Array.from({ length: count }, () => texts);

async function world(...args: Parameters<typeof connected>): Promise<World> {
  const made = await connected(...args);
  const { client, server, clock } = made;
  return {
    ...made,
    async subscribe(filter, options = {}) {
      const { texts, handler } = collector();
      const subscribed = client.subscribe(filter, options, handler);
      const { properties, subscriptions } = await grant(server);
      const identifier = properties?.subscriptionIdentifier;
      return { texts, identifier, request: subscriptions[0], subscription: await subscribed };
    },
    async send(text, ...copies) {
      server.send(...copies.map((identifiers) => copy(text, identifiers)));
      await clock.settle();
    },
  };
}

describe('a subscription identifier', () => {
  it('is asked for where filters overlap, and nowhere else', async () => {
    const { subscribe } = await world();
    const identifiers: [string, boolean][] = [];
    for (const filter of ['a/b', 'c/+', 'd/#', 'e', '+/b', '#', 'a/b', 'c/d', 'd', '$share/g/e', 'x/y'])
      identifiers.push([filter, (await subscribe(filter)).identifier !== undefined]);
    expect(identifiers.filter(([, has]) => !has).map(([filter]) => filter)).toEqual(['a/b', 'c/+', 'd/#', 'e']);
  });

  it.each<[string, Parameters<typeof connected>]>([
    ['does not offer them', [{}, { properties: { subscriptionIdentifierAvailable: false } }]],
    ['speaks 3.1.1', [{ protocolVersion: 4 }, {}]],
  ])('is not asked for, and filters are compared, when the server %s [SEC-3.2.2.3.12-a]', async (_, args) => {
    const { subscribe, send } = await world(...args);
    const [first, second] = [await subscribe('a/b'), await subscribe('a/#')];
    expect([first.identifier, second.identifier]).toEqual([undefined, undefined]);
    await send('1', []);
    expect([first.texts, second.texts]).toEqual([['1'], ['1']]);
  });
});

describe('overlapping filters: a message reaches each handler once', () => {
  it('when the server sends one copy that names all [MQTT-3.3.4-4]', async () => {
    const { subscribe, send } = await world();
    const [first, second, third] = [await subscribe('a/b'), await subscribe('a/#'), await subscribe('#')];
    for (const text of ['1', '2']) await send(text, [second.identifier, third.identifier]);
    expect([first.texts, second.texts, third.texts]).toEqual(each(3, ['1', '2']));
  });

  it('when the server sends a copy for each', async () => {
    const { subscribe, send } = await world();
    const all = [await subscribe('a/b'), await subscribe('a/#'), await subscribe('#')];
    for (const text of ['1', '2', '2', '3']) await send(text, ...all.map(({ identifier }) => [identifier]));
    expect(all.map(({ texts }) => texts)).toEqual(each(3, ['1', '2', '2', '3']));
  });

  it('when the server sends one copy and names one of them, as mosquitto does', async () => {
    const { subscribe, send } = await world();
    const [first, second] = [await subscribe('a/b'), await subscribe('a/#')];
    for (const text of ['1', '1', '2']) await send(text, []);
    for (const text of ['3', '3']) await send(text, [second.identifier]);
    expect([first.texts.length, second.texts.length]).toEqual([5, 5]);
  });

  it('when the identifiers are those of an earlier page', async () => {
    const { subscribe, send } = await world();
    const [first, second] = [await subscribe('a/b'), await subscribe('a/#')];
    const unknown = ((second.identifier ?? 0) + 77) % 268_435_455;
    for (const text of ['1', '2']) await send(text, [unknown], [unknown, second.identifier]);
    expect([first.texts, second.texts]).toEqual(each(2, ['1', '1', '2', '2']));
  });

  it('copies of QoS 1 are all acknowledged', async () => {
    const { subscribe, server } = await world();
    const all = [await subscribe('a/b', { qos: 1 }), await subscribe('a/#', { qos: 1 })];
    const [first, second] = all.map(({ identifier }, index) => ({
      ...copy('1', [identifier]),
      qos: 1 as const,
      packetId: index + 1,
    }));
    server.send(first as PublishPacket, second as PublishPacket);
    await server.expectPacket('puback', { packetId: 1 });
    await server.expectPacket('puback', { packetId: 2 });
    expect(all.map(({ texts }) => texts)).toEqual([['1'], ['1']]);
  });

  it('a subscription that was made again has the new identifier; the old one, on its way, does no harm', async () => {
    const { subscribe, send, server } = await world();
    await subscribe('#');
    const before = await subscribe('a/b');
    void before.subscription.unsubscribe();
    await confirm(server);
    const after = await subscribe('a/b');
    expect(after.identifier).not.toBe(before.identifier);
    await send('1', [before.identifier]);
    await send('2', [after.identifier]);
    expect([before.texts, after.texts]).toEqual([[], ['1', '2']]);
  });

  it('after a lost session, with the same identifiers, a filter at a time', async () => {
    const made = await world();
    const all = [await made.subscribe('a/b'), await made.subscribe('a/#'), await made.subscribe('c')];
    made.server.close();
    const next = await reconnected(made);
    const renewed = [await grant(next), await grant(next), await next.expectNothing()];
    expect(renewed.slice(0, 2)).toMatchObject([
      { subscriptions: [{ filter: 'a/b' }, { filter: 'c' }] },
      { subscriptions: [{ filter: 'a/#' }], properties: { subscriptionIdentifier: all[1]?.identifier } },
    ]);
    for (const text of ['1', '2', '3']) next.send(copy(text, []), copy(text, [all[1]?.identifier]));
    await made.clock.settle();
    expect([all[0]?.texts, all[1]?.texts]).toEqual(each(2, ['1', '2', '3']));
  });
});

describe('retained messages of a new subscription', () => {
  it('do not reach the others that match', async () => {
    const { subscribe, server, clock } = await world();
    const first = await subscribe('a/b');
    server.send(copy('kept', [], true));
    const second = await subscribe('a/#');
    server.send(copy('kept', [second.identifier], true));
    const third = await subscribe('a/b');
    server.send(copy('kept', [third.identifier], true));
    await clock.settle();
    expect([first.texts, second.texts, third.texts]).toEqual([['kept'], ['kept'], ['kept']]);
  });

  it('reach all of a filter after a lost session', async () => {
    const made = await world();
    const [first, second] = [await made.subscribe('a/b'), await made.subscribe('a/b')];
    made.server.close();
    const next = await reconnected(made);
    const { properties } = await grant(next);
    next.send(copy('kept', [properties?.subscriptionIdentifier], true));
    await made.clock.settle();
    expect([first.texts, second.texts]).toEqual([['kept'], ['kept']]);
  });

  it('are not told from others with `retainAsPublished`', async () => {
    const { subscribe, server, clock } = await world();
    const first = await subscribe('a/b', { retainAsPublished: true });
    const second = await subscribe('a/b');
    server.send(copy('live', [second.identifier], true));
    await clock.settle();
    expect([first.texts, second.texts]).toEqual([['live'], ['live']]);
  });
});

describe('shared subscriptions', () => {
  it('beside one of its own, a client gets each message for whom it is, whether the server sends copies or not', async () => {
    const { subscribe, send } = await world();
    const [own, shared] = [await subscribe('a/b'), await subscribe('$share/g/a/b')];
    await send('for others', []);
    await send('one copy', [shared.identifier]);
    await send('for others', []);
    expect(own.texts).toEqual(['for others', 'one copy', 'for others']);
    expect(shared.texts).toEqual(['one copy']);
  });

  it('beside others, each gets the copies for it once, in whatever order they come', async () => {
    const { subscribe, send } = await world();
    const [own, shared] = [await subscribe('a/b'), await subscribe('$share/g/a/b')];
    const [other, wider] = [await subscribe('$share/h/a/+'), await subscribe('a/#')];
    const all = [own, shared, other, wider];
    for (const { identifier } of all) await send('1', identifier === undefined ? [] : [identifier]);
    expect(all.map(({ texts }) => texts)).toEqual([['1'], ['1'], ['1'], ['1']]);
    for (const { identifier } of [...all].reverse()) await send('2', identifier === undefined ? [] : [identifier]);
    expect(all.map(({ texts }) => texts)).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
    ]);
  });

  it('of which a copy comes first, before it is known that there are copies', async () => {
    const { subscribe, send } = await world();
    const [shared, own] = [await subscribe('$share/g/a/b'), await subscribe('a/b')];
    await send('1', [own.identifier]);
    await send('2', []);
    await send('2', [own.identifier]);
    await send('3', []);
    await send('3', [own.identifier]);
    expect([own.texts, shared.texts]).toEqual([
      ['1', '2', '3'],
      ['2', '3'],
    ]);
  });
});

describe('several subscriptions with one filter', () => {
  it('ask for the highest QoS, and keep it until the last one ends', async () => {
    const { subscribe, server, client, clock } = await world();
    const first = await subscribe('a/b', { qos: 2 });
    const second = await subscribe('a/b', { qos: 0 });
    expect([first.request?.qos, second.request?.qos, second.subscription.grantedQos]).toEqual([2, 2, 2]);
    const third = await subscribe('a/b', { qos: 1 });
    void first.subscription.unsubscribe();
    await server.expectNothing();
    expect((await subscribe('a/b', { qos: 0 })).request?.qos).toBe(1);
    expect(third.subscription.grantedQos).toBe(1);
    const group = client.subscribe([{ filter: 'x', qos: 2 }, { filter: 'x', qos: 0 }, 'x']);
    const { subscriptions } = await grant(server);
    await clock.settle();
    expect(subscriptions.map(({ qos }) => qos)).toEqual([2, 2, 2]);
    expect((await group).subscriptions).toHaveLength(3);
  });

  it('the first one gets the higher QoS of the second, and is told', async () => {
    const { subscribe, server } = await world();
    const first = await subscribe('a/b', { qos: 0 });
    const second = await subscribe('a/b', { qos: 1 });
    expect([first.subscription.grantedQos, second.subscription.grantedQos]).toEqual([1, 1]);
    server.send(reliable(7, 'a/b'));
    await server.expectPacket('puback', { packetId: 7 });
    expect([first.texts, second.texts]).toEqual([['7'], ['7']]);
  });

  it('leave out what the client publishes itself only if all want that', async () => {
    const { subscribe } = await world();
    expect((await subscribe('a', { noLocal: true })).request?.noLocal).toBe(true);
    expect((await subscribe('a', { noLocal: true })).request?.noLocal).toBe(true);
    expect((await subscribe('a')).request?.noLocal).toBe(false);
    expect((await subscribe('a', { noLocal: true })).request?.noLocal).toBe(false);
  });

  it('survive a lost session with the highest QoS', async () => {
    const made = await world();
    await made.subscribe('a/b', { qos: 2 });
    await made.subscribe('a/b', { qos: 0 });
    made.server.close();
    const { subscriptions } = await grant(await reconnected(made));
    expect(subscriptions).toMatchObject([{ filter: 'a/b', qos: 2 }]);
  });
});
