import type { Emulator } from './emulator.ts';

/** What a client needs to connect to the demonstration account. */
export interface DemoAccount {
  /** AWS's documented example keys. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For guests, and for people of `provider`. */
  readonly identityPoolId: string;
  readonly provider: string;
  /** The default authorizer, with the one user name and password it accepts. */
  readonly authorizerName: string;
  readonly username: string;
  readonly password: string;
}

const ACCOUNT: DemoAccount = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  identityPoolId: 'us-east-1:00000000-0000-4000-8000-000000000000',
  provider: 'cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE',
  authorizerName: 'demo',
  username: 'demo',
  password: 'demo',
};

/** Allows whatever IoT Core's data plane knows. */
const EVERYTHING = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
} as const;

/** Fills an emulator with an account in which everybody may do everything. */
export function addDemoAccount({ cloud, identities }: Emulator): DemoAccount {
  const { username, password, authorizerName, identityPoolId, provider } = ACCOUNT;
  cloud.addUser(ACCOUNT.accessKeyId, ACCOUNT.secretAccessKey, [EVERYTHING]);
  cloud.policies.set('everything', EVERYTHING);
  const roles = { guestRole: EVERYTHING, userRole: EVERYTHING };
  identities.addPool({ allowsGuests: true, providers: [provider], ...roles }, identityPoolId);
  cloud.authorizers.set(authorizerName, {
    decide({ protocolData: { mqtt } }) {
      const isAuthenticated =
        mqtt.username?.split('?')[0] === username && mqtt.password === Buffer.from(password).toString('base64');
      return { isAuthenticated, principalId: username, policyDocuments: [EVERYTHING] };
    },
  });
  cloud.defaultAuthorizer = authorizerName;
  return ACCOUNT;
}
