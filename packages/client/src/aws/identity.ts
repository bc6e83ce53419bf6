/* Credentials from a Cognito identity pool. The only file that knows this package; loaded when it is needed. */
import { fromCognitoIdentity, fromCognitoIdentityPool } from '@aws-sdk/credential-provider-cognito-identity';
import type { ServiceClock } from './clock.ts';
import { cognitoTransport } from './cognito-transport.ts';
import type { AwsCredentials } from './credentials.ts';
import { AwsError } from './errors.ts';

/** Where an identity comes from. */
export interface IdentityOptions {
  /** The pool, `eu-west-1:0000…`: Cognito finds or makes an identity of it. Either this or `identityId`. */
  readonly identityPoolId?: string;
  /** An identity that is known. It looks like a pool's id; the error says so when the two are mixed up. */
  readonly identityId?: string;
  /**
   * Tokens of a signed-in user by provider, such as `'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf': idToken`.
   * A function is asked for every refresh. Left out: a guest.
   */
  readonly logins?: Readonly<Record<string, string | (() => Promise<string>)>>;
  /** Names the user in the cache of identities; without it each page asks Cognito for the identity of a signed-in user. */
  readonly userIdentifier?: string;
  /** The role to take when the user's token allows several. */
  readonly customRoleArn?: string;
  /** The pool's account, where it is another one than the application's. */
  readonly accountId?: string;
  /** The Cognito endpoint, for an emulator. @default that of the pool's region */
  readonly cognitoEndpoint?: string;
}

type Provider = () => Promise<AwsCredentials & { readonly identityId: string }>;

const NOT_FOUND = 'ResourceNotFoundException';

/** What to try after an error of Cognito, or of the network, by its name. */
const HINTS: Readonly<Record<string, string>> = {
  NotAuthorizedException:
    'Does the pool allow guests? Are the `logins` fresh, and of a user pool the ID token? Does the identity have logins?',
  TooManyRequestsException: 'Too many clients ask at the same time; it is tried again.',
  TypeError: 'Is there a network? Does the Content-Security-Policy of the page let it ask Cognito?',
  TimeoutError: 'Cognito did not answer; it is tried again.',
};
const MIXED_UP = {
  pool: '`identityPoolId` has to be the id of a pool. If it is that of an identity, pass it as `identityId`.',
  identity: '`identityId` has to be the id of an identity. If it is that of a pool, pass it as `identityPoolId`.',
};

/** Gets credentials for an identity, again and again. */
export class Identity {
  readonly #options: IdentityOptions;
  readonly #clock: ServiceClock;
  readonly #region: string;
  #provider: Provider | undefined;
  /** As Cognito last told it: an identity may have been merged into another one. */
  id: string | undefined;

  constructor(options: IdentityOptions, region: string, clock: ServiceClock) {
    this.#options = options;
    this.#region = region;
    this.#clock = clock;
  }

  async credentials(): Promise<AwsCredentials> {
    try {
      return await this.#ask().catch((error: unknown) => {
        // An identity of the pool that was remembered, in the browser maybe, may be gone; another one is made.
        if (nameOf(error) !== NOT_FOUND || this.#options.identityId !== undefined) throw error;
        return this.#ask();
      });
    } catch (cause) {
      if (cause instanceof AwsError) throw cause;
      const name = nameOf(cause) ?? 'it did not say why';
      const hint =
        name === NOT_FOUND
          ? MIXED_UP[this.#options.identityId === undefined ? 'pool' : 'identity']
          : (HINTS[name] ?? 'See `cause`.');
      throw new AwsError('CREDENTIALS_FAILED', `Cognito gave no credentials: ${name}.`, { hint, cause });
    }
  }

  async #ask(): Promise<AwsCredentials> {
    try {
      const { identityId, ...credentials } = await (this.#provider ??= this.#make())();
      this.id ??= identityId;
      return credentials;
    } catch (error) {
      // A provider keeps the identity it has, even one that no longer exists.
      this.#provider = undefined;
      throw error;
    }
  }

  #make(): Provider {
    const { identityPoolId, identityId, logins, userIdentifier, customRoleArn, accountId, cognitoEndpoint } =
      this.#options;
    const common = {
      clientConfig: {
        region: this.#region,
        // The client tries again by itself, with more patience.
        maxAttempts: 1,
        requestHandler: cognitoTransport(({ date, identityId: told }) => {
          this.#clock.learn(date);
          this.id = told ?? this.id;
        }),
        ...(cognitoEndpoint !== undefined && { endpoint: cognitoEndpoint }),
      },
      ...(logins && { logins: { ...logins } }),
      ...(customRoleArn !== undefined && { customRoleArn }),
    };
    if (identityId !== undefined) return fromCognitoIdentity({ ...common, identityId });
    return fromCognitoIdentityPool({
      ...common,
      identityPoolId: identityPoolId as string,
      ...(userIdentifier !== undefined && { userIdentifier }),
      ...(accountId !== undefined && { accountId }),
    });
  }
}

function nameOf(error: unknown): string | undefined {
  return (error as Error | undefined)?.name;
}
