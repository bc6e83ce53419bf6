export type { Authentication, AuthenticationExchange } from '../authentication.ts';
export { type ScramCredentials, type ScramOptions, scramSha256, scramSha512 } from './scram.ts';
