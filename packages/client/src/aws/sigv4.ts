import { type ClockOptions, ServiceClock } from './clock.ts';
import { type AwsCredentialProvider, type AwsCredentials, CredentialSource } from './credentials.ts';
import { endpointUrl, regionOf } from './endpoint.ts';
import { invalid } from './errors.ts';
import { loadPackage } from './load-package.ts';
import { iotCoreProfile } from './profile.ts';

/** Where IoT Core is, and how a URL for it is signed. */
export interface EndpointOptions extends ClockOptions {
  /** Your account's endpoint, `abc-ats.iot.eu-west-1.amazonaws.com`, a custom domain, or the URL of an emulator. */
  readonly endpoint: string | URL;
  /** @default the one in the endpoint's name; custom domains and emulators have none */
  readonly region?: string;
  /**
   * Seconds in which the URL has to be used, 1 to 604,800; `false` leaves it to the server. A connection lasts longer than
   * that: every attempt is signed anew.
   * @default 300
   */
  readonly expiresSeconds?: number | false;
}

/** Options of `awsSigV4`. */
export interface SigV4Options extends EndpointOptions {
  /**
   * Credentials, or a function that provides them: any credential provider of the AWS SDK for JavaScript v3. It is asked
   * when the credentials at hand have less than five minutes left, and after a refusal.
   */
  readonly credentials: AwsCredentials | AwsCredentialProvider;
}

/** What a helper is told about an attempt: part of what the client tells its `url` function. */
export interface AwsAttempt {
  readonly lastError: { readonly code: string } | undefined;
  readonly signal: AbortSignal;
}

/** Options of `createClient`, made for IoT Core with signed URLs. */
export interface SignedConnection {
  /** Signs a URL for this attempt. Rejects with an `AwsError`. */
  readonly url: (attempt: AwsAttempt) => Promise<string>;
  readonly brokerProfile: typeof iotCoreProfile;
}

/**
 * Connects to AWS IoT Core with URLs signed by Signature Version 4.
 *
 * Throws `INVALID_ARGUMENT` and `REGION_UNKNOWN`. Needs the packages `@aws-sdk/signature-v4` and `@aws-crypto/sha256-js`.
 */
export function awsSigV4(options: SigV4Options): SignedConnection {
  const { credentials } = options;
  if (typeof credentials !== 'function' && typeof credentials !== 'object')
    throw invalid('`credentials` are credentials or a function that provides them.');
  const clock = new ServiceClock(options);
  return signedConnection(options, new CredentialSource(credentials, clock), clock);
}

/** What bad credentials can look like: a browser hides the 403, and IoT looks at the policy when CONNECT arrives. */
const SUSPICIOUS: ReadonlySet<string> = new Set(['SOCKET_OPEN_FAILED', 'CONNACK_REFUSED']);

export function signedConnection(
  { endpoint, region: given, expiresSeconds = 300 }: EndpointOptions,
  source: CredentialSource,
  clock: ServiceClock,
): SignedConnection {
  const url = endpointUrl(endpoint);
  const region = regionOf(url, given);
  if (
    expiresSeconds !== false &&
    !(Number.isInteger(expiresSeconds) && expiresSeconds > 0 && expiresSeconds <= 604_800)
  )
    throw invalid('`expiresSeconds` is a whole number from 1 to 604,800, or false.');
  return {
    url: async ({ lastError, signal }) => {
      const suspect = lastError !== undefined && SUSPICIOUS.has(lastError.code);
      const [{ presign }, credentials] = await Promise.all([
        loadPackage('@aws-sdk/signature-v4 @aws-crypto/sha256-js', () => import('./signer.ts')),
        source.get({ signal, suspect }),
      ]);
      return presign({ url, region, credentials, time: clock.now(), expiresSeconds });
    },
    brokerProfile: iotCoreProfile,
  };
}
