import { Authenticator } from './authenticator.ts';
import type { Destination, DialContext } from './engine/connector.ts';
import { MqttError } from './errors.ts';
import type { AttemptContext, ClientOptions } from './options.ts';
import { checkUrl, credentialBytes } from './resolve-options.ts';
import { defined } from './session/defined.ts';
import type { AuthenticationAnswer, AuthenticationStep, Credentials } from './session/events.ts';
import type { ErrorCode, Failure } from './session/failure.ts';

/** Where to connect and as whom, asked anew for every attempt. */
export class Destinations {
  readonly #options: ClientOptions;
  readonly #authenticator: Authenticator | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#authenticator = options.authentication && new Authenticator(options.authentication);
  }

  /** Never rejects: what the mechanism throws is a failure. Without one there is nothing to say. */
  async authenticate(step: AuthenticationStep, data?: Uint8Array): Promise<AuthenticationAnswer> {
    return (await this.#authenticator?.take(step, data)) ?? {};
  }

  /** Never rejects: what the application's functions throw is a failure of the attempt. */
  async locate({
    attempt,
    lastFailure,
    host,
    signal,
  }: DialContext): Promise<Destination | { readonly failure: Failure }> {
    const lastError = lastFailure && new MqttError(lastFailure);
    const context: AttemptContext = { attempt, lastError, signal };
    let step: 'url' | 'credentials' = 'url';
    try {
      const url = elsewhere(await this.#url(context), host);
      step = 'credentials';
      const credentials = await this.#credentials(context);
      const begun = await this.authenticate('begin');
      if ('failure' in begun) return begun;
      return { url, credentials: { ...credentials, ...defined({ authenticationData: begun.data }) } };
    } catch (cause) {
      return { failure: failed(step, cause) };
    }
  }

  async #url(context: AttemptContext): Promise<string> {
    const { url } = this.#options;
    return checkUrl(typeof url === 'function' ? await url(context) : url);
  }

  async #credentials(context: AttemptContext): Promise<Credentials> {
    const { credentials = {} } = this.#options;
    return credentialBytes(typeof credentials === 'function' ? await credentials(context) : credentials);
  }
}

/** The same address on the host, and at the port if one is named, that the server sent the client to. */
function elsewhere(url: string, host: string | undefined): string {
  if (host === undefined) return url;
  const moved = new URL(url);
  moved.host = host;
  return moved.href;
}

const CODES: Readonly<Record<'url' | 'credentials', ErrorCode>> = {
  url: 'URL_FAILED',
  credentials: 'CREDENTIALS_FAILED',
};

function failed(option: 'url' | 'credentials', cause: unknown): Failure {
  // The message of somebody else's error may hold a signed URL or a token; it is kept as the cause alone.
  return {
    code: CODES[option],
    message: `The \`${option}\` function failed.`,
    retryable: true,
    // The helpers for AWS say what to try.
    hint: (cause as { readonly hint?: string } | null | undefined)?.hint ?? 'See `cause`.',
    cause,
  };
}
