import { endpointUrl } from './endpoint.ts';
import { invalid } from './errors.ts';
import { iotCoreProfile } from './profile.ts';

/** What a custom authorizer is told, and what may have to be renewed for every attempt. */
export interface AuthorizerInput {
  /** May have a query of its own, `user?room=7`, when `placement` is `'username'`. */
  readonly username?: string;
  readonly password?: string | Uint8Array;
  /** The token that is signed, as it is; it is encoded here. */
  readonly tokenValue?: string;
  /** The signature of the token in Base64, encoded for a URL or not. */
  readonly tokenSignature?: string;
}

/** Options of `awsCustomAuthorizer`. */
export interface CustomAuthorizerOptions extends AuthorizerInput {
  /** Your account's endpoint, a custom domain, or the URL of an emulator. */
  readonly endpoint: string | URL;
  /** @default the endpoint's default authorizer */
  readonly authorizerName?: string;
  /** The name of the token's parameter, as the authorizer was created with. With it go `tokenValue` and `tokenSignature`. */
  readonly tokenKeyName?: string;
  /**
   * Where the parameters travel: at the end of the user name in CONNECT, or in the query of the URL, which proxies and
   * servers write into their logs.
   * @default 'username'
   */
  readonly placement?: 'username' | 'query';
  /** Asked on every attempt; what it returns takes the place of the options of that name. */
  readonly renew?: () => AuthorizerInput | Promise<AuthorizerInput>;
}

/** Options of `createClient`, made for IoT Core with a custom authorizer. */
export interface AuthorizedConnection {
  readonly url: (attempt: object) => Promise<string>;
  readonly credentials: (
    attempt: object,
  ) => Promise<{ readonly username?: string; readonly password?: string | Uint8Array }>;
  readonly brokerProfile: typeof iotCoreProfile;
}

/** Connects to AWS IoT Core with what a custom authorizer asks for. Throws `INVALID_ARGUMENT`. Needs no other package. */
export function awsCustomAuthorizer(options: CustomAuthorizerOptions): AuthorizedConnection {
  const { placement = 'username', renew } = options;
  if (placement !== 'username' && placement !== 'query')
    throw invalid(`\`placement\` is 'username' or 'query', not ${String(placement)}.`);
  const base = endpointUrl(options.endpoint);
  // Without `renew` nothing will change: what is wrong is said now.
  if (renew === undefined) parametersOf(options, placement);

  let asked: { readonly attempt: object; readonly input: Promise<CustomAuthorizerOptions> } | undefined;
  /** Once for an attempt: URL and CONNECT belong together. */
  const inputOf = (attempt: object): Promise<CustomAuthorizerOptions> => {
    if (asked?.attempt !== attempt) asked = { attempt, input: ask() };
    return asked.input;
  };
  const ask = async (): Promise<CustomAuthorizerOptions> => ({ ...options, ...(await renew?.()) });

  return {
    url: async (attempt) => {
      const parameters = parametersOf(await inputOf(attempt), placement);
      return placement === 'query' && parameters !== '' ? `${base.href}?${parameters}` : base.href;
    },
    credentials: async (attempt) => {
      const input = await inputOf(attempt);
      const { password } = input;
      const username =
        placement === 'query' ? input.username : withQuery(input.username, parametersOf(input, placement));
      // In 3.1.1 a password needs a user name [MQTT3-3.1.2-22].
      return {
        ...((username ?? password) !== undefined && { username: username ?? '' }),
        ...(password !== undefined && { password }),
      };
    },
    brokerProfile: iotCoreProfile,
  };
}

function parametersOf(options: CustomAuthorizerOptions, placement: 'username' | 'query'): string {
  const { username, authorizerName, tokenKeyName, tokenValue, tokenSignature } = options;
  const token = [tokenKeyName, tokenValue, tokenSignature].filter((part) => part !== undefined && part !== '');
  if (token.length !== 0 && token.length !== 3)
    throw invalid('`tokenKeyName`, `tokenValue` and `tokenSignature` go together.');
  if (placement === 'username' && username !== undefined && username.split('?').length > 2)
    throw invalid('`username` has more than one question mark.');
  const parameters = authorizerName ? [pair('x-amz-customauthorizer-name', authorizerName)] : [];
  const [key, value, signature] = token;
  if (key !== undefined && value !== undefined && signature !== undefined) {
    // Base64 has no percent sign: a signature that has one is encoded already.
    const encoded = signature.includes('%') ? signature : encodeURIComponent(signature);
    parameters.push(pair(key, value), `x-amz-customauthorizer-signature=${encoded}`);
  }
  return parameters.join('&');
}

function pair(name: string, value: string): string {
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
}

/** Nothing but the parameters of the authorizer is added: what else may be told is the application's decision. */
function withQuery(username: string | undefined, parameters: string): string | undefined {
  if (parameters === '') return username;
  const separator = username === undefined || !username.includes('?') ? '?' : username.endsWith('?') ? '' : '&';
  return `${username ?? ''}${separator}${parameters}`;
}
