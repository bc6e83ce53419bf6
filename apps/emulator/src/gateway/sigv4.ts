/*
 * Signature Version 4 as IoT Core reads it in the URL of a WebSocket: computed anew from the request as it came in, with
 * `node:crypto` alone. The one thing that is IoT's own is the session token: it is not a part of what is signed.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { encodeComponent, type Parameter, parseQuery } from './query.ts';

/** The parts of the request that are signed. */
export interface SignedRequest {
  readonly method: string;
  /** As received, without the query. */
  readonly path: string;
  /** As received, without the question mark. */
  readonly query: string;
  /** The Host header as received, with its port. */
  readonly host: string;
}

/** An access key and what belongs to it. */
export interface AccessKey {
  readonly secretAccessKey: string;
  /** Of temporary credentials only. */
  readonly sessionToken?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
}

/** What a signature is judged by. */
export interface SigningRules<Key extends AccessKey> {
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signatureToleranceSeconds: number;
  readonly enforceExpires: boolean;
  readonly find: (accessKeyId: string) => Key | undefined;
}

/** The key that signed, or the words of the 403. */
export type Verdict<Key> = { readonly key: Key; readonly accessKeyId: string } | { readonly refused: string };

const SERVICE = 'iotdevicegateway';
const ALGORITHM = 'AWS4-HMAC-SHA256';
const EMPTY_SHA256 = createHash('sha256').digest('hex');
const UNSIGNED = ['X-Amz-Signature', 'X-Amz-Security-Token'];

/** Whether somebody wanted to sign this request. */
export function isSigned(query: string): boolean {
  return /(^|&)X-Amz-(Signature|Algorithm|Credential)=/.test(query);
}

/** Judges a presigned request. */
export function verifySignature<Key extends AccessKey>(request: SignedRequest, rules: SigningRules<Key>): Verdict<Key> {
  let parameters: Parameter[];
  try {
    parameters = parseQuery(request.query);
  } catch {
    return { refused: 'The query string is malformed.' };
  }
  const values = new Map(parameters);
  const value = (name: string): string => values.get(`X-Amz-${name}`) ?? '';
  const [accessKeyId = '', day = '', region = '', service = '', ending = ''] = value('Credential').split('/');

  const formProblem =
    problemOfForm(parameters, value) ?? problemOfScope({ day, region, service, ending }, rules.region);
  if (formProblem !== undefined) return { refused: formProblem };
  if (day !== value('Date').slice(0, 8)) return { refused: 'Date in Credential scope does not match X-Amz-Date.' };
  const key = rules.find(accessKeyId);
  if (key === undefined) return { refused: 'The security token included in the request is invalid.' };
  const problem =
    problemOfSignature(request, parameters, value('Signature'), `${day}/${region}`, key) ??
    problemOfToken(values.get('X-Amz-Security-Token'), key, rules.now) ??
    problemOfTime(value('Date'), values.get('X-Amz-Expires'), rules);
  return problem === undefined ? { key, accessKeyId } : { refused: problem };
}

function problemOfForm(parameters: readonly Parameter[], value: (name: string) => string): string | undefined {
  const names = parameters.map(([name]) => name).filter((name) => name.startsWith('X-Amz-'));
  if (new Set(names).size !== names.length) return 'A parameter is there twice.';
  for (const name of ['Algorithm', 'Credential', 'Date', 'SignedHeaders', 'Signature']) {
    if (value(name) === '') return `X-Amz-${name} is missing.`;
  }
  if (value('Algorithm') !== ALGORITHM) return 'Unsupported AWS algorithm.';
  if (!/^\d{8}T\d{6}Z$/.test(value('Date')) || Number.isNaN(timeOf(value('Date')))) return 'X-Amz-Date is malformed.';
  return value('SignedHeaders') === 'host' ? undefined : 'X-Amz-SignedHeaders must be host.';
}

function problemOfScope(scope: { day: string; region: string; service: string; ending: string }, region: string) {
  if (scope.ending !== 'aws4_request') return "Credential should be scoped with a valid terminator: 'aws4_request'.";
  if (scope.service !== SERVICE) return `Credential should be scoped to correct service: '${SERVICE}'.`;
  return scope.region === region ? undefined : `Credential should be scoped to a valid region, not '${scope.region}'.`;
}

function problemOfSignature(
  request: SignedRequest,
  parameters: readonly Parameter[],
  signature: string,
  dayAndRegion: string,
  { secretAccessKey }: AccessKey,
): string | undefined {
  const date = parameters.find(([name]) => name === 'X-Amz-Date')?.[1] ?? '';
  const scope = `${dayAndRegion}/${SERVICE}/aws4_request`;
  const canonical = canonicalRequest(request, parameters);
  const hash = createHash('sha256').update(canonical).digest('hex');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((previous, part) => hmac(previous, part), `AWS4${secretAccessKey}`);
  const wanted = hmac(key, [ALGORITHM, date, scope, hash].join('\n'));
  const given = Buffer.from(signature, 'hex');
  return given.length === wanted.length && /^[0-9a-f]{64}$/.test(signature) && timingSafeEqual(given, wanted)
    ? undefined
    : 'The request signature we calculated does not match the signature you provided.';
}

/** The request as it is hashed. Whoever signs the session token has signed another request. */
function canonicalRequest({ method, path, host }: SignedRequest, parameters: readonly Parameter[]): string {
  const query = parameters
    .filter(([name]) => !UNSIGNED.includes(name))
    .map(([name, value]) => `${encodeComponent(name)}=${encodeComponent(value)}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join('&');
  const canonicalPath = path
    .split('/')
    .map((segment) => encodeComponent(segment))
    .join('/');
  return [method, canonicalPath, query, `host:${host.trim()}`, '', 'host', EMPTY_SHA256].join('\n');
}

function problemOfToken(token: string | undefined, key: AccessKey, now: number): string | undefined {
  if (token !== key.sessionToken) return 'The security token included in the request is invalid.';
  return key.expiresAt !== undefined && key.expiresAt <= now
    ? 'The security token included in the request is expired'
    : undefined;
}

function problemOfTime<Key extends AccessKey>(
  date: string,
  expires: string | undefined,
  { now, signatureToleranceSeconds, enforceExpires }: SigningRules<Key>,
): string | undefined {
  const isAsked = expires !== undefined && enforceExpires;
  const seconds = isAsked ? Number(expires) : signatureToleranceSeconds;
  if (isAsked && !(/^\d+$/.test(expires) && seconds >= 1 && seconds <= 604_800)) {
    return 'X-Amz-Expires must be between 1 and 604800 seconds.';
  }
  const age = (now - timeOf(date)) / 1000;
  if (Number.isNaN(age)) return `X-Amz-Date is no date: ${date}.`;
  if (age < -signatureToleranceSeconds) return `Signature not yet current: ${date} is in the future.`;
  return age > seconds ? `Signature expired: ${date} is too old.` : undefined;
}

/** @param date such as `20260115T123456Z` */
function timeOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
