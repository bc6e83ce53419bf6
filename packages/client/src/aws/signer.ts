/*
 * The presigned URL of IoT Core: Signature Version 4 in the query of a GET, with one exception. The session token is
 * appended after signing: IoT answers 403 to a signature that covers it, as that of `SignatureV4.presign()` does. So the
 * parts of the package are used, and the whole is put together here; a page does not pay for what is not used, either.
 *
 * This is the only file that knows these two packages. It is loaded with the first attempt.
 */
import { Sha256 } from '@aws-crypto/sha256-js';
import { createScope, getCanonicalQuery, getSigningKey } from '@aws-sdk/signature-v4';
import type { AwsCredentials } from './credentials.ts';

/** Of IoT's WebSocket; its HTTP data plane has another one. */
const SERVICE = 'iotdevicegateway';
const ALGORITHM = 'AWS4-HMAC-SHA256';

/** What is to be signed. */
export interface SigningRequest {
  /** Without a query. Its `host` is signed, as the browser sends it: in lower case, with the port unless that is the default. */
  readonly url: URL;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `false` leaves `X-Amz-Expires` out. */
  readonly expiresSeconds: number | false;
}

/** The URL to open. */
export async function presign({ url, region, credentials, time, expiresSeconds }: SigningRequest): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const date = new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = date.slice(0, 8);
  const scope = createScope(day, region, SERVICE);
  const signed = queryOf({
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${accessKeyId}/${scope}`,
    'X-Amz-Date': date,
    ...(expiresSeconds !== false && { 'X-Amz-Expires': String(expiresSeconds) }),
    'X-Amz-SignedHeaders': 'host',
  });
  const canonicalRequest = `GET\n${url.pathname}\n${signed}\nhost:${url.host}\n\nhost\n${await digest('')}`;
  const key = await getSigningKey(Sha256, { accessKeyId, secretAccessKey }, day, region, SERVICE);
  const signature = await digest(`${ALGORITHM}\n${date}\n${scope}\n${await digest(canonicalRequest)}`, key);
  const token = sessionToken ? `&${queryOf({ 'X-Amz-Security-Token': sessionToken })}` : '';
  return `${url.href}?${signed}&X-Amz-Signature=${signature}${token}`;
}

/** In the order of the signature, and encoded as RFC 3986 wants it. */
function queryOf(query: Record<string, string>): string {
  return getCanonicalQuery({ method: 'GET', protocol: '', hostname: '', path: '', headers: {}, query });
}

/** In hexadecimal: SHA-256, or with a key HMAC-SHA-256. */
async function digest(text: string, key?: Uint8Array): Promise<string> {
  const hash = new Sha256(key);
  hash.update(text);
  return Array.from(await hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
