import { describe, expect, it } from 'vitest';
import { presign } from './signer.ts';
import { EXAMPLE_CREDENTIALS, EXAMPLE_TOKEN, VECTORS, type Vector } from './testing/vectors.test-helpers.ts';

const sign = ({ endpoint, region, date, expiresSeconds, token }: Vector): Promise<string> =>
  presign({
    url: new URL(endpoint),
    region,
    time: Date.parse(date),
    expiresSeconds,
    credentials: { ...EXAMPLE_CREDENTIALS, ...(token && { sessionToken: EXAMPLE_TOKEN }) },
  });

describe('a presigned URL', () => {
  it.each(VECTORS)('is, byte for byte, that of vector $id: $what', async (vector) => {
    const expected = `${vector.endpoint}?${vector.query}`;
    const token = vector.token ? `&X-Amz-Security-Token=${encodeURIComponent(EXAMPLE_TOKEN)}` : '';
    expect(await sign(vector)).toBe(expected + token);
    expect(expected).toContain(`X-Amz-Signature=${vector.signature}`);
  });

  const mistakes = VECTORS.flatMap((vector) =>
    Object.entries(vector.wrong ?? {}).map(([mistake, signature]) => ({ vector, mistake, signature })),
  );

  it('is compared with five known mistakes', () => expect(mistakes).toHaveLength(5));

  it.each(mistakes)('never has the signature of $vector.id with the $mistake', async ({ vector, signature }) => {
    for (const expiresSeconds of [vector.expiresSeconds, false, 3_600] as const)
      for (const token of [true, false])
        expect(await sign({ ...vector, expiresSeconds, token })).not.toContain(signature);
  });

  it('has the same signature with a token and without, and the token at the end', async () => {
    const [vector] = VECTORS as readonly [Vector];
    const without = await sign({ ...vector, token: false });
    const url = await sign({ ...vector, token: true });
    expect(url.startsWith(`${without}&X-Amz-Security-Token=`)).toBe(true);
    expect(new URL(url).searchParams.get('X-Amz-Security-Token')).toBe(EXAMPLE_TOKEN);
  });

  it('signs the host as the browser sends it: lower case, and no port that is the default', async () => {
    const [vector] = VECTORS as readonly [Vector];
    const shouted = vector.endpoint.replace(/\/\/[^/]+/, (host) => `${host.toUpperCase()}:443`);
    expect(await sign({ ...vector, endpoint: shouted })).toBe(await sign(vector));
  });
});
