/** The hash functions of SCRAM that are still good. */
export type Hash = 'SHA-256' | 'SHA-512';

export type Bytes = Uint8Array<ArrayBuffer>;

/** WebCrypto, looked up when it is needed. Throws where there is none. */
export function crypto(): Crypto {
  const { crypto: found } = globalThis as { readonly crypto?: Crypto };
  if (found?.subtle === undefined)
    throw new Error('SCRAM needs WebCrypto, which a page has on https and on localhost.');
  return found;
}

export async function digest(hash: Hash, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto().subtle.digest(hash, data));
}

export async function hmac(hash: Hash, key: Bytes, data: Bytes): Promise<Bytes> {
  const { subtle } = crypto();
  const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', imported, data));
}

/** PBKDF2 with as many bits as the hash has: `Hi` of RFC 5802. */
export async function stretch(hash: Hash, password: Bytes, salt: Bytes, iterations: number): Promise<Bytes> {
  const { subtle } = crypto();
  const key = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const bits = hash === 'SHA-256' ? 256 : 512;
  return new Uint8Array(await subtle.deriveBits({ name: 'PBKDF2', hash, salt, iterations }, key, bits));
}
