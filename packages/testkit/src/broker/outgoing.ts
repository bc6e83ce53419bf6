/*
 * From the broker to a client: the queue, the send window, the acknowledgements, and what is sent again when a session
 * is resumed.
 */
import { packetSize, type AckPacket, type PublishPacket } from '@mqtide/codec';
import type { BrokerCore } from './core.ts';
import type { Link, OutgoingAlias } from './link.ts';
import { isExpired, propertiesFor } from './message.ts';
import type { BrokerSession, Delivery, OutgoingFlow } from './session.ts';

const DEFAULT_RECEIVE_MAXIMUM = 65_535;

/** Gives a message to a client: now, or when its window or its connection allows. QoS 0 does not wait for a client. */
export function deliver(core: BrokerCore, session: BrokerSession, delivery: Delivery): void {
  const { link } = session;
  if (delivery.qos > 0) {
    session.queue.push(delivery);
    if (link !== undefined) sendQueued(core, link, session);
  } else if (link !== undefined) {
    sendPublish(core, link, delivery, undefined, false);
  }
}

/** Sends again what the client has not acknowledged, in order, and then goes on with what waits. */
export function resumeDeliveries(core: BrokerCore, link: Link, session: BrokerSession): void {
  const flows = [...session.inFlight.values()];
  // A PUBREL takes no place in the window, so it never waits.
  for (const flow of flows) {
    if (flow.awaits === 'pubcomp') sendPubrel(link, flow.packetId, 0);
  }
  link.toResend = flows.filter((flow) => flow.awaits !== 'pubcomp');
  sendQueued(core, link, session);
}

/** Fills the client's window. */
function sendQueued(core: BrokerCore, link: Link, session: BrokerSession): void {
  const limit = link.connect?.properties?.receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM;
  while (link.isOpen && link.outgoingWindow.size < limit) {
    const resent = link.toResend.shift();
    if (resent !== undefined) {
      sendFlow(core, link, session, resent, true);
      continue;
    }
    const delivery = session.queue[0];
    if (delivery === undefined) return;
    const packetId = session.takePacketId();
    if (packetId === undefined) return;
    session.queue.shift();
    if (isExpired(delivery.message, core.now())) continue;
    const flow: OutgoingFlow = { packetId, delivery, awaits: delivery.qos === 1 ? 'puback' : 'pubrec' };
    session.inFlight.set(packetId, flow);
    sendFlow(core, link, session, flow, false);
  }
}

function sendFlow(
  core: BrokerCore,
  link: Link,
  session: BrokerSession,
  flow: OutgoingFlow,
  isDuplicate: boolean,
): void {
  const { packetId, delivery } = flow;
  link.outgoingWindow.add(packetId);
  (delivery.qos === 1 ? link.awaitedPubacks : link.awaitedPubrecs).add(packetId);
  if (sendPublish(core, link, delivery, packetId, isDuplicate)) return;
  // Too large for this client: as if it had been delivered [MQTT-3.1.2-25].
  forgetOnLink(link, packetId);
  session.inFlight.delete(packetId);
}

/** Returns false when the packet is larger than the client takes. */
function sendPublish(
  core: BrokerCore,
  link: Link,
  { message, qos, retain, identifiers }: Delivery,
  packetId: number | undefined,
  duplicate: boolean,
): boolean {
  const properties = propertiesFor(message, identifiers, core.now(), link.version);
  const packet: PublishPacket = {
    type: 'publish',
    topic: message.topic,
    payload: message.payload,
    qos,
    retain,
    duplicate,
    ...(packetId !== undefined && { packetId }),
    ...(properties !== undefined && { properties }),
  };
  const alias = aliasFor(core, link, message.topic);
  const aliased = alias === undefined ? packet : withAlias(packet, alias);
  const limit = link.connect?.properties?.maximumPacketSize;
  if (limit !== undefined && packetSize(aliased, link.version) > limit) return false;
  link.send(aliased, {
    sent: () => {
      if (alias !== undefined) alias.isKnown = true;
    },
  });
  return true;
}

