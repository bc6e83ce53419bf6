import { createHmac, randomBytes } from 'node:crypto';

/** Who a token says somebody is. */
export interface Login {
  readonly provider: string;
  readonly subject: string;
}

/** Stands in for the identity providers: makes the tokens that people sign in with, and reads them. */
export class LoginTokens {
  readonly #secret = randomBytes(32);

  /** A token in the form of a JWT. @param expiresAt milliseconds since 1970 */
  issue({ provider, subject }: Login, expiresAt: number): string {
    const claims = { iss: provider, sub: subject, exp: Math.floor(expiresAt / 1000) };
    const content = [{ alg: 'HS256', typ: 'JWT' }, claims].map(encode).join('.');
    return `${content}.${this.#sign(content)}`;
  }

  /** Who a token of a provider is for, whether it is over, or `undefined` when it is none. */
  read(provider: string, token: string, now: number): (Login & { readonly isExpired: boolean }) | undefined {
    const [header = '', payload = '', signature] = token.split('.');
    if (signature !== this.#sign(`${header}.${payload}`)) return undefined;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      iss: string;
      sub: string;
      exp: number;
    };
    return claims.iss === provider ? { provider, subject: claims.sub, isExpired: claims.exp * 1000 <= now } : undefined;
  }

  #sign(content: string): string {
    return createHmac('sha256', this.#secret).update(content).digest('base64url');
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
