import type { Authentication } from '../authentication.ts';
import { toBase64 } from './base64.ts';
import { beginExchange } from './exchange.ts';
import { type Hash, crypto } from './hash.ts';

/** Who the client is. */
export interface ScramCredentials {
  readonly username: string;
  readonly password: string;
}

/** Credentials, or a function that is asked for those of every exchange. */
type CredentialsSource = ScramCredentials | (() => ScramCredentials | Promise<ScramCredentials>);

/** Options of `scramSha256` and `scramSha512`. */
export interface ScramOptions {
  /** A server that asks for fewer iterations is refused: it could guess the password from the proof. @default 4096 */
  readonly minIterations?: number;
  /** A server that asks for more iterations is refused: it would keep the page busy. @default 10_000_000 */
  readonly maxIterations?: number;
}

/**
 * Enhanced authentication with SCRAM-SHA-256, RFC 5802 and RFC 7677, for the option `authentication`. A function is asked
 * for the credentials of every exchange, so that a person can be asked again.
 *
 * The password never leaves the page, and the server has to prove that it knows it; otherwise the connection fails with
 * `AUTHENTICATION_FAILED`. Needs WebCrypto, which a page has on https and on localhost.
 */
export function scramSha256(credentials: CredentialsSource, options: ScramOptions = {}): Authentication {
  return scram('SHA-256', credentials, options);
}

/** Enhanced authentication with SCRAM-SHA-512. See `scramSha256`. */
export function scramSha512(credentials: CredentialsSource, options: ScramOptions = {}): Authentication {
  return scram('SHA-512', credentials, options);
}

function scram(
  hash: Hash,
  credentials: CredentialsSource,
  { minIterations = 4_096, maxIterations = 10_000_000 }: ScramOptions,
): Authentication {
  const mayChange = typeof credentials === 'function';
  return {
    method: `SCRAM-${hash}`,
    isRenewable: mayChange,
    async begin() {
      const { username, password } = mayChange ? await credentials() : credentials;
      const nonce = toBase64(crypto().getRandomValues(new Uint8Array(24)));
      return beginExchange({ hash, username, password, nonce, minIterations, maxIterations });
    },
  };
}
