import { describe, expect, it } from 'vitest';
import type { ClientOptions } from './options.ts';
import { checkUrl, publicUrl, resolveOptions } from './resolve-options.ts';

const url = 'wss://broker.example/mqtt';

/** What callers without types pass. */
const untyped = (options: unknown): ClientOptions => ({ url, ...(options as object) });

const refusal = expect.objectContaining({ name: 'MqttError', code: 'INVALID_ARGUMENT', retryable: false });

describe('the defaults', () => {
  const resolved = resolveOptions({ url });

  it.each<[string, unknown]>([
    ['protocolVersion', 5],
    ['clientIdGiven', false],
    ['keepAliveSeconds', 60],
    ['connectTimeoutMs', 15_000],
    ['pingTimeoutMs', 10_000],
    ['ackTimeoutMs', 60_000],
    // The session knows what that means in each version: 'rejoinPostSuccess', or 'clean' in 3.1.1 without `clientId`.
    ['session', { expirySeconds: 300, onLost: 'republishQos1' }],
    ['reconnect', { minDelayMs: 1_000, maxDelayMs: 120_000, jitter: 'full', minConnectedTimeToResetMs: 30_000 }],
    [
      'offlineQueue',
      {
        behavior: 'failQos0PublishOnDisconnect',
        maxOperations: 10_000,
        maxBytes: 16 * 1_024 * 1_024,
        maxAgeMs: 300_000,
        overflow: 'reject',
      },
    ],
    ['topicAliasing', { outbound: 'lru', outboundMaximum: 16, inboundMaximum: 16 }],
    ['limits', { receiveMaximum: 256, maximumPacketSize: 16 * 1_024 * 1_024 }],
    ['credentialsChange', false],
    ['urlChanges', false],
  ])('%s is %j', (name, value) => {
    expect(resolved[name as keyof typeof resolved]).toEqual(value);
  });

  it('have no will and no properties', () => {
    expect(resolved).not.toHaveProperty('will');
    expect(resolved).not.toHaveProperty('connectProperties');
  });

  it('make a client identifier that every server accepts, another one for each client [MQTT-3.1.3-5]', () => {
    const identifiers = Array.from({ length: 100 }, () => resolveOptions({ url }).clientId);
    for (const clientId of identifiers) expect(clientId).toMatch(/^[0-9A-Za-z]{22}$/);
    expect(new Set(identifiers).size).toBe(100);
  });

  it('hold for each part that is left out, or undefined', () => {
    const partial = resolveOptions(
      untyped({
        protocolVersion: undefined,
        keepAliveSeconds: undefined,
        connectTimeoutMs: undefined,
        session: { behavior: 'clean', expirySeconds: undefined },
        reconnect: { minDelayMs: 50, maxDelayMs: undefined },
        offlineQueue: { maxAgeMs: undefined, behavior: undefined },
        limits: { receiveMaximum: undefined },
      }),
    );
    expect(partial).toMatchObject({
      protocolVersion: 5,
      keepAliveSeconds: 60,
      connectTimeoutMs: 15_000,
      session: { behavior: 'clean', expirySeconds: 300, onLost: 'republishQos1' },
      reconnect: { ...resolved.reconnect, minDelayMs: 50 },
      offlineQueue: resolved.offlineQueue,
      limits: resolved.limits,
    });
  });

  it('can be switched off where `false` or 0 says so', () => {
    expect(resolveOptions({ url, reconnect: false, keepAliveSeconds: 0 })).toMatchObject({
      reconnect: false,
      keepAliveSeconds: 0,
    });
  });
});

