import { type Client, type ClientOptions, createClientWith } from '@mqtide/client/internal';
import { MemoryTransport, ScriptedBroker, VirtualClock } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import type { AwsCredentials } from './credentials.ts';
import { iotCoreProfile } from './profile.ts';
import { awsSigV4, type SigV4Options } from './sigv4.ts';
import { EXAMPLE_CREDENTIALS, EXAMPLE_TOKEN, VECTORS } from './testing/vectors.test-helpers.ts';

const NOW = Date.parse('2026-01-15T12:34:56.789Z');
const endpoint = 'a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com';
const attempt = { lastError: undefined, signal: new AbortController().signal };

function helper(options: Partial<SigV4Options> = {}) {
  return awsSigV4({ endpoint, credentials: EXAMPLE_CREDENTIALS, clock: () => NOW, ...options });
}

describe('awsSigV4', () => {
  it.each(VECTORS)(
    'signs vector $id: $what',
    async ({ endpoint: whole, region, date, expiresSeconds, token, query }) => {
      const credentials = { ...EXAMPLE_CREDENTIALS, ...(token && { sessionToken: EXAMPLE_TOKEN }) };
      const { url } = awsSigV4({ endpoint: whole, region, expiresSeconds, credentials, clock: () => Date.parse(date) });
      const expected = `${whole}?${query}`;
      expect(await url(attempt)).toBe(
        token ? `${expected}&X-Amz-Security-Token=${encodeURIComponent(EXAMPLE_TOKEN)}` : expected,
      );
    },
  );

  it('finds the region itself, signs for five minutes, and brings the limits of IoT Core', async () => {
    const { url, brokerProfile } = helper();
    const { searchParams } = new URL(await url(attempt));
    expect(searchParams.get('X-Amz-Credential')).toContain('/us-east-1/iotdevicegateway/');
    expect(searchParams.get('X-Amz-Expires')).toBe('300');
    expect(brokerProfile).toBe(iotCoreProfile);
  });

  it('signs anew for every attempt, with the time of the attempt', async () => {
    let now = NOW;
    const { url } = helper({ clock: () => now, clockOffsetMs: 3_600_000 });
    const first = await url(attempt);
    now += 1_000;
    const second = await url(attempt);
    expect(new URL(first).searchParams.get('X-Amz-Date')).toBe('20260115T133456Z');
    expect(new URL(second).searchParams.get('X-Amz-Date')).toBe('20260115T133457Z');
    expect(new URL(first).searchParams.get('X-Amz-Signature')).not.toBe(
      new URL(second).searchParams.get('X-Amz-Signature'),
    );
  });

  it('pairs a token with the key it was issued with', async () => {
    let issued = 0;
    const provide = (): AwsCredentials => {
      issued += 1;
      return {
        ...EXAMPLE_CREDENTIALS,
        sessionToken: `token${issued}`,
        accessKeyId: `ASIA${issued}`,
        expiration: new Date(NOW + 1_000),
      };
    };
    const { url } = helper({ credentials: provide });
    for (const number of [1, 2, 3]) {
      const { searchParams } = new URL(await url(attempt));
      expect(searchParams.get('X-Amz-Credential')).toContain(`ASIA${number}/`);
      expect(searchParams.get('X-Amz-Security-Token')).toBe(`token${number}`);
    }
  });

  it.each([
    ['no region', { endpoint: 'iot.example.com' }, 'REGION_UNKNOWN'],
    ['an endpoint with a query', { endpoint: `wss://${endpoint}/mqtt?x=1` }, 'INVALID_ARGUMENT'],
    ['no credentials', { credentials: undefined as never }, 'INVALID_ARGUMENT'],
    ['zero seconds', { expiresSeconds: 0 }, 'INVALID_ARGUMENT'],
    ['eight days', { expiresSeconds: 691_200 }, 'INVALID_ARGUMENT'],
    ['part of a second', { expiresSeconds: 0.5 }, 'INVALID_ARGUMENT'],
  ])('refuses %s at once', (_, options, code) => {
    expect(() => helper(options)).toThrow(expect.objectContaining({ name: 'AwsError', code }));
  });
});

/** A client of the helper, on a network in memory. Signing takes longer than a turn, so the test waits for connections. */
function clientOf(options: Partial<SigV4Options>, more: Partial<ClientOptions> = {}) {
  const clock = new VirtualClock();
  const transport = new MemoryTransport({ clock });
  const broker = new ScriptedBroker({ transport, settle: () => clock.settle() });
  const client: Client = createClientWith(
    { ...helper(options), reconnect: { jitter: 'none' }, ...more },
    { transport, clock },
  );
  const failures: unknown[] = [];
  client.on('connectionFailure', ({ error }) => failures.push(error));
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let turns = 0; turns < 500 && !isSo(); turns++) await clock.settle();
    if (!isSo()) throw new Error('it did not come to that');
  };
  return { clock, transport, broker, client, failures, until };
}

describe('a client with awsSigV4', () => {
  it('survives a provider that fails: a typed failure with its cause, and another attempt', async () => {
    const cause = new Error('no network');
    let fails = true;
    const made = clientOf({
      credentials: () => (fails ? Promise.reject(cause) : EXAMPLE_CREDENTIALS),
    });
    const started = made.client.start();
    await made.until(() => made.failures.length > 0);
    expect(made.failures[0]).toMatchObject({
      code: 'URL_FAILED',
      retryable: true,
      cause: { name: 'AwsError', code: 'CREDENTIALS_FAILED', cause },
    });
    fails = false;
    await made.clock.advanceToNextWake();
    await made.until(() => made.transport.connections.length > 0);
    await (await made.broker.nextConnection()).acceptClient();
    await started;
    await made.client.stop();
  });

  it('signs another URL for the second attempt, and tells neither', async () => {
    let now = NOW;
    const made = clientOf({ clock: () => now, credentials: { ...EXAMPLE_CREDENTIALS, sessionToken: EXAMPLE_TOKEN } });
    const told: string[] = [];
    made.client.on('attemptingConnect', ({ url }) => told.push(url));
    const started = made.client.start();
    await made.until(() => made.transport.connections.length === 1);
    (await made.broker.nextConnection()).wire.refuse();
    await made.clock.settle();
    now += 2_000;
    await made.clock.advanceToNextWake();
    await made.until(() => made.transport.connections.length === 2);
    const urls = made.transport.connections.map(({ url }) => new URL(url).searchParams.get('X-Amz-Date'));
    expect(urls).toEqual(['20260115T123456Z', '20260115T123458Z']);
    expect(told).toEqual([`wss://${endpoint}/mqtt`, `wss://${endpoint}/mqtt`]);
    expect(JSON.stringify([made.failures, made.client.state])).not.toMatch(/X-Amz|Signature|AQoD/);
    await (await made.broker.nextConnection()).acceptClient();
    await started;
    await made.client.stop();
  });

  it('asks a provider that hangs again with the next attempt', async () => {
    let hangs = true;
    const made = clientOf({ credentials: () => (hangs ? new Promise(() => {}) : EXAMPLE_CREDENTIALS) });
    const started = made.client.start();
    await made.clock.advance(15_000);
    expect(made.failures).toMatchObject([{ code: 'CONNECT_TIMEOUT' }]);
    hangs = false;
    await made.clock.advanceToNextWake();
    await made.until(() => made.transport.connections.length === 1);
    await (await made.broker.nextConnection()).acceptClient();
    await started;
    await made.client.stop();
  });
});