/** The alias of a topic, where the client allows one: the first topics get them, and keep them. */
function aliasFor(core: BrokerCore, link: Link, topic: string): OutgoingAlias | undefined {
  const maximum = link.connect?.properties?.topicAliasMaximum ?? 0;
  if (maximum === 0 || core.options.topicAliases === false) return undefined;
  const existing = link.outgoingAliases.get(topic);
  if (existing !== undefined || link.outgoingAliases.size === maximum) return existing;
  const alias: OutgoingAlias = { number: link.outgoingAliases.size + 1, isKnown: false };
  link.outgoingAliases.set(topic, alias);
  return alias;
}

function withAlias(packet: PublishPacket, alias: OutgoingAlias): PublishPacket {
  return {
    ...packet,
    topic: alias.isKnown ? '' : packet.topic,
    properties: { ...packet.properties, topicAlias: alias.number },
  };
}

function sendPubrel(link: Link, packetId: number, reasonCode: number): void {
  link.awaitedPubcomps.add(packetId);
  link.send({ type: 'pubrel', packetId, reasonCode: link.version === 5 ? reasonCode : 0 });
}

/** The client's PUBACK. */
export function handlePuback(core: BrokerCore, link: Link, packet: AckPacket<'puback'>): void {
  const { packetId } = packet;
  if (!link.awaitedPubacks.has(packetId)) return violatedByAck(link, packet);
  if (first(link.awaitedPubacks) !== packetId) link.violated('pubackOrder', packet);
  finish(core, link, packetId);
}

/** The client's PUBREC: a failure ends the flow, and anything else leads to PUBREL. */
export function handlePubrec(core: BrokerCore, link: Link, packet: AckPacket<'pubrec'>): void {
  const { packetId, reasonCode } = packet;
  if (!link.awaitedPubrecs.has(packetId)) {
    violatedByAck(link, packet);
    const isKnown = link.awaitedPubcomps.has(packetId);
    return isKnown ? sendPubrel(link, packetId, 0) : link.send(unknownPubrel(link, packetId));
  }
  if (first(link.awaitedPubrecs) !== packetId) link.violated('pubrecOrder', packet);
  if (reasonCode >= 0x80) return finish(core, link, packetId);
  link.awaitedPubrecs.delete(packetId);
  const flow = link.session?.inFlight.get(packetId);
  if (flow !== undefined) flow.awaits = 'pubcomp';
  sendPubrel(link, packetId, 0);
}

/** The client's PUBCOMP. */
export function handlePubcomp(core: BrokerCore, link: Link, packet: AckPacket<'pubcomp'>): void {
  if (!link.awaitedPubcomps.has(packet.packetId)) return violatedByAck(link, packet);
  finish(core, link, packet.packetId);
}

function unknownPubrel(link: Link, packetId: number): AckPacket<'pubrel'> {
  return { type: 'pubrel', packetId, reasonCode: link.version === 5 ? 0x92 : 0 };
}

/** The flow is complete: its identifier and its place in the window are free. */
function finish(core: BrokerCore, link: Link, packetId: number): void {
  forgetOnLink(link, packetId);
  const { session } = link;
  if (session === undefined) return;
  session.inFlight.delete(packetId);
  sendQueued(core, link, session);
}

function forgetOnLink(link: Link, packetId: number): void {
  link.outgoingWindow.delete(packetId);
  link.awaitedPubacks.delete(packetId);
  link.awaitedPubrecs.delete(packetId);
  link.awaitedPubcomps.delete(packetId);
}

function violatedByAck(link: Link, packet: AckPacket<'puback' | 'pubrec' | 'pubcomp'>): void {
  const { packetId, type } = packet;
  // A PUBREC after a PUBREC is of the right kind, and comes too often.
  const isOfOtherKind =
    link.awaitedPubacks.has(packetId) ||
    link.awaitedPubrecs.has(packetId) ||
    (type === 'puback' && link.awaitedPubcomps.has(packetId));
  link.violated(isOfOtherKind ? 'ackOfOtherKind' : 'ackForNothing', packet);
}

function first(ids: Set<number>): number | undefined {
  return ids.values().next().value;
}