describe('options', () => {
  it('are taken as they are given', () => {
    const given = {
      protocolVersion: 4,
      clientId: 'me',
      keepAliveSeconds: 10,
      connectTimeoutMs: 1,
      session: { behavior: 'rejoinAlways', expirySeconds: 0xffff_ffff, onLost: 'fail' },
      reconnect: { minDelayMs: 0, maxDelayMs: 10, jitter: 'none', minConnectedTimeToResetMs: 0 },
      offlineQueue: {
        behavior: 'failAllOnDisconnect',
        maxOperations: 0,
        maxBytes: 0,
        maxAgeMs: Number.POSITIVE_INFINITY,
      },
      limits: { receiveMaximum: 1, maximumPacketSize: 100 },
    } as const;
    expect(resolveOptions({ url, ...given })).toMatchObject({ ...given, clientIdGiven: true });
  });

  it('are never changed', () => {
    const options = Object.freeze({
      url: Object.freeze(new URL('wss://broker.example/mqtt#fragment')),
      session: Object.freeze({ behavior: 'clean' as const }),
      reconnect: Object.freeze({ minDelayMs: 5 }),
      will: Object.freeze({ topic: 'gone' }),
    });
    resolveOptions(options);
    expect(options.url.hash).toBe('#fragment');
  });

  it('say whether another attempt may come with another URL or other credentials', () => {
    expect(resolveOptions({ url: () => url, credentials: () => ({}) })).toMatchObject({
      urlChanges: true,
      credentialsChange: true,
    });
  });

  it('move the keep alive into the range of a profile, and leave the rest to be refused', () => {
    const range = { brokerProfile: { keepAliveSeconds: { minimum: 30, maximum: 1_200 } } };
    const seconds = (keepAliveSeconds: number, profile = range) =>
      resolveOptions({ url, keepAliveSeconds, ...profile }).keepAliveSeconds;
    expect([0, 1, 30, 60, 1_200, 1_201].map((value) => seconds(value))).toEqual([1_200, 30, 30, 60, 1_200, 1_200]);
    expect(seconds(0, { brokerProfile: {} } as never)).toBe(0);
  });

  it('are held against a profile: client identifier and will', () => {
    const brokerProfile = {
      name: 'Some Service',
      maximumClientIdBytes: 4,
      maximumQoS: 1,
      maximumTopicLevels: 2,
    } as const;
    const thrown = (options: Partial<ClientOptions>) => {
      try {
        return resolveOptions({ url, clientId: 'me', brokerProfile, ...options });
      } catch (error) {
        return error;
      }
    };
    expect(thrown({})).not.toBeInstanceOf(Error);
    expect(thrown({ clientId: 'üüü' })).toMatchObject({ code: 'LIMIT_EXCEEDED', retryable: false });
    expect(thrown({ will: { topic: 'a', qos: 2 } })).toMatchObject({ code: 'UNSUPPORTED_BY_SERVER' });
    expect(thrown({ will: { topic: 'a/b/c' } })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: 'This exceeds a limit of the service: 3 levels of topic, Some Service takes 2.',
    });
  });

  it('may hold a will, whose payload is copied', () => {
    const payload = Uint8Array.of(1, 2, 3);
    const { will } = resolveOptions({ url, will: { topic: 'gone', payload: payload.subarray(1), qos: 1 } });
    payload.fill(9);
    expect(will).toEqual({ topic: 'gone', payload: Uint8Array.of(2, 3), qos: 1, retain: false });
    expect(resolveOptions({ url, will: { topic: 'gone' } }).will?.payload).toHaveLength(0);
  });

  it('let 3.1.1 do without the properties of a will, which it cannot send', () => {
    const will = { topic: 'gone', properties: { willDelayInterval: 5 } };
    expect(() => resolveOptions({ url, protocolVersion: 4, will })).not.toThrow();
  });
});

