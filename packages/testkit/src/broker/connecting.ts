import type { ConnackPacket, ConnectPacket, DisconnectPacket, PropertiesOf } from '@mqtide/codec';
import { beginAuthentication } from './authentication.ts';
import type { BrokerCore } from './core.ts';
import type { Link } from './link.ts';
import { resumeDeliveries } from './outgoing.ts';
import type { BrokerSession } from './session.ts';

const NEVER_EXPIRES = 0xffff_ffff;
const SESSION_TAKEN_OVER = 0x8e;
const UNSUPPORTED_VERSION = 0x84;

/** The return codes of 3.1.1 for reason codes of 5.0; what is not here is "not authorized". */
const RETURN_CODES: ReadonlyMap<number, number> = new Map([
  [UNSUPPORTED_VERSION, 1],
  [0x85, 2],
  [0x88, 3],
  [0x89, 3],
  [0x86, 4],
]);

/** Handles the first packet of a connection. */
export function handleConnect(core: BrokerCore, link: Link, packet: ConnectPacket): void {
  link.connect = packet;
  link.version = packet.protocolVersion;
  link.clientId = packet.clientId;
  link.state = 'authenticating';
  const { versions = [4, 5], decide, authenticate } = core.options;
  if (!versions.includes(packet.protocolVersion)) return refuse(link, UNSUPPORTED_VERSION, {}, versions.includes(5));
  const answer = core.faults.takeAnswer('connack');
  const reasonCode = answer?.reasonCode ?? decide?.connect?.(packet) ?? 0;
  const { reasonString } = answer ?? {};
  if (reasonCode !== 0) return refuse(link, reasonCode, reasonString === undefined ? {} : { reasonString });
  // A server gives an identifier only to a client that keeps no session [MQTT3-3.1.3-8].
  if (packet.protocolVersion === 4 && packet.clientId === '' && !packet.cleanStart) return refuse(link, 2);
  const end = beginAuthentication(link, packet, packet.protocolVersion === 5 ? authenticate : undefined);
  if (end !== undefined) finishConnect(core, link, end);
}

/** Sends the CONNACK, once the client is authenticated or refused. */
export function finishConnect(
  core: BrokerCore,
  link: Link,
  end:
    | { readonly isAllowed: true; readonly data?: Uint8Array }
    | { readonly isAllowed: false; readonly reasonCode: number },
): void {
  const { connect } = link;
  if (connect === undefined) return;
  if (!end.isAllowed) return refuse(link, end.reasonCode);
  link.clientId = connect.clientId === '' ? core.nextClientId() : connect.clientId;
  const earlier = core.sessions.get(link.clientId)?.link;
  earlier?.disconnect(SESSION_TAKEN_OVER); // [MQTT-3.1.4-3]
  const { session, isPresent } = core.sessions.open(link.clientId, connect.cleanStart);
  session.link = link;
  session.will = connect.will;
  link.limits = limitsFor(core, connect);
  session.expirySeconds = expirySeconds(link.limits, connect);
  link.session = session;
  link.sessionPresent = isPresent;
  link.keepAliveSeconds = link.limits.serverKeepAlive ?? connect.keepAliveSeconds;
  link.state = 'connected';
  link.send(connack(link, connect, end.data));
  if (link.isOpen) resumeDeliveries(core, link, session);
}

function limitsFor(core: BrokerCore, connect: ConnectPacket): PropertiesOf<'connack'> {
  const { connack: limits = {} } = core.options;
  if (connect.protocolVersion === 4) return {};
  return typeof limits === 'function' ? limits(connect) : limits;
}

function connack(link: Link, connect: ConnectPacket, data: Uint8Array | undefined): ConnackPacket {
  const packet: ConnackPacket = { type: 'connack', sessionPresent: link.sessionPresent, reasonCode: 0 };
  if (link.version === 4) return packet;
  const authenticationMethod = connect.properties?.authenticationMethod;
  const properties: PropertiesOf<'connack'> = {
    ...link.limits,
    ...(connect.clientId === '' && { assignedClientIdentifier: link.clientId }), // [MQTT-3.2.2-16]
    ...(authenticationMethod !== undefined && { authenticationMethod }), // [MQTT-4.12.0-5]
    ...(data !== undefined && { authenticationData: data }),
  };
  return Object.keys(properties).length === 0 ? packet : { ...packet, properties };
}

/**
 * Refuses a connection. A broker that does not know version 5 answers in the form of 3.1.1, which is what clients meet.
 */
function refuse(link: Link, reasonCode: number, properties: PropertiesOf<'connack'> = {}, knowsVersion5 = true): void {
  if (!knowsVersion5) link.version = 4;
  const code = link.version === 4 && reasonCode > 5 ? (RETURN_CODES.get(reasonCode) ?? 5) : reasonCode;
  const hasProperties = link.version === 5 && Object.keys(properties).length > 0;
  link.send({ type: 'connack', sessionPresent: false, reasonCode: code, ...(hasProperties && { properties }) });
  link.end(1000);
}

function expirySeconds(limits: PropertiesOf<'connack'>, connect: ConnectPacket): number {
  if (connect.protocolVersion === 4) return connect.cleanStart ? 0 : Number.POSITIVE_INFINITY;
  const seconds = limits.sessionExpiryInterval ?? connect.properties?.sessionExpiryInterval ?? 0;
  return seconds === NEVER_EXPIRES ? Number.POSITIVE_INFINITY : seconds;
}

/** The client's DISCONNECT: the session is left at once, and the client has to close. */
export function handleDisconnect(core: BrokerCore, link: Link, session: BrokerSession, packet: DisconnectPacket): void {
  const interval = packet.properties?.sessionExpiryInterval;
  if (interval !== undefined && interval > 0 && (link.connect?.properties?.sessionExpiryInterval ?? 0) === 0) {
    if (link.violated('sessionExpiryRaised', packet)) return;
  }
  if (interval !== undefined) session.expirySeconds = interval === NEVER_EXPIRES ? Number.POSITIVE_INFINITY : interval;
  // In 3.1.1 every DISCONNECT removes the will, in 5.0 only a normal one [MQTT-3.14.4-3].
  if (packet.reasonCode === 0) session.will = undefined;
  link.state = 'disconnected';
  link.disconnectedAt = core.now();
  link.session = undefined;
  core.sessions.detach(session, core.now());
}
