/*
 * One exchange of SCRAM, RFC 5802, section 5, without channel binding.
 *
 *   client ─► n,,n=<user>,r=<nonce>                          CONNECT, or AUTH 0x19
 *   server ─► r=<nonce+>,s=<salt>,i=<iterations>             AUTH
 *   client ─► c=biws,r=<nonce+>,p=<proof>                    AUTH
 *   server ─► v=<signature>                                  CONNACK, or AUTH 0x00
 */
import type { AuthenticationExchange } from '../authentication.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { type Bytes, type Hash, digest, hmac, stretch } from './hash.ts';
import { saslPrep } from './sasl-prep.ts';

/** What an exchange begins with. */
export interface ScramStart {
  readonly hash: Hash;
  readonly username: string;
  readonly password: string;
  /** The client's, different in every exchange. */
  readonly nonce: string;
  readonly minIterations: number;
  readonly maxIterations: number;
}

/** Throws for a user name that cannot be sent. */
export function beginExchange(start: ScramStart): AuthenticationExchange {
  const { hash, username, password, nonce } = start;
  const name = saslPrep(username).replaceAll('=', '=3D').replaceAll(',', '=2C');
  const secret = utf8(saslPrep(password));
  const clientFirst = `n=${name},r=${nonce}`;
  let isChallenged = false;
  let signature: string | undefined;
  return {
    initialData: utf8(`n,,${clientFirst}`),
    async respond(data) {
      // A second one would get the server a proof with a salt of its choice.
      if (isChallenged) throw new Error('The server sent a second SCRAM challenge.');
      isChallenged = true;
      const serverFirst = text(data);
      const challenge = readChallenge(serverFirst, start);
      const withoutProof = `c=biws,r=${challenge.nonce}`;
      const transcript = utf8(`${clientFirst},${serverFirst},${withoutProof}`);
      const salted = await stretch(hash, secret, challenge.salt, challenge.iterations);
      const clientKey = await hmac(hash, salted, utf8('Client Key'));
      const clientSignature = await hmac(hash, await digest(hash, clientKey), transcript);
      const serverKey = await hmac(hash, salted, utf8('Server Key'));
      signature = toBase64(await hmac(hash, serverKey, transcript));
      const proof = clientKey.map((byte, index) => byte ^ (clientSignature[index] as number));
      return utf8(`${withoutProof},p=${toBase64(proof)}`);
    },
    verify(data) {
      if (signature === undefined || text(data).split(',')[0] !== `v=${signature}`)
        throw new Error('The server has not proved that it knows the password.');
    },
  };
}

interface Challenge {
  readonly nonce: string;
  readonly salt: Bytes;
  readonly iterations: number;
}

/** An extension that may be ignored may follow; one that may not would come first. */
function readChallenge(serverFirst: string, { nonce: own, minIterations, maxIterations }: ScramStart): Challenge {
  const parts = /^r=([^,]+),s=([^,]+),i=([1-9]\d*)(?:,|$)/.exec(serverFirst);
  if (parts === null) throw new Error('The server sent no SCRAM challenge.');
  const [, nonce = '', salt = '', count = ''] = parts;
  if (!nonce.startsWith(own) || nonce.length === own.length)
    throw new Error('The nonce of the SCRAM challenge is not an answer to ours.');
  const iterations = Number(count);
  if (iterations < minIterations || iterations > maxIterations)
    throw new Error(`The SCRAM challenge asks for ${count} iterations, not for ${minIterations} to ${maxIterations}.`);
  return { nonce, salt: fromBase64(salt), iterations };
}

function utf8(value: string): Bytes {
  return new TextEncoder().encode(value);
}

function text(bytes: Uint8Array = new Uint8Array()): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
