import { expect, test } from 'vitest';
import { Cloud } from '../cloud/cloud.ts';
import { mayDo } from '../policy/principal.ts';
import { Identities } from './identities.ts';

const ALL = { Statement: { Effect: 'Allow', Action: 'iot:*', Resource: '*' } } as const;
const PROVIDER = 'accounts.google.com';

function setUp(allowsGuests = true) {
  const cloud = new Cloud();
  const identities = new Identities(cloud);
  const poolId = identities.addPool({ allowsGuests, providers: [PROVIDER], guestRole: ALL, userRole: ALL });
  const login = (subject: string, expiresInMs = 60_000) => ({
    [PROVIDER]: identities.tokens.issue({ provider: PROVIDER, subject }, cloud.clock.now() + expiresInMs),
  });
  return { cloud, identities, poolId, login };
}

const failure = (type: string, words: string) =>
  expect.objectContaining({ type, message: expect.stringContaining(words) });

test('a guest gets an identity of its own and credentials that end', () => {
  const { cloud, identities, poolId } = setUp();
  const id = identities.getId(poolId);
  expect(identities.getId(poolId)).not.toBe(id);
  cloud.limits.credentialsLifetimeSeconds = 2;
  const { IdentityId, Credentials } = identities.getCredentials(id);
  expect(IdentityId).toBe(id);
  expect(Credentials.AccessKeyId).toMatch(/^ASIA/);
  expect(Credentials.Expiration * 1000 - cloud.clock.now()).toBeGreaterThan(1000);
  expect(cloud.accessKeys.get(Credentials.AccessKeyId)).toMatchObject({
    secretAccessKey: Credentials.SecretKey,
    sessionToken: Credentials.SessionToken,
    principal: { id, variables: { 'cognito-identity.amazonaws.com:aud': poolId } },
  });
  expect(identities.getCredentials(id).Credentials.AccessKeyId).not.toBe(Credentials.AccessKeyId);
});

test('guests where there are none', () => {
  const { identities, poolId } = setUp(false);
  expect(() => identities.getId(poolId)).toThrow(failure('NotAuthorizedException', 'Unauthenticated access'));
});

test('the same login is the same identity', () => {
  const { identities, poolId, login } = setUp(false);
  const id = identities.getId(poolId, login('ann'));
  expect(identities.getId(poolId, login('ann'))).toBe(id);
  expect(identities.getId(poolId, login('bob'))).not.toBe(id);
  expect(identities.getCredentials(id, login('ann')).IdentityId).toBe(id);
});

test('a login that is unknown, forged, over or of somebody else', () => {
  const { identities, poolId, login } = setUp();
  const id = identities.getId(poolId, login('ann'));
  const refused = (logins: Readonly<Record<string, string>>, words: string) =>
    expect(() => identities.getCredentials(id, logins)).toThrow(failure('NotAuthorizedException', words));
  refused({ 'graph.facebook.com': 'x' }, 'supported provider');
  refused({ [PROVIDER]: 'a.b.c' }, 'Invalid login token');
  refused(login('ann', -1000), 'expired');
  refused(login('bob'), 'forbidden');
  refused({}, 'forbidden');
});

test('a guest who signs in becomes who it was before', () => {
  const { identities, poolId, login } = setUp();
  const ann = identities.getId(poolId, login('ann'));
  const guest = identities.getId(poolId);
  expect(identities.getCredentials(guest, login('ann')).IdentityId).toBe(ann);
  const fresh = identities.getId(poolId);
  expect(identities.getCredentials(fresh, login('cyd')).IdentityId).toBe(fresh);
});

test('the id of a pool is no identity, that of an identity no pool', () => {
  const { identities, poolId } = setUp();
  expect(() => identities.getCredentials(poolId)).toThrow(failure('ResourceNotFoundException', 'Identity'));
  const id = identities.getId(poolId);
  expect(() => identities.getId(id)).toThrow(failure('ResourceNotFoundException', 'IdentityPool'));
  identities.deleteIdentity(id);
  expect(() => identities.getCredentials(id)).toThrow(failure('ResourceNotFoundException', 'Identity'));
});

test('who signed in needs an IoT policy besides the role', () => {
  const { cloud, identities, poolId, login } = setUp();
  const id = identities.getId(poolId, login('ann'));
  const { AccessKeyId } = identities.getCredentials(id, login('ann')).Credentials;
  const principal = cloud.accessKeys.get(AccessKeyId)?.principal;
  const may = () =>
    principal !== undefined &&
    mayDo(principal, { action: 'iot:Connect', resource: cloud.arn('client/a'), variables: {} });
  expect(may()).toBe(false);
  cloud.policies.set('everything', ALL);
  cloud.attachPolicy('everything', id);
  expect(may()).toBe(true);
  cloud.detachPolicy('everything', id);
  expect(may()).toBe(false);
  expect(() => cloud.attachPolicy('nothing', id)).toThrow('nothing');
});
