import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { AuthenticationAnswer, Authenticator } from '@mqtide/testkit';

const HASHES: Readonly<Record<string, 'sha256' | 'sha512'>> = {
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-512': 'sha512',
};

/** Who may come in, and how this server plays its part. */
export interface ScramServerOptions {
  readonly username: string;
  /** Asked on every exchange. */
  readonly password: () => string;
  /** @default 4096 */
  readonly iterations?: number;
  /** Whether it sends a signature that proves nothing. @default false */
  readonly isImpostor?: boolean;
}

/** The server's part of SCRAM, RFC 5802, for one client at a time. */
export function scramServer({
  username,
  password,
  iterations = 4_096,
  isImpostor = false,
}: ScramServerOptions): Authenticator {
  const refused: AuthenticationAnswer = { next: 'refuse', reasonCode: 0x87 };
  let clientFirst = '';
  let serverFirst = '';
  let salt: Buffer;
  return ({ method, data, round }) => {
    const hash = HASHES[method];
    if (hash === undefined) return { next: 'refuse', reasonCode: 0x8c };
    const said = Buffer.from(data ?? []).toString();
    if (round === 0) {
      const [, bare = '', name, nonce] = /^n,,(n=([^,]*),r=([^,]+))$/.exec(said) ?? [];
      if (name !== username) return refused;
      salt = randomBytes(16);
      clientFirst = bare;
      serverFirst = `r=${nonce}${randomBytes(12).toString('hex')},s=${salt.toString('base64')},i=${iterations}`;
      return { next: 'continue', data: Buffer.from(serverFirst) };
    }
    const [, withoutProof = '', proof] = /^(c=biws,r=[^,]+),p=(.+)$/.exec(said) ?? [];
    const hmac = (key: Buffer, message: string): Buffer => createHmac(hash, key).update(message).digest();
    const salted = pbkdf2Sync(password(), salt, iterations, hash === 'sha256' ? 32 : 64, hash);
    const clientKey = hmac(salted, 'Client Key');
    const transcript = `${clientFirst},${serverFirst},${withoutProof}`;
    const clientSignature = hmac(createHash(hash).update(clientKey).digest(), transcript);
    const expected = Buffer.from(clientKey.map((byte, index) => byte ^ (clientSignature[index] as number)));
    if (proof !== expected.toString('base64')) return refused;
    const signature = hmac(hmac(salted, 'Server Key'), isImpostor ? 'something else' : transcript);
    return { next: 'success', data: Buffer.from(`v=${signature.toString('base64')}`) };
  };
}
