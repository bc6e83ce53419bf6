import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { Clock } from '../cloud/clock.ts';
import { LIMITS } from '../limits.ts';
import { type Authorizer, type AuthorizerEvent, type AuthorizerInputs, askAuthorizer } from './authorizer.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const signatureOf = (token: string): string => sign('RSA-SHA256', Buffer.from(token), privateKey).toString('base64');

function account(more: Partial<Authorizer> = {}, defaultAuthorizer?: string) {
  const events: AuthorizerEvent[] = [];
  const authorizer: Authorizer = {
    decide(event) {
      events.push(event);
      return { isAuthenticated: event.protocolData.mqtt.password !== 'd3Jvbmc=', principalId: 'someone' };
    },
    ...more,
  };
  const authorizers = {
    authorizers: new Map([['gate', authorizer]]),
    defaultAuthorizer,
    allowsAuthorizerOverride: true,
    limits: LIMITS,
    clock: new Clock(),
  };
  return { authorizers, events };
}

const inputs = (more: Partial<AuthorizerInputs>): AuthorizerInputs => ({
  connectionId: 'c1',
  headers: {},
  queryString: '',
  clientId: 'me',
  ...more,
});

const encoded = encodeURIComponent;

test('the name in the query of the user name', async () => {
  const { authorizers, events } = account();
  const username = 'user?x-amz-customauthorizer-name=gate';
  const password = new TextEncoder().encode('right');
  expect(await askAuthorizer(inputs({ username, password }), authorizers)).toMatchObject({ isAuthenticated: true });
  expect(events).toEqual([
    {
      signatureVerified: false,
      protocols: ['tls', 'http', 'mqtt'],
      protocolData: {
        http: { headers: {}, queryString: '' },
        mqtt: { clientId: 'me', username, password: 'cmlnaHQ=' },
      },
      connectionMetadata: { id: 'c1' },
    },
  ]);
  expect(await askAuthorizer(inputs({ username, password: new TextEncoder().encode('wrong') }), authorizers)).toBe(
    undefined,
  );
});

test('a signed token, in the user name or the URL, with a signature that is or is not its own', async () => {
  const { authorizers, events } = account({ tokenKeyName: 'key', publicKeyPem });
  const token = 'a.b+c=';
  const query = (signature: string): string =>
    `x-amz-customauthorizer-name=gate&key=${encoded(token)}&x-amz-customauthorizer-signature=${encoded(signature)}`;
  for (const form of ['username', 'queryString'] as const) {
    const ask = (text: string) =>
      askAuthorizer(inputs({ [form]: form === 'username' ? `u?${text}` : text }), authorizers);
    expect(await ask(query(signatureOf(token)))).toMatchObject({ principalId: 'someone' });
    expect(await ask(query(signatureOf('other')))).toBe(undefined);
    expect(await ask(query('garbage'))).toBe(undefined);
    expect(await ask('x-amz-customauthorizer-name=gate')).toBe(undefined);
  }
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({ token, signatureVerified: true });
});

test('without a name the default answers; unknown names and malformed queries are refused', async () => {
  const withDefault = account({}, 'gate').authorizers;
  expect(await askAuthorizer(inputs({}), withDefault)).toMatchObject({ isAuthenticated: true });
  expect(await askAuthorizer(inputs({ username: 'u?x-amz-customauthorizer-name=other' }), withDefault)).toBe(undefined);
  expect(await askAuthorizer(inputs({ username: 'u?x=%' }), withDefault)).toBe(undefined);
  expect(await askAuthorizer(inputs({}), account().authorizers)).toBe(undefined);
});

test('another than the default where that is not allowed', async () => {
  const { authorizers } = account({}, 'elsewhere');
  const username = 'u?x-amz-customauthorizer-name=gate';
  expect(await askAuthorizer(inputs({ username }), { ...authorizers, allowsAuthorizerOverride: false })).toBe(
    undefined,
  );
});

test.each([
  ['a principal with other characters', () => ({ isAuthenticated: true, principalId: 'some one' })],
  ['no principal', () => ({ isAuthenticated: true })],
  [
    'a policy that is too long',
    () => ({
      isAuthenticated: true,
      principalId: 'a',
      policyDocuments: [{ Statement: [{ Effect: 'Allow' as const, Action: 'a'.repeat(2048), Resource: '*' }] }],
    }),
  ],
  ['an exception', () => Promise.reject(new Error('broken'))],
])('a function that answers with %s refuses', async (_, decide) => {
  const { authorizers } = account({ decide }, 'gate');
  expect(await askAuthorizer(inputs({}), authorizers)).toBe(undefined);
});

test('a function that has not answered after five seconds refuses', async () => {
  vi.useFakeTimers();
  try {
    const { authorizers } = account({ decide: () => new Promise(() => {}) }, 'gate');
    let outcome: unknown = 'waiting';
    void askAuthorizer(inputs({}), authorizers).then((answer) => (outcome = answer));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(outcome).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome).toBe(undefined);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
