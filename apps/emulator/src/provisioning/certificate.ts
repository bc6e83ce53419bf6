import {
  createHash,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import { der, explicit, oid, partsOf, utcTime } from './der.ts';

/** A certificate and its id, which is the hash of it. */
export interface Certificate {
  readonly certificateId: string;
  readonly certificatePem: string;
}

const LIFETIME_MS = 10 * 365 * 86_400_000;
const SHA256_WITH_RSA = der('sequence', oid('1.2.840.113549.1.1.11'), der('null'));
const newRsaKey = promisify(generateKeyPair);

/** The certificate authority of the emulated account: made anew each time it is first needed. */
export class Authority {
  #key: KeyObject | undefined;

  /** A certificate with a new key of its own. */
  async createKeys(now: number): Promise<Certificate & { readonly privateKey: string }> {
    const { publicKey, privateKey } = await newRsaKey('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    return { ...this.#certify(publicKey, now), privateKey: pem };
  }

  /** A certificate for the key in a request. @throws Error where that is none */
  certifyRequest(requestPem: string, now: number): Certificate {
    const [, base64] = /-----BEGIN CERTIFICATE REQUEST-----([\s\S]+?)-----END/.exec(requestPem) ?? [];
    if (base64 === undefined) throw new Error('There is no certificate request.');
    const [information] = partsOf(Buffer.from(base64, 'base64'));
    const [, , publicKey] = partsOf(information ?? Buffer.alloc(0));
    return this.#certify(createPublicKey({ key: publicKey ?? Buffer.alloc(0), type: 'spki', format: 'der' }), now);
  }

  #certify(publicKey: KeyObject, now: number): Certificate {
    const content = der(
      'sequence',
      explicit(0, der('integer', Buffer.of(2))),
      // Positive and never shorter than it looks.
      der('integer', Buffer.of(1), randomBytes(15)),
      SHA256_WITH_RSA,
      nameOf('mqtide emulator'),
      der('sequence', utcTime(now), utcTime(now + LIFETIME_MS)),
      nameOf('AWS IoT Certificate'),
      publicKey.export({ type: 'spki', format: 'der' }),
    );
    this.#key ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const signature = sign('RSA-SHA256', content, this.#key);
    const certificate = der('sequence', content, SHA256_WITH_RSA, der('bitString', Buffer.of(0), signature));
    const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
    return {
      certificateId: createHash('sha256').update(certificate).digest('hex'),
      certificatePem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    };
  }
}

function nameOf(commonName: string): Buffer {
  const attribute = der('sequence', oid('2.5.4.3'), der('utf8', Buffer.from(commonName)));
  return der('sequence', der('set', attribute));
}
