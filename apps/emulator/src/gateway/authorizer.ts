/*
 * Custom authorizers: where their inputs come from, the signature of the token, what the function behind one is asked and
 * may answer.
 */
import { verify } from 'node:crypto';
import type { Clock } from '../cloud/clock.ts';
import type { Limits } from '../limits.ts';
import type { PolicyDocument } from '../policy/policy.ts';
import { type Parameter, parseQuery } from './query.ts';

/** What the function behind an authorizer gets. */
export interface AuthorizerEvent {
  readonly token?: string;
  readonly signatureVerified: boolean;
  readonly protocols: readonly string[];
  readonly protocolData: {
    readonly http?: { readonly headers: Readonly<Record<string, string>>; readonly queryString: string };
    /** The password is base64. */
    readonly mqtt: { readonly username?: string; readonly password?: string; readonly clientId: string };
  };
  readonly connectionMetadata: { readonly id: string };
}

/** What it answers. */
export interface AuthorizerAnswer {
  readonly isAuthenticated: boolean;
  /** Letters and digits, 1 to 128. */
  readonly principalId?: string;
  /** At most 10, each of at most 2048 characters. */
  readonly policyDocuments?: readonly PolicyDocument[];
  readonly disconnectAfterInSeconds?: number;
  readonly refreshAfterInSeconds?: number;
}

/** An authorizer of the account. */
export interface Authorizer {
  /** Without one, tokens are not signed. */
  readonly tokenKeyName?: string;
  /** Of the RSA key that signs tokens, in PEM; at least 2048 bits. */
  readonly publicKeyPem?: string;
  readonly decide: (event: AuthorizerEvent) => AuthorizerAnswer | Promise<AuthorizerAnswer>;
}

/** The request of the WebSocket and the CONNECT over it. */
export interface AuthorizerInputs {
  readonly connectionId: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the URL, without the question mark. */
  readonly queryString: string;
  readonly clientId: string;
  readonly username?: string;
  readonly password?: Uint8Array;
}

/** The account's authorizers. */
export interface Authorizers {
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  readonly defaultAuthorizer: string | undefined;
  readonly allowsAuthorizerOverride: boolean;
  readonly limits: Pick<Limits, 'authorizerSeconds'>;
  readonly clock: Pick<Clock, 'after'>;
}

const NAME = 'x-amz-customauthorizer-name';
const SIGNATURE = 'x-amz-customauthorizer-signature';

/** Asks the authorizer that the inputs name, or the default one; `undefined` is a refusal. */
export async function askAuthorizer(
  inputs: AuthorizerInputs,
  account: Authorizers,
): Promise<AuthorizerAnswer | undefined> {
  const { authorizers, defaultAuthorizer, allowsAuthorizerOverride } = account;
  const parameters = parametersOf(inputs);
  const named = parameters?.get(NAME);
  if (named !== undefined && named !== defaultAuthorizer && !allowsAuthorizerOverride) return undefined;
  const authorizer = authorizers.get(named ?? defaultAuthorizer ?? '');
  if (parameters === undefined || authorizer === undefined) return undefined;
  const token = authorizer.tokenKeyName === undefined ? undefined : parameters.get(authorizer.tokenKeyName);
  const isSigned = authorizer.publicKeyPem !== undefined;
  // Before the function: it never hears of a token that was not signed.
  if (isSigned && !isGenuine(token, parameters.get(SIGNATURE), authorizer.publicKeyPem)) return undefined;
  const event = eventOf(inputs, token, isSigned);
  const answer = await decision(authorizer, event, account);
  return answer !== undefined && isValid(answer) ? answer : undefined;
}

/** From the URL, or else from the user name: one of the two, as a whole. */
function parametersOf({ queryString, username = '' }: AuthorizerInputs): ReadonlyMap<string, string> | undefined {
  const questionMark = username.indexOf('?');
  const query = queryString === '' && questionMark >= 0 ? username.slice(questionMark + 1) : queryString;
  let parameters: Parameter[];
  try {
    parameters = parseQuery(query);
  } catch {
    return undefined;
  }
  return new Map(parameters);
}

function isGenuine(token: string | undefined, signature: string | undefined, publicKeyPem: string): boolean {
  if (token === undefined || signature === undefined) return false;
  return verify('RSA-SHA256', Buffer.from(token), publicKeyPem, Buffer.from(signature, 'base64'));
}

function eventOf(inputs: AuthorizerInputs, token: string | undefined, isSigned: boolean): AuthorizerEvent {
  const { connectionId, headers, queryString, clientId, username, password } = inputs;
  return {
    ...(token === undefined ? {} : { token }),
    signatureVerified: isSigned,
    protocols: ['tls', 'http', 'mqtt'],
    protocolData: {
      http: { headers, queryString: queryString === '' ? '' : `?${queryString}` },
      mqtt: {
        clientId,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password: Buffer.from(password).toString('base64') }),
      },
    },
    connectionMetadata: { id: connectionId },
  };
}

function isValid({ isAuthenticated, principalId = '', policyDocuments = [] }: AuthorizerAnswer): boolean {
  return (
    isAuthenticated &&
    /^[a-zA-Z0-9]{1,128}$/.test(principalId) &&
    policyDocuments.length <= 10 &&
    policyDocuments.every((document) => JSON.stringify(document).length <= 2048)
  );
}

/** A function that fails, or takes too long, has decided nothing. */
function decision(
  { decide }: Authorizer,
  event: AuthorizerEvent,
  { clock, limits }: Authorizers,
): Promise<AuthorizerAnswer | undefined> {
  return new Promise((resolve) => {
    const callOff = clock.after(limits.authorizerSeconds * 1000, () => resolve(undefined));
    Promise.resolve(event)
      .then(decide)
      .then(resolve, () => resolve(undefined))
      .finally(callOff);
  });
}
