import { describe, expect, it } from 'vitest';
import { awsPresets, localServers } from './presets.ts';

const AWS = {
  endpoint: '127.0.0.1:8883',
  region: 'us-east-1',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  identityPoolId: 'us-east-1:00000000-0000-4000-8000-000000000000',
  authorizerName: 'demo',
  username: 'demo',
  password: 'demo',
};
const ATTEMPT = { attempt: 1, lastError: undefined, signal: new AbortController().signal };

describe('localServers', () => {
  it('is what `npm start` serves', () => {
    expect(localServers(JSON.stringify({ aws: AWS }))).toEqual({ aws: AWS });
    expect(localServers('{"awsProblem":"no mosquitto"}')).toEqual({ awsProblem: 'no mosquitto' });
  });

  it.each(['', '<!doctype html>', 'null', '{}', '{"aws":{}}', '{"awsProblem":1}'])('is nothing for %s', (text) => {
    expect(localServers(text)).toEqual({});
  });
});

describe('awsPresets', () => {
  it('are known by their identifiers, and each explains itself', () => {
    const presets = awsPresets(AWS);
    expect(presets.map(({ id }) => id)).toEqual(['aws-sigv4', 'aws-cognito', 'aws-authorizer']);
    for (const { explanation } of presets) expect(explanation).toMatch(/\.$/);
  });

  it('sign a URL for the emulator, and keep to the limits of IoT Core', async () => {
    const { url, brokerProfile } = awsPresets(AWS)[0]?.options() ?? {};
    const signed = typeof url === 'function' ? String(await url(ATTEMPT)) : '';
    expect(signed).toContain('ws://127.0.0.1:8883/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256');
    expect(brokerProfile?.maximumQoS).toBe(1);
  });
});