describe('createClient refuses at once', () => {
  it.each<[string, unknown]>([
    ['no URL', { url: undefined }],
    ['a URL without a scheme', { url: 'broker.example/mqtt' }],
    ['a URL for pages', { url: 'https://broker.example/mqtt' }],
    ['a URL for MQTT over TCP', { url: 'mqtts://broker.example' }],
    ['an empty URL', { url: '' }],
    ['another version', { protocolVersion: 3 }],
    ['a version as text', { protocolVersion: '5' }],
    ['a negative keep alive', { keepAliveSeconds: -1 }],
    ['a keep alive over 65,535', { keepAliveSeconds: 65_536 }],
    ['a fraction of a second', { keepAliveSeconds: 0.5 }],
    ['a keep alive as text', { keepAliveSeconds: '60' }],
    ['a timeout of 0', { connectTimeoutMs: 0 }],
    ['no number', { pingTimeoutMs: Number.NaN }],
    ['a negative timeout', { ackTimeoutMs: -1 }],
    ['a timeout as text', { ackTimeoutMs: '60000' }],
    ['a receive maximum of 0', { limits: { receiveMaximum: 0 } }],
    ['a receive maximum over 65,535', { limits: { receiveMaximum: 65_536 } }],
    ['a packet size of 0', { limits: { maximumPacketSize: 0 } }],
    ['an expiry over 32 bits', { session: { expirySeconds: 2 ** 32 } }],
    ['a misspelt session behavior', { session: { behavior: 'rejoin' } }],
    ['a misspelt policy for a lost session', { session: { onLost: 'again' } }],
    ['a rate of 0', { brokerProfile: { publishesPerSecond: 0 } }],
    ['a limit that is no number', { brokerProfile: { maximumTopicBytes: Number.NaN } }],
    ['a misspelt jitter', { reconnect: { jitter: 'some' } }],
    ['a misspelt overflow', { offlineQueue: { overflow: 'dropAll' } }],
    ['a misspelt way of choosing aliases', { topicAliasing: { outbound: 'fifo' } }],
    ['a timeout without end', { ackTimeoutMs: Number.POSITIVE_INFINITY }],
    ['a misspelt offline behavior', { offlineQueue: { behavior: 'failAll' } }],
    ['a delay that is no number', { reconnect: { minDelayMs: Number.NaN } }],
    ['a delay as text', { reconnect: { maxDelayMs: '5000' } }],
    ['a negative queue', { offlineQueue: { maxOperations: -1 } }],
    ['a client identifier that is no text', { clientId: 7 }],
    ['a client identifier with U+0000', { clientId: 'a\u0000b' }],
    ['a client identifier over 65,535 bytes', { clientId: 'x'.repeat(65_536) }],
    ['a user name with a lone surrogate', { credentials: { username: '\uD800' } }],
    ['a user name that is no text', { credentials: { username: 7 } }],
    ['a password that is neither text nor bytes', { credentials: { password: 7 } }],
    ['a password over 65,535 bytes', { credentials: { password: 'x'.repeat(65_536) } }],
    ['a password without a user name in 3.1.1', { protocolVersion: 4, credentials: { password: 'x' } }],
    ['an empty client identifier that is to be met again in 3.1.1', { protocolVersion: 4, clientId: '' }],
    ['a will with a wildcard', { will: { topic: 'a/#' } }],
    ['a will without a topic', { will: {} }],
    ['a will with QoS 3', { will: { topic: 'a', qos: 3 } }],
    ['a will over 65,535 bytes', { will: { topic: 'a', payload: 'x'.repeat(65_536) } }],
    ['a will with a payload that cannot be sent', { will: { topic: 'a', payload: () => 1 } }],
    ['a will with a wrong property', { will: { topic: 'a', properties: { willDelayInterval: -1 } } }],
    ['a user property that is no pair', { connectProperties: { userProperties: [['only a name']] } }],
  ])('%s', (_, options) => {
    expect(() => resolveOptions(untyped(options))).toThrowError(refusal);
  });

  it('a wrong URL, and tells nothing of its query or its password', () => {
    for (const wrong of ['broker.example?token=SECRET', 'http://user:SECRET@broker.example/?token=SECRET']) {
      const error = thrownBy(() => resolveOptions({ url: wrong }));
      expect(JSON.stringify(allOf(error))).not.toContain('SECRET');
    }
  });

  it('a password that cannot be sent, and does not tell it', () => {
    const error = thrownBy(() =>
      resolveOptions({ url, credentials: { username: 'SECRET\uD800', password: 'SECRET' } }),
    );
    expect(JSON.stringify(allOf(error))).not.toContain('SECRET');
  });
});

describe('checkUrl', () => {
  it('takes text and URL objects, and cuts off the fragment, which a WebSocket refuses', () => {
    expect(checkUrl('ws://broker.example:9001/mqtt?a=b#c')).toBe('ws://broker.example:9001/mqtt?a=b');
    expect(checkUrl(new URL('wss://broker.example'))).toBe('wss://broker.example/');
  });
});

describe('publicUrl', () => {
  it('is origin and path only', () => {
    expect(publicUrl('wss://user:password@broker.example:8443/mqtt/x?X-Amz-Signature=s')).toBe(
      'wss://broker.example:8443/mqtt/x',
    );
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Everything an error says, hidden fields and causes included. */
function allOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const fields = Object.getOwnPropertyNames(error).map((name) => [
    name,
    (error as never as Record<string, unknown>)[name],
  ]);
  return [String(error), fields.map(([name, value]) => [name, allOf(value)])];
}
