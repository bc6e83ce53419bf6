import { ServiceClock } from './clock.ts';
import { CredentialSource } from './credentials.ts';
import { invalid } from './errors.ts';
import type { Identity, IdentityOptions } from './identity.ts';
import { loadPackage } from './load-package.ts';
import { type EndpointOptions, type SignedConnection, signedConnection } from './sigv4.ts';

/** Options of `awsCognito`. */
export type CognitoOptions = EndpointOptions & IdentityOptions;

/** Options of `createClient`, made for IoT Core with the identity of a user or guest. */
export interface CognitoConnection extends SignedConnection {
  /**
   * The identity, for a `clientId` that a policy with `${cognito-identity.amazonaws.com:sub}` allows. Rejects with an
   * `AwsError`.
   */
  readonly identityId: () => Promise<string>;
}

/**
 * Connects to AWS IoT Core as an identity of a Cognito identity pool, guest or signed in.
 *
 * Throws `INVALID_ARGUMENT` and `REGION_UNKNOWN`. Needs `@aws-sdk/credential-provider-cognito-identity` besides the
 * packages of `awsSigV4`.
 */
export function awsCognito(options: CognitoOptions): CognitoConnection {
  const clock = new ServiceClock(options);
  const region = poolRegion(options);
  let identity: Identity | undefined;
  const source = new CredentialSource(async () => {
    const load = (): Promise<typeof import('./identity.ts')> => import('./identity.ts');
    const module = await loadPackage('@aws-sdk/credential-provider-cognito-identity', load);
    identity ??= new module.Identity(options, region, clock);
    return identity.credentials();
  }, clock);
  return {
    ...signedConnection(options, source, clock),
    identityId: async () => {
      await source.get({ signal: new AbortController().signal, suspect: false });
      return identity?.id as string;
    },
  };
}

function poolRegion({ identityPoolId, identityId }: IdentityOptions): string {
  const id = identityPoolId ?? identityId;
  if (typeof id !== 'string' || (identityPoolId !== undefined && identityId !== undefined))
    throw invalid('Pass `identityPoolId` or `identityId`, one of the two.');
  const [, region] = /^([\w-]+):.+$/.exec(id) ?? [];
  if (region !== undefined) return region;
  const userPool = /^[\w-]+_\w+$/.test(id) ? ' It is a user pool, which goes into `logins`.' : '';
  throw invalid(`'${id}' is no identity pool and no identity: those look like eu-west-1:0000….${userPool}`);
}
