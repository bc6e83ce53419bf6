import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from './fixtures/index.ts';
import { VERSIONS } from './support/versions.ts';

test.use({ harness: '/aws.html' });

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** A token with everything in it that a query string could stumble over. */
const TOKEN = 'a.b+c/d=e&f g%20ü';
const signatureOf = (token: string): string => sign('RSA-SHA256', Buffer.from(token), privateKey).toString('base64');
const policyDocuments = [{ Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }] }];
const answer = { isAuthenticated: true, principalId: 'someone', policyDocuments };

for (const { name, protocolVersion } of VERSIONS) {
  for (const placement of ['username', 'query'] as const) {
    test(`${name}: a signed token in the ${placement}`, async ({ page, cloud }) => {
      await cloud.admin('switches', { refusedConnect311: 5 });
      await cloud.admin('authorizers', {
        name: 'gate keeper',
        tokenKeyName: 'my key',
        publicKeyPem,
        answers: [{ token: TOKEN, answer }],
      });
      const attempt = (tokenValue: string, tokenSignature: string): Promise<string> =>
        page.evaluate(
          async ({ endpoint, placement, tokenValue, tokenSignature, protocolVersion }) => {
            const client = mqtide.createClient({
              ...mqtideAws.awsCustomAuthorizer({
                endpoint,
                authorizerName: 'gate keeper',
                tokenKeyName: 'my key',
                tokenValue,
                tokenSignature,
                placement,
              }),
              protocolVersion,
              reconnect: false,
            });
            const outcome = await client.start().then(
              () => 'connected',
              (error: { readonly code: string }) => error.code,
            );
            if (outcome === 'connected') await client.publish('a', '', { qos: 1 });
            await client.stop();
            return outcome;
          },
          { endpoint: cloud.endpoint, placement, tokenValue, tokenSignature, protocolVersion },
        );
      expect(await attempt(TOKEN, signatureOf(TOKEN))).toBe('connected');
      expect(await attempt(TOKEN, encodeURIComponent(signatureOf(TOKEN)))).toBe('connected');
      expect(await attempt(TOKEN, signatureOf('other'))).toBe('CONNACK_REFUSED');
      expect(await attempt('other', signatureOf('other'))).toBe('CONNACK_REFUSED');
    });

    test(`${name}: user name and password, the parameters in the ${placement}`, async ({ page, cloud }) => {
      await cloud.admin('switches', { refusedConnect311: 5 });
      const { username, authorizerName } = cloud.account;
      const attempt = (password: string, name: string | undefined): Promise<string> =>
        page.evaluate(
          async ({ endpoint, placement, username, password, name, protocolVersion }) => {
            const client = mqtide.createClient({
              ...mqtideAws.awsCustomAuthorizer({
                endpoint,
                username,
                password,
                placement,
                ...(name !== undefined && { authorizerName: name }),
              }),
              protocolVersion,
              reconnect: false,
            });
            const outcome = await client.start().then(
              () => 'connected',
              (error: { readonly code: string }) => error.code,
            );
            await client.stop();
            return outcome;
          },
          { endpoint: cloud.endpoint, placement, username, password, name, protocolVersion },
        );
      expect(await attempt(cloud.account.password, authorizerName)).toBe('connected');
      // The default authorizer needs no name.
      expect(await attempt(cloud.account.password, undefined)).toBe('connected');
      expect(await attempt('wrong', authorizerName)).toBe('CONNACK_REFUSED');
      expect(await attempt(cloud.account.password, 'unheard-of')).toBe('CONNACK_REFUSED');
    });
  }

  test(`${name}: a refusal without a word is a closed socket, and is tried again with what is renewed`, async ({
    page,
    cloud,
  }) => {
    await cloud.admin('authorizers', { name: 'gate', answers: [{ username: 'u', password: 'fresh', answer }] });
    const codes = await page.evaluate(
      async ({ endpoint, protocolVersion }) => {
        const codes: string[] = [];
        let password = 'stale';
        const client = mqtide.createClient({
          ...mqtideAws.awsCustomAuthorizer({
            endpoint,
            authorizerName: 'gate',
            renew: async () => ({ username: 'u', password }),
          }),
          protocolVersion,
          reconnect: { minDelayMs: 1_100, maxDelayMs: 1_100 },
        });
        client.on('connectionFailure', ({ error }) => {
          codes.push(error.code);
          password = 'fresh';
        });
        await client.start();
        await client.stop();
        return codes;
      },
      { endpoint: cloud.endpoint, protocolVersion },
    );
    expect(codes).toEqual([protocolVersion === 5 ? 'CONNACK_REFUSED' : 'SOCKET_CLOSED']);
  });
}

test('what an authorizer says about the end of a connection', async ({ page, cloud }) => {
  await cloud.admin('authorizers', {
    name: 'brief',
    answers: [{ answer: { ...answer, disconnectAfterInSeconds: 1.2 } }],
  });
  const reasonCode = await page.evaluate(async (endpoint) => {
    const client = mqtide.createClient({
      ...mqtideAws.awsCustomAuthorizer({ endpoint, authorizerName: 'brief' }),
      reconnect: false,
    });
    const ended = new Promise<number | undefined>((resolve) =>
      client.on('disconnection', ({ error }) => resolve(error.reasonCode)),
    );
    await client.start();
    return ended;
  }, cloud.endpoint);
  expect(reasonCode).toBe(0x87);
});
