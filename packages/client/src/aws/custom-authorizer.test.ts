import { describe, expect, it } from 'vitest';
import { awsCustomAuthorizer, type CustomAuthorizerOptions } from './custom-authorizer.ts';

const endpoint = 'x-ats.iot.eu-west-1.amazonaws.com';
const SIGNATURE = 'Ab+/cd==';
const token = { tokenKeyName: 'tok', tokenValue: 'a b&c=é', tokenSignature: SIGNATURE };

/** What one attempt would connect with. */
async function connect(options: Partial<CustomAuthorizerOptions>) {
  const { url, credentials } = awsCustomAuthorizer({ endpoint, ...options });
  const attempt = {};
  return { url: await url(attempt), ...(await credentials(attempt)) };
}

const parametersOf = (text: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(text.slice(text.indexOf('?') + 1)));

describe('a custom authorizer', () => {
  it.each([
    ['nothing', {}, undefined],
    ['a user name', { username: 'Derp' }, 'Derp'],
    ['a name', { username: 'user', authorizerName: 'MyAuth' }, 'user?x-amz-customauthorizer-name=MyAuth'],
    ['a name and no user', { authorizerName: 'My Auth' }, '?x-amz-customauthorizer-name=My%20Auth'],
    [
      'a query of the user',
      { username: 'u?jwt=a.b.c==', authorizerName: 'A' },
      'u?jwt=a.b.c==&x-amz-customauthorizer-name=A',
    ],
    ['an empty query', { username: 'u?', authorizerName: 'A' }, 'u?x-amz-customauthorizer-name=A'],
    ['no name, which is the default authorizer', { username: 'u', authorizerName: '' }, 'u'],
  ])('is told %s in the user name', async (_, options, username) => {
    const made = await connect({ ...options, password: 'secret' });
    // In 3.1.1 a password needs a user name.
    expect(made).toEqual({ url: `wss://${endpoint}/mqtt`, username: username ?? '', password: 'secret' });
  });

  it('is told nothing at all when there is nothing to tell: no telemetry', async () => {
    expect(await connect({})).toEqual({ url: `wss://${endpoint}/mqtt` });
  });

  it('gets name, token and signature, encoded once', async () => {
    const { username = '', url } = await connect({ username: 'user', authorizerName: 'MyAuth', ...token });
    expect(username).toMatch(/^user\?/);
    expect(parametersOf(username)).toEqual({
      'x-amz-customauthorizer-name': 'MyAuth',
      tok: 'a b&c=é',
      'x-amz-customauthorizer-signature': SIGNATURE,
    });
    expect(url).not.toContain('?');
    const encoded = await connect({
      username: 'user',
      authorizerName: 'MyAuth',
      ...token,
      tokenSignature: 'Ab%2B%2Fcd%3D%3D',
    });
    expect(encoded.username).toBe(username);
  });

  it('is given a signature that is none as it is: it is for the authorizer to refuse', async () => {
    const { username } = await connect({ ...token, tokenSignature: '%zz' });
    expect(username).toMatch(/-signature=%zz$/);
  });

  it('gets a token with a percent sign as it is', async () => {
    const { username = '' } = await connect({ ...token, tokenValue: '100%25' });
    expect(parametersOf(username)['tok']).toBe('100%25');
  });

  it('gets them in the query of the URL if asked to, and the user name stays as it is', async () => {
    const made = await connect({
      placement: 'query',
      username: 'a?b?c',
      password: new Uint8Array([1]),
      authorizerName: 'MyAuth',
      ...token,
    });
    expect(made.url.startsWith(`wss://${endpoint}/mqtt?`)).toBe(true);
    expect(parametersOf(made.url)).toEqual({
      'x-amz-customauthorizer-name': 'MyAuth',
      tok: 'a b&c=é',
      'x-amz-customauthorizer-signature': SIGNATURE,
    });
    expect(made.username).toBe('a?b?c');
    expect(made.password).toEqual(new Uint8Array([1]));
    expect((await connect({ placement: 'query' })).url).toBe(`wss://${endpoint}/mqtt`);
  });

  it.each([
    ['a key alone', { tokenKeyName: 'tok' }],
    ['a value alone', { tokenValue: 'v' }],
    ['no signature', { tokenKeyName: 'tok', tokenValue: 'v' }],
    ['an empty signature', { ...token, tokenSignature: '' }],
    ['two question marks', { username: 'u?a=b?c' }],
    ['another placement', { placement: 'header' as never }],
  ])('cannot have %s', (_, options) => {
    expect(() => awsCustomAuthorizer({ endpoint, ...options })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('is asked for once for an attempt, and anew for the next', async () => {
    let asked = 0;
    const renew = async () => {
      asked += 1;
      return { tokenValue: `token-${asked}`, tokenSignature: `signature-${asked}`, password: `password-${asked}` };
    };
    const { url, credentials } = awsCustomAuthorizer({ endpoint, placement: 'query', tokenKeyName: 'tok', renew });
    for (const number of [1, 2]) {
      const attempt = {};
      expect(parametersOf(await url(attempt))).toMatchObject({
        tok: `token-${number}`,
        'x-amz-customauthorizer-signature': `signature-${number}`,
      });
      expect(await credentials(attempt)).toEqual({ username: '', password: `password-${number}` });
    }
    expect(asked).toBe(2);
  });

  it('whose tokens cannot be renewed fails the attempt, and no other', async () => {
    let fails = true;
    const cause = new Error('no token');
    const renew = () => {
      if (fails) throw cause;
      return { username: 'u' };
    };
    const { url, credentials } = awsCustomAuthorizer({ endpoint, renew });
    const attempt = {};
    await expect(url(attempt)).rejects.toBe(cause);
    await expect(credentials(attempt)).rejects.toBe(cause);
    fails = false;
    expect(await credentials({})).toEqual({ username: 'u' });
  });
});
