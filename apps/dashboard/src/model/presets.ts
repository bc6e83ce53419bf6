import type { ClientOptions } from '@mqtide/client';
import { awsCognito, awsCustomAuthorizer, awsSigV4 } from '@mqtide/client/aws';

/** What `npm start` tells the page of the emulator it has started. There are no secrets in it but those of AWS's examples. */
export interface EmulatedAws {
  /** Host and port. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly identityPoolId: string;
  readonly authorizerName: string;
  readonly username: string;
  readonly password: string;
}

/** What came with the page; a page on a server of its own has none of it. */
export interface LocalServers {
  readonly aws?: EmulatedAws;
  /** Why there is no emulator. */
  readonly awsProblem?: string;
}

/** A server that can be chosen instead of typing an address. */
export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly explanation: string;
  /** Takes the place of the address and of user name and password. */
  options(): Partial<ClientOptions> & Pick<ClientOptions, 'url'>;
}

/** Reads what came with the page. Anything that is not what `npm start` serves is taken for nothing. */
export function localServers(text: string): LocalServers {
  try {
    const { aws, awsProblem } = JSON.parse(text) as LocalServers;
    if (typeof aws?.endpoint === 'string') return { aws };
    return typeof awsProblem === 'string' ? { awsProblem } : {};
  } catch {
    return {};
  }
}

/** The three ways to sign in to AWS IoT Core from a page, with the emulator's account. */
export function awsPresets(aws: EmulatedAws): readonly Preset[] {
  const { region, accessKeyId, secretAccessKey, identityPoolId, authorizerName, username, password } = aws;
  const endpoint = `ws://${aws.endpoint}`;
  return [
    {
      id: 'aws-sigv4',
      label: 'AWS: signed URL',
      explanation: 'Signature Version 4 with AWS’s example access key. Every attempt is signed anew.',
      options: () => awsSigV4({ endpoint, region, credentials: { accessKeyId, secretAccessKey } }),
    },
    {
      id: 'aws-cognito',
      label: 'AWS: Cognito guest',
      explanation: 'Temporary credentials of an identity pool, refreshed before they end.',
      options: () => awsCognito({ endpoint, region, identityPoolId, cognitoEndpoint: `http://${aws.endpoint}` }),
    },
    {
      id: 'aws-authorizer',
      label: 'AWS: custom authorizer',
      explanation: `The authorizer “${authorizerName}” decides; here it knows one user name and password.`,
      options: () => awsCustomAuthorizer({ endpoint, authorizerName, username, password }),
    },
  ];
}
