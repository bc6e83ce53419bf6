import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AccessKey, SignedRequest } from '../gateway/sigv4.ts';

/** A presigned URL that several independent implementations agreed on, and the signatures of those who sign it wrongly. */
export interface Vector {
  readonly id: string;
  readonly description: string;
  readonly region: string;
  readonly date: string;
  readonly url: string;
  readonly sessionToken?: string;
  readonly wrongIfTokenSigned?: string;
  readonly wrongIfHostWithoutPort?: string;
}

interface VectorFile {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly vectors: readonly Vector[];
}

const file = fileURLToPath(new URL('sigv4-vectors.json', import.meta.url));

/** AWS's documented example keys, and URLs signed with them. */
export const { credentials: EXAMPLE_KEY, vectors: VECTORS } = JSON.parse(readFileSync(file, 'utf8')) as VectorFile;

/** What the server of a vector's URL gets. */
export function requestOf(url: string): SignedRequest {
  const [, host = '', path = '', query = ''] = /^wss?:\/\/([^/]+)([^?]*)\?(.*)$/.exec(url) ?? [];
  return { method: 'GET', host, path, query };
}

/** The key that a vector was signed with. */
export function keyOf({ sessionToken }: Vector): AccessKey {
  const { secretAccessKey } = EXAMPLE_KEY;
  return sessionToken === undefined ? { secretAccessKey } : { secretAccessKey, sessionToken };
}
