import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { scramSha256, scramSha512 } from './scram.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** The server's arithmetic, written down once more with another library. */
function serverSide(hash: 'sha256' | 'sha512', password: string, salt: Buffer, iterations: number, transcript: string) {
  const salted = pbkdf2Sync(password, salt, iterations, hash === 'sha256' ? 32 : 64, hash);
  const clientKey = createHmac(hash, salted).update('Client Key').digest();
  const storedKey = createHash(hash).update(clientKey).digest();
  const clientSignature = createHmac(hash, storedKey).update(transcript).digest();
  const serverKey = createHmac(hash, salted).update('Server Key').digest();
  const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (clientSignature[index] as number)));
  return {
    proof: proof.toString('base64'),
    signature: createHmac(hash, serverKey).update(transcript).digest('base64'),
  };
}

describe.each([
  ['SCRAM-SHA-256', scramSha256, 'sha256'],
  ['SCRAM-SHA-512', scramSha512, 'sha512'],
] as const)('%s against a server of our own', (method, make, hash) => {
  // U+00AA becomes `a`, the soft hyphen nothing, the no-break space a space: RFC 4013.
  it.each(['pencil', 'p\u00aass\u00adword', 'with\u00a0space', 'пароль', ''])(
    'agrees on the password %j',
    async (password) => {
      const prepared = password.replace('\u00aa', 'a').replace('\u00ad', '').replace('\u00a0', ' ');
      const mechanism = make({ username: 'user', password });
      expect(mechanism).toMatchObject({ method, isRenewable: false });
      const exchange = await mechanism.begin();
      const clientFirst = text(exchange.initialData);
      const nonce = `${clientFirst.slice('n,,n=user,r='.length)}def`;
      const salt = Buffer.from('0123456789abcdef');
      const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=5000`;
      const answer = text(await exchange.respond(utf8(serverFirst)));
      const transcript = `${clientFirst.slice(3)},${serverFirst},c=biws,r=${nonce}`;
      const { proof, signature } = serverSide(hash, prepared, salt, 5_000, transcript);
      expect(answer).toBe(`c=biws,r=${nonce},p=${proof}`);
      expect(() => exchange.verify?.(utf8(`v=${signature}`))).not.toThrow();
    },
  );
});

describe('a mechanism', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('uses a new nonce, printable and without a comma, for every exchange', async () => {
    const mechanism = scramSha256({ username: 'user', password: 'pencil' });
    const firsts = new Set<string>();
    for (let round = 0; round < 50; round++) firsts.add(text((await mechanism.begin()).initialData));
    expect(firsts.size).toBe(50);
    for (const first of firsts) expect(first).toMatch(/^n,,n=user,r=[A-Za-z0-9+/]{32}$/);
  });

  it('asks a function for every exchange, and may then succeed after a failure', async () => {
    let asked = 0;
    const mechanism = scramSha256(async () => {
      asked += 1;
      return { username: `user${asked}`, password: 'pencil' };
    });
    expect(mechanism.isRenewable).toBe(true);
    expect(text((await mechanism.begin()).initialData)).toMatch(/^n,,n=user1,/);
    expect(text((await mechanism.begin()).initialData)).toMatch(/^n,,n=user2,/);
  });

  it('refuses what a server asks for beyond the limits', async () => {
    const begin = (options: Parameters<typeof scramSha256>[1]) =>
      scramSha256({ username: 'user', password: 'pencil' }, options).begin();
    const challenge = (exchange: Awaited<ReturnType<typeof begin>>, iterations: number) =>
      exchange.respond(utf8(`${text(exchange.initialData).slice('n,,n=user,'.length)}x,s=AAAA,i=${iterations}`));
    await expect(challenge(await begin({}), 4_095)).rejects.toThrow('4095');
    await expect(challenge(await begin({}), 10_000_001)).rejects.toThrow('10000001');
    await expect(challenge(await begin({ minIterations: 1 }), 1)).resolves.toBeInstanceOf(Uint8Array);
    await expect(challenge(await begin({ maxIterations: 5_000 }), 5_001)).rejects.toThrow('5001');
  });

  it('says what is missing on a page without WebCrypto', async () => {
    const mechanism = scramSha256({ username: 'user', password: 'pencil' });
    vi.stubGlobal('crypto', { getRandomValues: () => {} });
    await expect(mechanism.begin()).rejects.toThrow('https');
    vi.stubGlobal('crypto', undefined);
    await expect(mechanism.begin()).rejects.toThrow('https');
  });
});
