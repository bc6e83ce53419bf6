import { describe, expect, it } from 'vitest';
import type { AuthenticationExchange } from '../authentication.ts';
import { type ScramStart, beginExchange } from './exchange.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** RFC 7677, section 3. */
const VECTOR = {
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};

function begin(overrides: Partial<ScramStart> = {}): AuthenticationExchange {
  return beginExchange({
    hash: 'SHA-256',
    username: 'user',
    password: 'pencil',
    nonce: VECTOR.nonce,
    minIterations: 4_096,
    maxIterations: 10_000,
    ...overrides,
  });
}

/** An exchange in which the server has answered with the challenge of the RFC. */
async function challenged(): Promise<AuthenticationExchange> {
  const exchange = begin();
  await exchange.respond(utf8(VECTOR.serverFirst));
  return exchange;
}

describe('an exchange of SCRAM-SHA-256', () => {
  it('is that of RFC 7677 to the letter', async () => {
    const exchange = begin();
    expect(text(exchange.initialData)).toBe(VECTOR.clientFirst);
    expect(text(await exchange.respond(utf8(VECTOR.serverFirst)))).toBe(VECTOR.clientFinal);
    expect(() => exchange.verify?.(utf8(VECTOR.serverFinal))).not.toThrow();
  });

  it('ignores extensions that may be ignored', async () => {
    const exchange = begin();
    const answer = await exchange.respond(utf8(`${VECTOR.serverFirst},x=more`));
    expect(text(answer)).toMatch(/^c=biws,r=.*,p=/);
    // They are part of what both sides sign.
    expect(() => exchange.verify?.(utf8(VECTOR.serverFinal))).toThrow();
    const other = await challenged();
    expect(() => other.verify?.(utf8(`${VECTOR.serverFinal},x=more`))).not.toThrow();
  });

  it.each([`v=${'A'.repeat(43)}=`, 'e=other-error', '', 'v=', VECTOR.serverFinal.slice(0, -1), 'x'])(
    'fails when the server proves nothing: %j',
    async (said) => {
      const exchange = await challenged();
      expect(() => exchange.verify?.(utf8(said))).toThrow('not proved');
    },
  );

  it('fails when the server says nothing, or says it is done before it has asked', async () => {
    const exchange = await challenged();
    expect(() => exchange.verify?.(undefined)).toThrow('not proved');
    expect(() => begin().verify?.(utf8(VECTOR.serverFinal))).toThrow('not proved');
    expect(() => begin().verify?.(utf8('v=undefined'))).toThrow('not proved');
  });

  it.each([
    ['another nonce', 'r=somebodyelse,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['our nonce alone', 'r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['our nonce at another place', 'r=xrOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['too few iterations', 'r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095'],
    ['too many iterations', 'r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=10001'],
    [
      'more iterations than there are numbers',
      `r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=${'9'.repeat(400)}`,
    ],
    ['iterations that are no number', 'r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096e9'],
    ['negative iterations', 'r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-4096'],
    ['no iterations', 'r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ=='],
    ['a mandatory extension', 'm=x,r=rOprNGfwEbeRWgbNEkqO1,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['a salt that is no base64', 'r=rOprNGfwEbeRWgbNEkqO1,s=!,i=4096'],
    ['no salt', 'r=rOprNGfwEbeRWgbNEkqO1,s=,i=4096'],
    ['an error', 'e=unknown-user'],
    ['nothing', ''],
  ])('refuses a challenge with %s, and then takes no other', async (_, challenge) => {
    const exchange = begin();
    await expect(exchange.respond(utf8(challenge))).rejects.toThrow();
    await expect(exchange.respond(utf8(VECTOR.serverFirst))).rejects.toThrow('second');
    expect(() => exchange.verify?.(utf8(VECTOR.serverFinal))).toThrow('not proved');
  });

  it('refuses bytes that are no text, and none at all', async () => {
    await expect(begin().respond(Uint8Array.of(0xff, 0xfe))).rejects.toThrow();
    await expect(begin().respond(undefined)).rejects.toThrow('no SCRAM challenge');
  });

  it('answers one challenge: a second one would get a proof with another salt', async () => {
    const exchange = await challenged();
    await expect(exchange.respond(utf8(VECTOR.serverFirst))).rejects.toThrow('second');
  });

  it('escapes comma and equals sign in the user name', () => {
    expect(text(begin({ username: 'a=b,c' }).initialData)).toBe(`n,,n=a=3Db=2Cc,r=${VECTOR.nonce}`);
  });

  it('says neither user name nor password in an error', async () => {
    const errors: unknown[] = [];
    for (const username of ['SENTINEL\u0007', 'SENTINEL\uD800'])
      try {
        begin({ username });
      } catch (error) {
        errors.push(error);
      }
    const answer = Promise.resolve(begin({ password: 'SENTINEL' }).respond(utf8('r=x')));
    await answer.catch((error: unknown) => errors.push(error));
    expect(errors).toHaveLength(3);
    for (const error of errors) expect(String((error as Error).stack)).not.toContain('SENTINEL');
  });
});
