import { describe, expect, it } from 'vitest';
import { resolveOptions } from './resolve-options.ts';

const url = 'ws://broker.test';
const begin = (): never => {
  throw new Error('not asked');
};

/** What callers without types pass, by the name that the error has to say. */
const WRONG: readonly (readonly [string, unknown])[] = [
  ['url', { url: undefined }],
  ['url', { url: 5 }],
  ['url', { url: 'https://broker.test' }],
  ['protocolVersion', { protocolVersion: 3 }],
  ['clientId', { clientId: 5 }],
  ['clientId', { clientId: '\uD800' }],
  ['credentials.username', { credentials: { username: '\0' } }],
  ['credentials.password', { credentials: { password: 5 } }],
  ['credentials.password', { protocolVersion: 4, credentials: { password: 'x' } }],
  ['keepAliveSeconds', { keepAliveSeconds: -1 }],
  ['keepAliveSeconds', { keepAliveSeconds: 70_000 }],
  ['connectTimeoutMs', { connectTimeoutMs: 0 }],
  ['pingTimeoutMs', { pingTimeoutMs: '5' }],
  ['ackTimeoutMs', { ackTimeoutMs: Number.NaN }],
  ['session.behavior', { session: { behavior: 'x' } }],
  ['session.expirySeconds', { session: { expirySeconds: -1 } }],
  ['session.expirySeconds', { session: { expirySeconds: 1e12 } }],
  ['session.onLost', { session: { onLost: 'x' } }],
  ['reconnect.minDelayMs', { reconnect: { minDelayMs: -1 } }],
  ['reconnect.minDelayMs', { reconnect: { minDelayMs: 5, maxDelayMs: 4 } }],
  ['reconnect.minDelayMs', { reconnect: { maxDelayMs: 500 } }],
  ['reconnect.jitter', { reconnect: { jitter: 'x' } }],
  ['offlineQueue.behavior', { offlineQueue: { behavior: 'x' } }],
  ['offlineQueue.maxBytes', { offlineQueue: { maxBytes: -1 } }],
  ['topicAliasing.inboundMaximum', { topicAliasing: { inboundMaximum: 70_000 } }],
  ['limits.receiveMaximum', { limits: { receiveMaximum: 0 } }],
  ['limits.maximumPacketSize', { limits: { maximumPacketSize: 1e12 } }],
  ['will.topic', { will: {} }],
  ['will.topic', { will: { topic: 'a/#' } }],
  ['will.qos', { will: { topic: 'a', qos: 3 } }],
  ['will.payload', { will: { topic: 'a', payload: new Uint8Array(70_000) } }],
  ['will.properties.willDelayInterval', { will: { topic: 'a', properties: { willDelayInterval: -1 } } }],
  ['connectProperties.userProperties', { connectProperties: { userProperties: [['a']] } }],
  ['connectProperties.bogus', { connectProperties: { bogus: 1 } }],
  ['authentication', { authentication: {} }],
  ['authentication', { authentication: { begin } }],
  ['authentication', { protocolVersion: 4, authentication: { method: 'M', begin } }],
  ['authentication.method', { authentication: { method: 5, begin } }],
  ['redirect.allow', { redirect: {} }],
  ['webSocket', { webSocket: 5 }],
];

describe('an option that is wrong', () => {
  it.each(WRONG)('is named: %s', (name, options) => {
    expect(() => resolveOptions({ url, ...(options as object) } as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(`\`${name}\``) }),
    );
  });
});
