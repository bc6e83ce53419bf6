import { createHash, createHmac } from 'node:crypto';

/** What a URL is signed with. */
export interface SignerInput {
  /** With its port. */
  readonly host: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** @default now */
  readonly date?: Date;
  /** @default 300 */
  readonly expiresSeconds?: number;
}

/** A presigned `ws:` URL of `/mqtt`, for tests without the client. */
export function signedUrl(input: SignerInput): string {
  const { host, accessKeyId, secretAccessKey, sessionToken, region = 'us-east-1', expiresSeconds = 300 } = input;
  const date = (input.date ?? new Date()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/${region}/iotdevicegateway/aws4_request`;
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${date}`,
    `X-Amz-Expires=${expiresSeconds}`,
    'X-Amz-SignedHeaders=host',
  ].join('&');
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const request = `GET\n/mqtt\n${query}\nhost:${host}\n\nhost\n${sha256('')}`;
  let key = hmac(`AWS4${secretAccessKey}`, date.slice(0, 8));
  for (const part of [region, 'iotdevicegateway', 'aws4_request']) key = hmac(key, part);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(request)}`).toString('hex');
  const token = sessionToken === undefined ? '' : `&X-Amz-Security-Token=${encodeURIComponent(sessionToken)}`;
  return `ws://${host}/mqtt?${query}&X-Amz-Signature=${signature}${token}`;
}
