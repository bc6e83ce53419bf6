import { describe, expect, it } from 'vitest';
import { pieces } from './in-parts.ts';
import { connected, watch } from './testing/set-up.test-helpers.ts';
import { grant } from './testing/subscriptions.test-helpers.ts';

const FILTERS = ['a', 'b', 'c', 'd', 'e'];
const options = { brokerProfile: { filtersPerSubscribe: 2 } };

it('pieces are as large as they may be', () => {
  expect(pieces(FILTERS, 2)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(pieces(FILTERS, 5)).toEqual([FILTERS]);
  expect(pieces(FILTERS, Number.POSITIVE_INFINITY)).toEqual([FILTERS]);
  expect(pieces([], 2)).toEqual([]);
});

describe('filtersPerSubscribe', () => {
  it('makes several SUBSCRIBEs of one, and one result of their answers', async () => {
    const { client, server } = await connected(options);
    const subscribing = client.subscribe(FILTERS);
    const sent = [await grant(server), await grant(server, [0x87, 1]), await grant(server)];
    expect(sent.map(({ subscriptions }) => subscriptions.map(({ filter }) => filter))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e'],
    ]);
    const group = await subscribing;
    expect(group.subscriptions.map(({ filter, grantedQos }) => [filter, grantedQos])).toEqual([
      ['a', 0],
      ['b', 0],
      ['d', 1],
      ['e', 0],
    ]);
    expect(group.refused).toEqual([{ filter: 'c', reasonCode: 0x87 }]);
  });

  it('takes back what was granted when a part fails', async () => {
    const { client, server, clock } = await connected({ ...options, ackTimeoutMs: 1_000 });
    const subscribing = watch(client.subscribe(['a', 'b', 'c']));
    await grant(server);
    await server.expectPacket('subscribe');
    await clock.advance(1_000);
    expect(subscribing.code).toBe('ACK_TIMEOUT');
    expect([await server.expectPacket('unsubscribe'), await server.expectPacket('unsubscribe')]).toMatchObject([
      { filters: ['a', 'b'] },
      { filters: ['c'] },
    ]);
  });

  it('rejects when every filter is refused', async () => {
    const { client, server, clock } = await connected(options);
    const subscribing = watch(client.subscribe(['a', 'b', 'c']));
    await grant(server, [0x87, 0x87]);
    await grant(server, [0x87]);
    await clock.settle();
    expect(subscribing.code).toBe('SUBSCRIBE_REFUSED');
  });
});
