import { randomBytes, randomUUID } from 'node:crypto';
import type { Cloud } from '../cloud/cloud.ts';
import type { PolicyDocument } from '../policy/policy.ts';
import { CognitoError } from './cognito-error.ts';
import { type Login, LoginTokens } from './login-tokens.ts';

/** An identity pool and its two roles. */
export interface IdentityPool {
  readonly allowsGuests: boolean;
  /** Names of identity providers, such as `accounts.google.com`. */
  readonly providers: readonly string[];
  /** What the role of guests allows. */
  readonly guestRole: PolicyDocument;
  /** What the role of people who signed in allows. An IoT policy on the identity must allow it, too. */
  readonly userRole: PolicyDocument;
}

/** Tokens by the name of the provider they are from. */
export type Logins = Readonly<Record<string, string>>;

/** Credentials as Cognito hands them out. */
export interface IssuedCredentials {
  readonly AccessKeyId: string;
  readonly SecretKey: string;
  readonly SessionToken: string;
  /** Seconds since 1970, with a fraction. */
  readonly Expiration: number;
}

interface Identity {
  readonly id: string;
  readonly poolId: string;
  /** Subjects by provider; none: a guest. */
  readonly logins: Map<string, string>;
}

/** Identity pools, the identities in them, and the credentials of those. */
export class Identities {
  readonly tokens = new LoginTokens();
  readonly #cloud: Cloud;
  readonly #pools = new Map<string, IdentityPool>();
  readonly #identities = new Map<string, Identity>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Adds a pool and gives its id. */
  addPool(pool: IdentityPool, id = `${this.#cloud.region}:${randomUUID()}`): string {
    this.#pools.set(id, pool);
    return id;
  }

  /** Removes an identity, as DeleteIdentities does. */
  deleteIdentity(id: string): void {
    this.#identities.delete(id);
  }

  /** The operation GetId. @throws CognitoError */
  getId(poolId: string, logins: Logins = {}): string {
    const pool = this.#pools.get(poolId);
    if (pool === undefined) throw new CognitoError('ResourceNotFoundException', `IdentityPool '${poolId}' not found.`);
    const read = this.#read(pool, logins);
    if (read.length === 0 && !pool.allowsGuests) throw guestsForbidden(poolId);
    const known = this.#identityOf(poolId, read) ?? this.#create(poolId);
    for (const { provider, subject } of read) known.logins.set(provider, subject);
    return known.id;
  }

  /** The operation GetCredentialsForIdentity. The identity in the answer may be another than the one asked for. */
  getCredentials(identityId: string, logins: Logins = {}): { IdentityId: string; Credentials: IssuedCredentials } {
    const asked = this.#identities.get(identityId);
    const pool = this.#pools.get(asked?.poolId ?? '');
    if (asked === undefined || pool === undefined) {
      throw new CognitoError('ResourceNotFoundException', `Identity '${identityId}' not found.`);
    }
    const read = this.#read(pool, logins);
    const isGuest = read.length === 0;
    if (isGuest && asked.logins.size > 0) throw forbidden(identityId);
    if (isGuest && !pool.allowsGuests) throw guestsForbidden(asked.poolId);
    const identity = isGuest ? asked : this.#merge(asked, read);
    return { IdentityId: identity.id, Credentials: this.#issue(identity, pool, isGuest) };
  }

  /** A guest that signs in becomes who it was before under that login. */
  #merge(asked: Identity, read: readonly Login[]): Identity {
    const owner = this.#identityOf(asked.poolId, read) ?? asked;
    if (owner !== asked && asked.logins.size > 0) throw forbidden(asked.id);
    if (read.some(({ provider, subject }) => (owner.logins.get(provider) ?? subject) !== subject)) {
      throw forbidden(asked.id);
    }
    for (const { provider, subject } of read) owner.logins.set(provider, subject);
    return owner;
  }

  #read(pool: IdentityPool, logins: Logins): Login[] {
    return Object.entries(logins).map(([provider, token]) => {
      if (!pool.providers.includes(provider)) {
        throw new CognitoError(
          'NotAuthorizedException',
          'Token is not from a supported provider of this identity pool.',
        );
      }
      const login = this.tokens.read(provider, token, this.#cloud.clock.now());
      if (login === undefined) throw new CognitoError('NotAuthorizedException', 'Invalid login token.');
      if (login.isExpired) throw new CognitoError('NotAuthorizedException', 'Invalid login token. Token expired.');
      return { provider, subject: login.subject };
    });
  }

  #identityOf(poolId: string, read: readonly Login[]): Identity | undefined {
    return [...this.#identities.values()].find(
      (identity) =>
        identity.poolId === poolId && read.some(({ provider, subject }) => identity.logins.get(provider) === subject),
    );
  }

  #create(poolId: string): Identity {
    const identity = { id: `${this.#cloud.region}:${randomUUID()}`, poolId, logins: new Map<string, string>() };
    this.#identities.set(identity.id, identity);
    return identity;
  }

  #issue({ id, poolId }: Identity, pool: IdentityPool, isGuest: boolean): IssuedCredentials {
    const { clock, limits, accessKeys } = this.#cloud;
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const secretAccessKey = randomBytes(30).toString('base64');
    const sessionToken = randomBytes(96).toString('base64');
    const expiresAt = clock.now() + limits.credentialsLifetimeSeconds * 1000;
    const variables = { 'cognito-identity.amazonaws.com:sub': id, 'cognito-identity.amazonaws.com:aud': poolId };
    const policySets = (): readonly (readonly PolicyDocument[])[] =>
      isGuest ? [[pool.guestRole]] : [[pool.userRole], this.#cloud.attachedTo(id)];
    accessKeys.set(accessKeyId, {
      secretAccessKey,
      sessionToken,
      expiresAt,
      principal: { id, policySets, variables, expiresAt },
    });
    return {
      AccessKeyId: accessKeyId,
      SecretKey: secretAccessKey,
      SessionToken: sessionToken,
      Expiration: expiresAt / 1000,
    };
  }
}

function guestsForbidden(poolId: string): CognitoError {
  const message = `Unauthenticated access is not supported for this identity pool: ${poolId}.`;
  return new CognitoError('NotAuthorizedException', message);
}

function forbidden(identityId: string): CognitoError {
  return new CognitoError('NotAuthorizedException', `Access to Identity '${identityId}' is forbidden.`);
}
