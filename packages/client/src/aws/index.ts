export { type ClockOptions } from './clock.ts';
export { awsCognito, type CognitoConnection, type CognitoOptions } from './cognito.ts';
export type { AwsCredentialProvider, AwsCredentials } from './credentials.ts';
export {
  type AuthorizedConnection,
  type AuthorizerInput,
  awsCustomAuthorizer,
  type CustomAuthorizerOptions,
} from './custom-authorizer.ts';
export type { IdentityOptions } from './identity.ts';
export { AwsError, type AwsErrorCode } from './errors.ts';
export { iotCoreProfile } from './profile.ts';
export { type AwsAttempt, awsSigV4, type EndpointOptions, type SignedConnection, type SigV4Options } from './sigv4.ts';
