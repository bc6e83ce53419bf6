import type { AuthPacket, ConnectPacket } from '@mqtide/codec';
import type { Link } from './link.ts';

/** One message of a client during enhanced authentication, section 4.12. */
export interface AuthenticationStep {
  readonly method: string;
  readonly data: Uint8Array | undefined;
  readonly clientId: string;
  /** 0 for what came with CONNECT or with a re-authentication, then counted up. */
  readonly round: number;
  readonly isReauthentication: boolean;
}

/** What the server says to it. */
export type AuthenticationAnswer =
  | { readonly next: 'continue'; readonly data?: Uint8Array }
  | { readonly next: 'success'; readonly data?: Uint8Array }
  | { readonly next: 'refuse'; readonly reasonCode: number };

/** The server's part of enhanced authentication. */
export type Authenticator = (step: AuthenticationStep) => AuthenticationAnswer;

/** Where the authentication of a connection stands. */
export interface AuthenticationState {
  round: number;
  isReauthentication: boolean;
  isRunning: boolean;
}

/** How an authentication ended. */
export type AuthenticationEnd =
  | { readonly isAllowed: true; readonly data?: Uint8Array }
  | { readonly isAllowed: false; readonly reasonCode: number };

function authPacket(reasonCode: number, method: string, data: Uint8Array | undefined): AuthPacket {
  return {
    type: 'auth',
    reasonCode,
    properties: { authenticationMethod: method, ...(data !== undefined && { authenticationData: data }) },
  };
}

/** Asks the authenticator about the CONNECT; undefined when it goes on with AUTH packets. */
export function beginAuthentication(
  link: Link,
  connect: ConnectPacket,
  authenticator: Authenticator | undefined,
): AuthenticationEnd | undefined {
  const method = connect.properties?.authenticationMethod;
  if (method === undefined) return { isAllowed: true };
  if (authenticator === undefined) return { isAllowed: false, reasonCode: 0x8c };
  link.authentication = { round: 0, isReauthentication: false, isRunning: true };
  return ask(link, method, connect.properties?.authenticationData, authenticator);
}

/** Handles an AUTH of the client. The result tells how an authentication ended, if it did. */
export function handleAuth(
  link: Link,
  packet: AuthPacket,
  authenticator: Authenticator | undefined,
): AuthenticationEnd | undefined {
  const method = link.connect?.properties?.authenticationMethod;
  const state = link.authentication;
  if (method === undefined || state === undefined || authenticator === undefined) {
    link.violated('authUninvited', packet);
    return undefined;
  }
  if (packet.properties?.authenticationMethod !== method) {
    link.violated('authMethod', packet);
    return undefined;
  }
  const restarts = packet.reasonCode === 0x19;
  if (restarts === state.isRunning || (restarts && link.state !== 'connected')) {
    link.violated('authUninvited', packet);
    return undefined;
  }
  if (restarts) link.authentication = { round: 0, isReauthentication: true, isRunning: true };
  return ask(link, method, packet.properties?.authenticationData, authenticator);
}

/** AUTH 0x00 ends a re-authentication; the first authentication ends with the CONNACK. */
export function sendReauthenticated(link: Link, data: Uint8Array | undefined): void {
  link.send(authPacket(0x00, link.connect?.properties?.authenticationMethod ?? '', data));
}

function ask(
  link: Link,
  method: string,
  data: Uint8Array | undefined,
  authenticator: Authenticator,
): AuthenticationEnd | undefined {
  const state = link.authentication;
  if (state === undefined) return undefined;
  const { round, isReauthentication } = state;
  const answer = authenticator({ method, data, clientId: link.clientId, round, isReauthentication });
  state.round++;
  if (answer.next === 'continue') {
    link.send(authPacket(0x18, method, answer.data));
    return undefined;
  }
  state.isRunning = false;
  if (answer.next === 'refuse') return { isAllowed: false, reasonCode: answer.reasonCode };
  return { isAllowed: true, ...(answer.data !== undefined && { data: answer.data }) };
}
