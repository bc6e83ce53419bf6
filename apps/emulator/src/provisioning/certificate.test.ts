import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { Authority } from './certificate.ts';
import { der, explicit, oid } from './der.ts';

const NOW = Date.parse('2026-01-15T12:34:56Z');

test('a certificate with a key of its own', async () => {
  const { certificatePem, certificateId, privateKey } = await new Authority().createKeys(NOW);
  const certificate = new X509Certificate(certificatePem);
  expect(certificate.subject).toBe('CN=AWS IoT Certificate');
  expect(certificate.checkPrivateKey(createPrivateKey(privateKey))).toBe(true);
  expect(certificate.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(certificateId);
  expect(new Date(certificate.validFrom).getTime()).toBe(NOW);
});

test('a certificate for the key in a request', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const information = der(
    'sequence',
    der('integer', Buffer.of(0)),
    der('sequence'),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(0, Buffer.alloc(0)),
  );
  const request = der(
    'sequence',
    information,
    der('sequence', oid('1.2.840.10045.4.3.2')),
    der('bitString', Buffer.of(0), sign('sha256', information, privateKey)),
  );
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${request.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
  const certificate = new X509Certificate(new Authority().certifyRequest(pem, NOW).certificatePem);
  expect(certificate.publicKey.equals(createPublicKey(privateKey))).toBe(true);
});

test.each(['', 'text', '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----'])(
  'no certificate for %j',
  (text) => {
    expect(() => new Authority().certifyRequest(text, NOW)).toThrow();
  },
);
