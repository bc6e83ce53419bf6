import { type AckPacket, packetSize, type Packet, type PublishPacket } from '@mqtide/codec';
import type { Link } from './link.ts';
import { hasSameContent } from './message.ts';
import type { BrokerSession, IncomingFlow } from './session.ts';

const DEFAULT_RECEIVE_MAXIMUM = 65_535;
const PACKET_ID_NOT_FOUND = 0x92;

/** Checks any packet after CONNACK against the maximum packet size; false when the connection was ended. */
export function checkPacketSize(link: Link, packet: Packet): boolean {
  const maximum = link.limits.maximumPacketSize;
  if (maximum === undefined || packetSize(packet, 5) <= maximum) return true;
  return !link.violated('maximumPacketSize', packet);
}

/** Checks a PUBLISH against what the CONNACK allowed; false when the connection was ended. */
export function checkLimits(link: Link, packet: PublishPacket): boolean {
  const { maximumQoS = 2, retainAvailable = true, topicAliasMaximum = 0 } = link.limits;
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
 * An acknowledgement that was sent may have been lost, so only what certainly has or has not reached the client is held
 * against it.
 */
export function checkFlow(link: Link, session: BrokerSession, packet: PublishPacket, packetId: number): boolean {
  const flow = openFlowOf(session, packetId);
  if (link.requests.has(packetId)) link.violated('packetIdInUse', packet);
  else if (flow === undefined) checkNewFlow(link, packet, packetId);
  else if (flow.connection === link.number)
    link.violated(packet.duplicate ? 'resentOnSameConnection' : 'packetIdInUse', packet);
  else checkResentFlow(link, flow, packet);
  link.usedIds.add(packetId);
  link.receivedPubrels.delete(packetId);
  link.incomingWindow.add(packetId);
  const maximum = link.limits.receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM;
  if (link.incomingWindow.size <= maximum) return true;
  return !link.violated('receiveMaximum', packet, `${link.incomingWindow.size} with a maximum of ${maximum}`);
}

/** What is not complete for the client under this identifier. */
export function openFlowOf(session: BrokerSession, packetId: number): IncomingFlow | undefined {
  return session.incoming.get(packetId) ?? session.unconfirmed.get(packetId);
}

/** Checks a PUBREL; `flow` is what the broker has under its identifier. */
export function checkPubrel(link: Link, flow: IncomingFlow | undefined, packet: AckPacket<'pubrel'>): void {
  const { packetId } = packet;
  const [next] = link.sentPubrecs;
  if (link.sentPubrecs.has(packetId) && next !== packetId) link.violated('pubrelOrder', packet);
  link.sentPubrecs.delete(packetId);
  if (link.receivedPubrels.has(packetId)) link.violated('pubrelTwice', packet);
  else if (flow?.awaits === 'answer' || flow?.pubrec === 'underway') link.violated('pubrelBeforePubrec', packet);
  else if (flow === undefined && !mayResend(link) && packet.reasonCode !== PACKET_ID_NOT_FOUND) {
    link.violated('resentWithoutSession', packet);
  }
}

/** Whether there is a session to go on with. In 3.1.1 it is enough not to have asked for a clean one. */
function mayResend(link: Link): boolean {
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
  // The client could not send it again, and gave up: the identifier is free, section 3.2.2.3.4.
  if (!isSame && !isAllowed(link, flow)) return;
  if (flow.awaits === 'pubcomp') link.violated(isSame ? 'publishAfterPubrel' : 'packetIdInUse', packet);
  else if (!isSame) link.violated(packet.duplicate ? 'contentChanged' : 'packetIdInUse', packet);
  else if (!packet.duplicate) link.violated('duplicateMissing', packet);
  else if (flow.pubrec === 'arrived') link.violated('publishAfterPubrec', packet);
  if (flow.arrival < link.lastResentArrival) link.violated('resendOrder', packet);
  link.lastResentArrival = Math.max(link.lastResentArrival, flow.arrival);
}

/** Whether the limits of this connection, which may be tighter than earlier ones, let the message be sent again. */
function isAllowed({ limits }: Link, { message }: IncomingFlow): boolean {
  const { maximumQoS = 2, retainAvailable = true, maximumPacketSize } = limits;
  return message.qos <= maximumQoS && (retainAvailable || !message.retain) && maximumPacketSize === undefined;
}

/** Checks the identifier of a SUBSCRIBE or UNSUBSCRIBE. */
export function checkRequestId(link: Link, session: BrokerSession, packet: Packet, packetId: number): void {
  const flow = openFlowOf(session, packetId);
  if (link.requests.has(packetId) || (flow !== undefined && isAllowed(link, flow))) {
    link.violated('packetIdInUse', packet);
  }
  link.usedIds.add(packetId);
  link.requests.add(packetId);
}
