import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsCognito, type CognitoOptions } from './cognito.ts';

const POOL = 'eu-west-1:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const IDENTITY = 'eu-west-1:00000000-1111-2222-3333-444444444444';
const endpoint = 'x-ats.iot.us-east-1.amazonaws.com';
const NOW = Date.parse('2026-01-15T12:00:00Z');

interface Asked {
  readonly url: string;
  readonly target: string;
  readonly headers: string[];
  readonly body: Record<string, unknown>;
}

const asked: Asked[] = [];
let answers: (operation: string, body: Record<string, unknown>) => Response;

const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', ...headers },
  });

const failing = (name: string): Response =>
  json({ __type: name, message: 'SENTINEL' }, 400, { 'x-amzn-errortype': `${name}:` });

let issued = 0;
const issue = (seconds: number, identity = IDENTITY): Response => {
  issued += 1;
  return json({
    IdentityId: identity,
    Credentials: {
      AccessKeyId: `ASIA${issued}`,
      SecretKey: 's',
      SessionToken: `t${issued}`,
      Expiration: NOW / 1_000 + seconds,
    },
  });
};

beforeEach(() => {
  asked.length = 0;
  issued = 0;
  answers = (operation) => (operation === 'GetId' ? json({ IdentityId: IDENTITY }) : issue(3_600));
  vi.stubGlobal(
    'fetch',
    async (url: string, { headers, body }: { headers: [string, string][]; body: string | Uint8Array }) => {
      const target = headers.find(([name]) => name === 'x-amz-target')?.[1] ?? '';
      const parsed = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body)) as Record<
        string,
        unknown
      >;
      asked.push({ url, target, headers: headers.map(([name]) => name), body: parsed });
      return answers(target.split('.')[1] ?? '', parsed);
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

const attempt = (code?: string) => ({
  lastError: code === undefined ? undefined : { code },
  signal: new AbortController().signal,
});
const operations = (): string[] => asked.map(({ target }) => target.replace('AWSCognitoIdentityService.', ''));
/** The identity of a pool outlives a page: each test is another user. */
let user = 0;
const helper = (options: Partial<CognitoOptions> = { identityPoolId: POOL }) => {
  user += 1;
  const userIdentifier = options.identityId === undefined ? { userIdentifier: `user-${user}` } : {};
  return awsCognito({ endpoint, clock: () => NOW, ...userIdentifier, ...options });
};
const parameter = (url: string, name: string): string | null => new URL(url).searchParams.get(name);

describe('awsCognito', () => {
  it('signs as a guest of the pool, with what Cognito gave', async () => {
    const { url } = helper();
    const signed = await url(attempt());
    expect(parameter(signed, 'X-Amz-Credential')).toBe('ASIA1/20260115/us-east-1/iotdevicegateway/aws4_request');
    expect(parameter(signed, 'X-Amz-Security-Token')).toBe('t1');
    expect(operations()).toEqual(['GetId', 'GetCredentialsForIdentity']);
    expect(asked.map(({ body }) => body)).toEqual([{ IdentityPoolId: POOL }, { IdentityId: IDENTITY }]);
    expect(asked[0]).toMatchObject({
      url: 'https://cognito-identity.eu-west-1.amazonaws.com/',
      // No more than Cognito needs: nothing about the browser.
      headers: ['content-type', 'x-amz-target'],
    });
  });

  it('asks Cognito no more often than it has to', async () => {
    const { url } = helper();
    await Promise.all([url(attempt()), url(attempt())]);
    await url(attempt('SOCKET_OPEN_FAILED'));
    expect(operations()).toEqual(['GetId', 'GetCredentialsForIdentity']);
  });

  it('signs again with new credentials when the old ones are over', async () => {
    let now = NOW;
    const { url } = helper({ identityPoolId: POOL, clock: () => now });
    await url(attempt());
    now += 3_590_000;
    answers = () => issue(7_200);
    expect(parameter(await url(attempt()), 'X-Amz-Security-Token')).toBe('t2');
    expect(operations()).toEqual(['GetId', 'GetCredentialsForIdentity', 'GetCredentialsForIdentity']);
  });

  it('sends the logins of a user, asked for every refresh, and does not change them', async () => {
    let tokens = 0;
    const logins = Object.freeze({
      'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf': async () => `id-token-${(tokens += 1)}`,
      'accounts.google.com': 'fixed',
    });
    const { url } = awsCognito({
      endpoint,
      identityId: IDENTITY,
      logins,
      customRoleArn: 'arn:aws:iam::1:role/r',
      clock: () => NOW,
    });
    answers = () => issue(60);
    await url(attempt());
    await url(attempt());
    expect(asked.map(({ body }) => body)).toEqual(
      [1, 2].map((number) => ({
        CustomRoleArn: 'arn:aws:iam::1:role/r',
        IdentityId: IDENTITY,
        Logins: {
          'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf': `id-token-${number}`,
          'accounts.google.com': 'fixed',
        },
      })),
    );
  });

  it('asks another endpoint, for an emulator', async () => {
    const { url } = helper({ identityPoolId: POOL, cognitoEndpoint: 'http://127.0.0.1:9999' });
    await url(attempt());
    expect(asked[0]?.url).toBe('http://127.0.0.1:9999/');
  });

  it('tells the identity, which may be another one than was asked for: identities are merged', async () => {
    const { identityId, url } = helper();
    expect(await identityId()).toBe(IDENTITY);
    expect(await identityId()).toBe(IDENTITY);
    await url(attempt());
    expect(operations()).toHaveLength(2);
    const merged = helper({ identityId: IDENTITY });
    answers = () => issue(3_600, 'eu-west-1:parent');
    expect(await merged.identityId()).toBe('eu-west-1:parent');
  });

  it('learns the time from the answer, signs with it, and says so', async () => {
    const skew: number[] = [];
    const behind = NOW - 7_200_000;
    const { url } = helper({
      identityPoolId: POOL,
      clock: () => behind,
      onClockSkew: (offsetMs) => skew.push(offsetMs),
    });
    const date = { date: new Date(NOW).toUTCString() };
    const plainly = answers;
    answers = (operation, body) => {
      const response = plainly(operation, body);
      response.headers.set('date', date.date);
      return response;
    };
    expect(parameter(await url(attempt()), 'X-Amz-Date')).toBe('20260115T120000Z');
    expect(skew).toEqual([7_200_000]);
  });

  describe('mixed up ids', () => {
    const notFound = () => failing('ResourceNotFoundException');

    it('a pool as an identity: the error says so', async () => {
      answers = notFound;
      await expect(helper({ identityId: POOL }).url(attempt())).rejects.toMatchObject({
        code: 'CREDENTIALS_FAILED',
        message: 'Cognito gave no credentials: ResourceNotFoundException.',
        hint: expect.stringContaining('pass it as `identityPoolId`'),
      });
    });

    it('an identity as a pool: the error says so', async () => {
      answers = notFound;
      await expect(helper({ identityPoolId: IDENTITY }).url(attempt())).rejects.toMatchObject({
        hint: expect.stringContaining('pass it as `identityId`'),
      });
    });

    it.each([
      ['a user pool', { identityPoolId: 'eu-west-1_AbCdEf' }, 'user pool'],
      ['nothing', {}, 'one of the two'],
      ['both', { identityPoolId: POOL, identityId: IDENTITY }, 'one of the two'],
      ['anything', { identityPoolId: 'pool' }, 'look like'],
    ])('%s is refused at once', (_, ids, text) => {
      expect(() => awsCognito({ endpoint, ...ids })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(text) }),
      );
    });
  });

  it('says what a refused guest or an old login looks like', async () => {
    answers = () => failing('NotAuthorizedException');
    const error: unknown = await helper()
      .url(attempt())
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ hint: expect.stringContaining('allow guests') });
    expect(String(error)).not.toContain('SENTINEL');
  });

  it('gets a new identity when the one it remembered is gone', async () => {
    const remembering = { identityPoolId: POOL, userIdentifier: 'somebody' };
    await helper(remembering).url(attempt());
    asked.length = 0;
    answers = (operation, { IdentityId }) => {
      if (operation === 'GetId') return json({ IdentityId: 'eu-west-1:new' });
      return IdentityId === IDENTITY ? failing('ResourceNotFoundException') : issue(60, 'eu-west-1:new');
    };
    const { url, identityId } = helper(remembering);
    expect(await url(attempt())).toContain('X-Amz-Signature');
    expect(operations()).toEqual(['GetCredentialsForIdentity', 'GetId', 'GetCredentialsForIdentity']);
    expect(await identityId()).toBe('eu-west-1:new');
  });

  it.each([
    ['an answer that is no JSON', () => new Response('<html>', { status: 502 })],
    ['an answer without credentials', () => json({ IdentityId: IDENTITY })],
    [
      'a network that is down',
      (): Response => {
        throw new TypeError('Failed to fetch');
      },
    ],
    ['a login function that throws nothing', () => issue(60)],
  ])('%s is a failed attempt, and the next one may succeed', async (what, answer) => {
    let fails = true;
    const plainly = answers;
    answers = (operation, body) => (fails ? answer() : plainly(operation, body));
    const logins = {
      'accounts.google.com': () => (fails && what.includes('login') ? Promise.reject() : Promise.resolve('t')),
    };
    const { url } = helper({ identityPoolId: POOL, logins });
    const error: unknown = await url(attempt()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'AwsError', code: 'CREDENTIALS_FAILED' });
    if (what.includes('network')) expect(error).toMatchObject({ hint: expect.stringContaining('network') });
    fails = false;
    expect(await url(attempt())).toContain('X-Amz-Signature');
  });
});
