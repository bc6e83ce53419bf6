import { createPair } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import { createFleetProvisioning } from './provisioning.ts';

const KEY = '-----BEGIN RSA PRIVATE KEY-----SENTINEL-----END RSA PRIVATE KEY-----';
const CREATE = '$aws/certificates/create/json';

/** A client whose every word is kept, and a service that answers what it is told to. */
async function setUp(answer: string, kind: 'accepted' | 'rejected') {
  const pair = createPair();
  const words: unknown[] = [];
  const keep = (...said: unknown[]): void => void words.push(said);
  const service = pair.createClient({ clientId: 'service' });
  await service.start();
  await service.subscribe(CREATE, { qos: 1 }, () => void service.publish(`${CREATE}/${kind}`, answer, { qos: 1 }));
  const client = pair.createClient({
    logger: { debug: keep, info: keep, warn: keep, error: keep },
    onUnhandledError: keep,
  });
  await client.start();
  return { client, words, provisioning: createFleetProvisioning(client) };
}

/** All that can be read of a value by printing it, or by sending it somewhere as JSON. */
const textOf = (value: unknown): string =>
  `${String(value)} ${JSON.stringify(value)} ${value instanceof Error ? `${value.stack} ${String(value.cause)}` : ''}`;

describe('a private key of Fleet Provisioning', () => {
  const document = { certificateId: 'c', certificatePem: 'p', privateKey: KEY, certificateOwnershipToken: 't' };

  it('reaches whoever asked, and no log of the client', async () => {
    const { client, words, provisioning } = await setUp(JSON.stringify(document), 'accepted');
    const keys = await provisioning.createKeysAndCertificate();
    expect(keys.privateKey.reveal()).toBe(KEY);
    await client.stop();
    expect(words.length).toBeGreaterThan(0);
    expect(textOf([keys, words])).not.toContain('SENTINEL');
  });

  it.each([
    ['an answer that is cut off', JSON.stringify(document).slice(0, -1), 'accepted'],
    ['an answer that is no object', JSON.stringify(KEY), 'accepted'],
    ['no answer in time', '', 'rejected'],
  ] as const)('is in no error and no log after %s', async (_, answer, kind) => {
    const { words, provisioning } = await setUp(answer, kind);
    const error: unknown = await provisioning
      .createKeysAndCertificate({ timeoutMs: 50 })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(textOf(error) + textOf(words)).not.toContain('SENTINEL');
  });
});
