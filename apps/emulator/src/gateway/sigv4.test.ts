import { describe, expect, test } from 'vitest';
import { EXAMPLE_KEY, keyOf, requestOf, VECTORS, type Vector } from '../testing/vectors.test-helpers.ts';
import { type AccessKey, type SigningRules, verifySignature } from './sigv4.ts';

const MISMATCH = { refused: expect.stringContaining('does not match') };

function rulesOf(vector: Vector, more: Partial<SigningRules<AccessKey>> = {}): SigningRules<AccessKey> {
  return {
    region: vector.region,
    now: Date.parse(vector.date),
    signatureToleranceSeconds: 300,
    enforceExpires: true,
    find: (id) => (id === EXAMPLE_KEY.accessKeyId ? keyOf(vector) : undefined),
    ...more,
  };
}

function vectorOf(id: string): Vector {
  const vector = VECTORS.find((one) => one.id === id);
  if (vector === undefined) throw new Error(`no vector ${id}`);
  return vector;
}

const judge = (vector: Vector, url = vector.url, more: Partial<SigningRules<AccessKey>> = {}) =>
  verifySignature(requestOf(url), rulesOf(vector, more));

test('the vectors are all there: ten, and five ways to sign them wrongly', () => {
  expect(VECTORS.map(({ id }) => id)).toEqual(['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7', 'V8', 'V9', 'V10']);
  const wrong = VECTORS.flatMap(({ wrongIfTokenSigned, wrongIfHostWithoutPort }) => [
    ...(wrongIfTokenSigned === undefined ? [] : [wrongIfTokenSigned]),
    ...(wrongIfHostWithoutPort === undefined ? [] : [wrongIfHostWithoutPort]),
  ]);
  expect(new Set(wrong).size).toBe(5);
});

describe.each(VECTORS)('$id, $description', (vector) => {
  test('is accepted', () => {
    expect(judge(vector)).toEqual({ key: keyOf(vector), accessKeyId: EXAMPLE_KEY.accessKeyId });
  });

  test('in another order, too', () => {
    const [origin, query = ''] = vector.url.split('?');
    expect(judge(vector, `${origin}?${query.split('&').reverse().join('&')}`)).not.toHaveProperty('refused');
  });

  test('a changed character of any parameter is refused', () => {
    const [, query = ''] = vector.url.split('?');
    for (const parameter of query.split('&')) {
      const last = parameter.at(-1) === '1' ? '2' : '1';
      const url = vector.url.replace(parameter, () => `${parameter.slice(0, -1)}${last}`);
      expect({ parameter, ...judge(vector, url) }).toHaveProperty('refused');
    }
  });

  test('one more parameter, another host, another path, another method, another secret are refused', () => {
    expect(judge(vector, `${vector.url}&more=1`)).toEqual(MISMATCH);
    const request = requestOf(vector.url);
    for (const changed of [{ host: 'example.com' }, { path: '/mqtt/' }, { method: 'POST' }]) {
      expect(verifySignature({ ...request, ...changed }, rulesOf(vector))).toEqual(MISMATCH);
    }
    expect(judge(vector, vector.url, { find: () => ({ ...keyOf(vector), secretAccessKey: 'other' }) })).toEqual(
      MISMATCH,
    );
  });
});

describe.each(VECTORS.filter((vector) => vector.wrongIfTokenSigned !== undefined))('$id', (vector) => {
  test('a token inside the signature is refused', () => {
    const url = vector.url.replace(/X-Amz-Signature=\w+/, `X-Amz-Signature=${vector.wrongIfTokenSigned}`);
    expect(judge(vector, url)).toEqual(MISMATCH);
  });
});

describe.each(VECTORS.filter((vector) => vector.wrongIfHostWithoutPort !== undefined))('$id', (vector) => {
  test('a host signed without its port is refused', () => {
    const url = vector.url.replace(/X-Amz-Signature=\w+/, `X-Amz-Signature=${vector.wrongIfHostWithoutPort}`);
    expect(judge(vector, url)).toEqual(MISMATCH);
  });
});

test('a key nobody knows', () => {
  expect(judge(vectorOf('V1'), undefined, { find: () => undefined })).toEqual({
    refused: 'The security token included in the request is invalid.',
  });
});

test('temporary credentials: without their token, with another one, or after their end', () => {
  const vector = vectorOf('V2');
  const [withoutToken] = vector.url.split('&X-Amz-Security-Token');
  const invalid = { refused: 'The security token included in the request is invalid.' };
  expect(judge(vector, withoutToken)).toEqual(invalid);
  expect(judge(vector, `${withoutToken}&X-Amz-Security-Token=other`)).toEqual(invalid);
  const expired = { ...keyOf(vector), expiresAt: Date.parse(vector.date) };
  expect(judge(vector, undefined, { find: () => expired })).toEqual({
    refused: 'The security token included in the request is expired',
  });
});

test('a key without a token does not come with one', () => {
  const vector = vectorOf('V1');
  expect(judge(vector, `${vector.url}&X-Amz-Security-Token=x`)).toHaveProperty('refused');
});

test('X-Amz-Expires bounds the handshake', () => {
  const vector = vectorOf('V3');
  const signedAt = Date.parse('2026-01-15T12:34:56Z');
  const after = (seconds: number) => judge(vector, undefined, { now: signedAt + seconds * 1000 });
  expect(after(300)).not.toHaveProperty('refused');
  expect(after(301)).toEqual({ refused: expect.stringContaining('Signature expired') });
  expect(after(-300)).not.toHaveProperty('refused');
  expect(after(-301)).toEqual({ refused: expect.stringContaining('not yet current') });
});

test('without X-Amz-Expires the tolerance bounds it', () => {
  const vector = vectorOf('V4');
  const signedAt = Date.parse('2026-01-15T12:34:56Z');
  expect(judge(vector, undefined, { now: signedAt + 300_000 })).not.toHaveProperty('refused');
  expect(judge(vector, undefined, { now: signedAt + 301_000 })).toHaveProperty('refused');
});

test('another region or service, a day that is not that of the date, a missing or repeated parameter', () => {
  const vector = vectorOf('V1');
  const changed = (from: string, to: string) => judge(vector, vector.url.replace(from, to));
  expect(changed('us-east-1%2F', 'eu-west-1%2F')).toEqual({ refused: expect.stringContaining('valid region') });
  expect(changed('iotdevicegateway', 'iotdata')).toEqual({ refused: expect.stringContaining('correct service') });
  expect(changed('%2Faws4_request', '%2Faws5')).toEqual({ refused: expect.stringContaining('terminator') });
  expect(changed('%2F20260115%2F', '%2F20260114%2F')).toEqual({ refused: expect.stringContaining('Date') });
  expect(changed('&X-Amz-SignedHeaders=host', '')).toEqual({ refused: 'X-Amz-SignedHeaders is missing.' });
  expect(changed('SignedHeaders=host', 'SignedHeaders=')).toEqual({ refused: 'X-Amz-SignedHeaders is missing.' });
  expect(changed('AWS4-HMAC-SHA256', 'AWS3')).toEqual({ refused: 'Unsupported AWS algorithm.' });
  expect(changed('X-Amz-Expires=86400', 'X-Amz-Expires=86400&X-Amz-Expires=1')).toEqual({
    refused: 'A parameter is there twice.',
  });
  expect(changed('X-Amz-Expires=86400', 'X-Amz-Expires=%')).toEqual({ refused: 'The query string is malformed.' });
});
