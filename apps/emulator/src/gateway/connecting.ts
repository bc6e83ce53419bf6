/*
 * What AWS makes of a CONNECT: who it is, whether that may connect, what the connection is like. Nothing of it touches
 * the broker.
 */
import { randomUUID } from 'node:crypto';
import { type ConnectPacket, validateTopicName } from '@mqtide/codec';
import type { Cloud } from '../cloud/cloud.ts';
import { mayDo, type Principal } from '../policy/principal.ts';
import type { Variables } from '../policy/variables.ts';
import { type AuthorizerAnswer, askAuthorizer } from './authorizer.ts';
import type { DisconnectReason } from './client-link.ts';
import { mayBePublished } from './reserved-topics.ts';
import { isBadTopic } from './topics.ts';

/** The WebSocket that a CONNECT came over. */
export interface Upgrade {
  readonly connectionId: string;
  /** Who signed the URL; `undefined` when nobody did, and an authorizer decides. */
  readonly signer: Principal | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly queryString: string;
}

/** A CONNECT that is let in. */
export interface Admission {
  readonly principal: Principal;
  readonly clientId: string;
  readonly isAssigned: boolean;
  readonly variables: Variables;
  readonly keepAliveSeconds: number;
  readonly sessionExpirySeconds: number;
  readonly lifetimeSeconds: number;
  readonly lifetimeReason: DisconnectReason;
  /** When the authorizer is to be asked again. */
  readonly refreshAfterSeconds: number | undefined;
}

/** A CONNECT that is not: the reason code of 5.0. */
export interface Refusal {
  readonly refused: number;
}

/** Judges a CONNECT. */
export async function admit(packet: ConnectPacket, upgrade: Upgrade, cloud: Cloud): Promise<Admission | Refusal> {
  const { limits } = cloud;
  const { clientId } = packet;
  if (Buffer.byteLength(clientId) > limits.clientIdBytes || clientId.startsWith('$')) return { refused: 0x85 };
  if (packet.properties?.authenticationMethod !== undefined) return { refused: 0x8c };
  const answer = upgrade.signer ?? (await askAuthorizer(authorizerInputs(packet, upgrade), cloud));
  if (answer === undefined) return { refused: cloud.switches.refusedByAuthorizer };
  const principal = 'isAuthenticated' in answer ? principalOf(answer) : answer;
  const assigned = clientId === '' ? `$GEN/${randomUUID()}` : clientId;
  const variables = variablesOf(assigned, cloud);
  const refused =
    refusalOfPolicy(packet, assigned, principal, cloud) ?? refusalOfWill(packet, assigned, principal, cloud);
  if (refused !== undefined) return { refused };
  const fromAuthorizer = 'isAuthenticated' in answer ? answer : undefined;
  return {
    principal,
    clientId: assigned,
    isAssigned: clientId === '',
    variables,
    keepAliveSeconds: effectiveKeepAlive(packet.keepAliveSeconds, cloud),
    sessionExpirySeconds: sessionExpiry(packet, cloud),
    lifetimeSeconds: fromAuthorizer?.disconnectAfterInSeconds ?? limits.connectionLifetimeSeconds,
    lifetimeReason: fromAuthorizer === undefined ? 'WEBSOCKET_TTL_EXPIRATION' : 'CUSTOMAUTH_TTL_EXPIRATION',
    refreshAfterSeconds: fromAuthorizer?.refreshAfterInSeconds,
  };
}

/** Who an authorizer says it is. */
export function principalOf({ principalId = '', policyDocuments = [] }: AuthorizerAnswer): Principal {
  return { id: principalId, policySets: () => [policyDocuments], variables: {} };
}

/** What an authorizer is asked with. */
export function authorizerInputs({ clientId, username, password }: ConnectPacket, upgrade: Upgrade) {
  return {
    connectionId: upgrade.connectionId,
    headers: upgrade.headers,
    queryString: upgrade.queryString,
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function variablesOf(clientId: string, { things }: Cloud): Variables {
  const isThing = things.has(clientId);
  return {
    'iot:ClientId': clientId,
    'iot:Connection.Thing.ThingName': isThing ? clientId : undefined,
    'iot:Connection.Thing.IsAttached': String(isThing),
  };
}

function refusalOfPolicy(packet: ConnectPacket, clientId: string, principal: Principal, cloud: Cloud) {
  const attributes = [
    ...(packet.cleanStart && (packet.properties?.sessionExpiryInterval ?? 0) === 0 ? [] : ['PersistentConnect']),
    ...(packet.will === undefined ? [] : ['LastWill']),
  ];
  const isAllowed = mayDo(principal, {
    action: 'iot:Connect',
    resource: cloud.arn(`client/${clientId}`),
    variables: { ...variablesOf(clientId, cloud), 'iot:ConnectAttributes': attributes },
    needsAttributeCondition: cloud.switches.connectAttributesNeeded && attributes.length > 0,
  });
  return isAllowed ? undefined : 0x87;
}

function refusalOfWill({ will }: ConnectPacket, clientId: string, principal: Principal, cloud: Cloud) {
  if (will === undefined) return undefined;
  const { topic, qos, retain, payload } = will;
  if (qos === 2) return 0x9b;
  if (validateTopicName(topic) !== undefined || isBadTopic(topic, cloud.limits) || !mayBePublished(topic)) return 0x90;
  if (payload.length > cloud.limits.payloadBytes) return 0x97;
  const variables = variablesOf(clientId, cloud);
  const may = (action: string): boolean =>
    mayDo(principal, { action, resource: cloud.arn(`topic/${topic}`), variables });
  return may('iot:Publish') && (!retain || may('iot:RetainPublish')) ? undefined : 0x87;
}

function effectiveKeepAlive(asked: number, { limits }: Cloud): number {
  const { keepAliveMinimumSeconds, keepAliveMaximumSeconds } = limits;
  return asked === 0
    ? keepAliveMaximumSeconds
    : Math.min(Math.max(asked, keepAliveMinimumSeconds), keepAliveMaximumSeconds);
}

function sessionExpiry({ protocolVersion, cleanStart, properties }: ConnectPacket, { limits }: Cloud): number {
  if (protocolVersion === 4) return cleanStart ? 0 : limits.sessionExpirySeconds311;
  return Math.min(properties?.sessionExpiryInterval ?? 0, limits.sessionExpirySeconds);
}
