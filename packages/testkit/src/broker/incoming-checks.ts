import { packetSize, type Packet, type PublishPacket } from '@mqtide/codec';
import type { BrokerCore } from './core.ts';
import type { Link } from './link.ts';
import { hasSameContent } from './message.ts';
import type { BrokerSession, IncomingFlow } from './session.ts';

const DEFAULT_RECEIVE_MAXIMUM = 65_535;

/** Checks any packet after CONNACK against the maximum packet size; false when the connection was ended. */
export function checkPacketSize(core: BrokerCore, link: Link, packet: Packet): boolean {
  const maximum = core.options.connack?.maximumPacketSize;
  if (maximum === undefined || link.version === 4 || packetSize(packet, 5) <= maximum) return true;
  return !link.violated('maximumPacketSize', packet);
}

/** Checks a PUBLISH against what the CONNACK allowed; false when the connection was ended. */
export function checkLimits(core: BrokerCore, link: Link, packet: PublishPacket): boolean {
  if (link.version === 4) return true;
  const { maximumQoS = 2, retainAvailable = true, topicAliasMaximum = 0 } = core.options.connack ?? {};
  const { topicAlias = 0, subscriptionIdentifier } = packet.properties ?? {};
  if (packet.qos > maximumQoS && link.violated('maximumQoS', packet)) return false;
  if (packet.retain && !retainAvailable && link.violated('retainUnavailable', packet)) return false;
  if (topicAlias > topicAliasMaximum && link.violated('topicAliasTooLarge', packet)) return false;
  return subscriptionIdentifier === undefined || !link.violated('identifierInPublish', packet);
}

/**
 * Checks a PUBLISH of QoS 1 or 2 against what else is on its way: window, identifier, DUP, order. False when the
 * connection was ended.
 *
 * An acknowledgement that was sent may have been lost, so only what was certainly not acknowledged is held against
 * the client.
 */
export function checkFlow(
  core: BrokerCore,
  link: Link,
  session: BrokerSession,
  packet: PublishPacket,
  packetId: number,
): boolean {
  const flow = session.incoming.get(packetId);
  if (link.requests.has(packetId)) link.violated('packetIdInUse', packet);
  else if (flow === undefined) checkNewFlow(link, packet, packetId);
  else if (flow.connection === link.number)
    link.violated(packet.duplicate ? 'resentOnSameConnection' : 'packetIdInUse', packet);
  else checkResentFlow(link, flow, packet);
  link.usedIds.add(packetId);
  link.receivedPubrels.delete(packetId);
  link.incomingWindow.add(packetId);
  const maximum = (link.version === 5 ? core.options.connack?.receiveMaximum : undefined) ?? DEFAULT_RECEIVE_MAXIMUM;
  if (link.incomingWindow.size <= maximum) return true;
  return !link.violated('receiveMaximum', packet, `${link.incomingWindow.size} with a maximum of ${maximum}`);
}

/** Whether there is a session to go on with. In 3.1.1 it is enough not to have asked for a clean one. */
export function mayResend(link: Link): boolean {
  return link.version === 5 ? link.sessionPresent : link.connect?.cleanStart === false;
}

/** The broker has nothing under this identifier: a new message, or one whose first transmission was lost. */
function checkNewFlow(link: Link, packet: PublishPacket, packetId: number): void {
  if (!packet.duplicate) return;
  if (!mayResend(link)) link.violated('resentWithoutSession', packet);
  else if (link.usedIds.has(packetId)) link.violated('resentOnSameConnection', packet);
}

/** The broker has a message under this identifier from an earlier connection: it must be that one, sent again. */
function checkResentFlow(link: Link, flow: IncomingFlow, packet: PublishPacket): void {
  const isSame = hasSameContent(flow.message, packet);
  if (flow.awaits === 'pubcomp') link.violated(isSame ? 'publishAfterPubrel' : 'packetIdInUse', packet);
  else if (!isSame) link.violated(packet.duplicate ? 'contentChanged' : 'packetIdInUse', packet);
  else if (!packet.duplicate) link.violated('duplicateMissing', packet);
  if (flow.arrival < link.lastResentArrival) link.violated('resendOrder', packet);
  link.lastResentArrival = Math.max(link.lastResentArrival, flow.arrival);
}

/** Checks the identifier of a SUBSCRIBE or UNSUBSCRIBE. */
export function checkRequestId(link: Link, session: BrokerSession, packet: Packet, packetId: number): void {
  if (link.requests.has(packetId) || session.incoming.has(packetId)) link.violated('packetIdInUse', packet);
  link.usedIds.add(packetId);
  link.requests.add(packetId);
}
