import type { ClientOptions } from '@mqtide/client/internal';
import { expect, it } from 'vitest';
import { awsCognito } from './cognito.ts';
import { awsCustomAuthorizer } from './custom-authorizer.ts';
import { iotCoreProfile } from './profile.ts';
import { awsSigV4 } from './sigv4.ts';

it('what the helpers make are options of a client', () => {
  const endpoint = 'x-ats.iot.eu-west-1.amazonaws.com';
  const made: ClientOptions[] = [
    { ...awsSigV4({ endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }), clientId: 'c' },
    { ...awsCognito({ endpoint, identityPoolId: 'eu-west-1:00000000-1111-2222-3333-444444444444' }) },
    {
      ...awsCustomAuthorizer({ endpoint, username: 'u' }),
      brokerProfile: { ...iotCoreProfile, publishesPerSecond: 50 },
    },
  ];
  expect(made).toHaveLength(3);
});
