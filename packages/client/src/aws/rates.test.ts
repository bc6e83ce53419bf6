import { encode } from '@mqtide/codec';
import { type Client, type ClientOptions, createClientWith } from '@mqtide/client/internal';
import { createPair, type Pair } from '@mqtide/testkit';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsCognito } from './cognito.ts';
import { awsCustomAuthorizer } from './custom-authorizer.ts';
import { iotCoreProfile } from './profile.ts';
import { awsSigV4 } from './sigv4.ts';
import { EXAMPLE_CREDENTIALS } from './testing/vectors.test-helpers.ts';

/*
 * The rates of IoT Core, as a client has them that is made with one of the helpers: from the signed URL to the broker, on
 * a virtual clock.
 */
const endpoint = 'a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com';
const HELPERS = {
  awsSigV4: () => awsSigV4({ endpoint, credentials: EXAMPLE_CREDENTIALS }),
  awsCognito: () => awsCognito({ endpoint, identityId: 'us-east-1:00000000-1111-2222-3333-444444444444' }),
  awsCustomAuthorizer: () => awsCustomAuthorizer({ endpoint, username: 'u', authorizerName: 'gate' }),
};

/** What Cognito answers. */
const issued = {
  IdentityId: 'us-east-1:00000000-1111-2222-3333-444444444444',
  Credentials: { AccessKeyId: 'ASIA1', SecretKey: 's', SessionToken: 't', Expiration: Date.now() / 1_000 + 3_600 },
};

let pair: Pair;
const answerAsCognito = () => vi.stubGlobal('fetch', async () => new Response(JSON.stringify(issued)));
// What the helpers, and the packages they stand on, load with the first attempt comes in the browser's own time, and the
// clock of the test stands still: so each makes a URL before.
beforeAll(async () => {
  answerAsCognito();
  const context = { attempt: 1, lastError: undefined, signal: new AbortController().signal };
  for (const make of Object.values(HELPERS)) await make().url(context);
});
beforeEach(() => {
  pair = createPair();
  answerAsCognito();
});
afterEach(() => vi.unstubAllGlobals());

const received = (type: string) =>
  pair.broker.traffic.filter(({ packet, direction }) => direction === 'received' && packet.type === type);

/** Signing takes longer than a turn, so it is waited for, while the clock goes on only if `goOn` says so. */
async function until(isSo: () => boolean, goOn = false): Promise<void> {
  for (let turns = 0; turns < 2_000 && !isSo(); turns++)
    await (goOn && pair.clock.nextWakeAt !== undefined ? pair.clock.advance(10) : pair.clock.settle());
  if (!isSo()) throw new Error('it did not come to that');
}

async function started(client: Client, goOn = false): Promise<void> {
  let isConnected = false;
  const done = client.start().then(() => (isConnected = true));
  await until(() => isConnected, goOn);
  await done;
}

/** The most that happened within any second, wherever it begins. */
function mostInASecond(events: readonly { readonly at: number; readonly amount: number }[]): number {
  return Math.max(
    ...events.map(({ at: from }) =>
      events.reduce((sum, { at, amount }) => sum + (at >= from && at < from + 1_000 ? amount : 0), 0),
    ),
  );
}

describe.each(Object.keys(HELPERS) as (keyof typeof HELPERS)[])('a client of %s', (name) => {
  const create = (options: Partial<ClientOptions> = {}): Client =>
    createClientWith({ ...HELPERS[name](), clientId: 'tab', ...options }, pair);

  it('publishes at most 512 KiB in any second, loses nothing, and needs no longer than that', async () => {
    const client = create();
    await started(client);
    const begin = pair.clock.now();
    const all = Array.from({ length: 40 }, () => client.publish('a', new Uint8Array(65_536), { qos: 1 }));
    await pair.clock.advance(10_000);
    expect(await Promise.all(all)).toHaveLength(40);
    const events = received('publish').map(({ at, packet }) => ({ at, amount: encode(packet, 5).length }));
    expect(events).toHaveLength(40);
    expect(mostInASecond(events)).toBeLessThanOrEqual(524_288);
    expect((events.at(-1)?.at ?? 0) - begin).toBeLessThan(6_000);
  });

  it('publishes as fast as it can when that is switched off', async () => {
    const { bytesPerSecond: _, ...brokerProfile } = iotCoreProfile;
    const client = create({ brokerProfile });
    await started(client);
    const all = Array.from({ length: 40 }, () => client.publish('a', new Uint8Array(65_536), { qos: 1 }));
    await pair.clock.advance(1_000);
    expect(await Promise.all(all)).toHaveLength(40);
  });

  it('connects once a second, however often it is started and stopped', async () => {
    const client = create();
    for (let count = 0; count < 4; count++) {
      await started(client, true);
      await client.stop();
    }
    const times = received('connect').map(({ at }) => at);
    expect(times).toHaveLength(4);
    for (const [index, at] of times.slice(1).entries())
      expect(at - (times[index] as number)).toBeGreaterThanOrEqual(1_000);
  });

  it('connects once a second when connections are lost at once, whatever `reconnect` says', async () => {
    const client = create({ reconnect: { minDelayMs: 1, maxDelayMs: 1 } });
    await started(client);
    for (let count = 2; count < 5; count++) {
      pair.transport.last.drop(1006);
      await until(() => received('connect').length === count, true);
    }
    const times = received('connect').map(({ at }) => at);
    for (const [index, at] of times.slice(1).entries())
      expect(at - (times[index] as number)).toBeGreaterThanOrEqual(1_000);
    await client.stop();
  });
});
