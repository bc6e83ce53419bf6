/*
 * From a client to the broker: PUBLISH of every QoS, and the second half of QoS 2. A message is passed on when its
 * PUBLISH arrives; what is answered, and when, does not change that.
 */
import type { AckPacket, PublishPacket } from '@mqtide/codec';
import type { BrokerCore } from './core.ts';
import { checkFlow, checkLimits, checkPubrel, openFlowOf } from './incoming-checks.ts';
import type { Leaving, Link } from './link.ts';
import { type BrokerMessage, messageOfPublish } from './message.ts';
import { route } from './routing.ts';
import type { BrokerSession, IncomingFlow } from './session.ts';

const SUCCESS = 0x00;
const NO_MATCHING_SUBSCRIBERS = 0x10;
const PACKET_ID_NOT_FOUND = 0x92;
const REFUSED = 0x80;

/** A PUBLISH with its topic in place of an alias. */
interface Arrived {
  readonly packet: PublishPacket;
  readonly packetId: number;
}

export function handlePublish(core: BrokerCore, link: Link, session: BrokerSession, packet: PublishPacket): void {
  if (!checkLimits(link, packet)) return;
  const topic = resolveTopic(link, packet);
  if (topic === undefined) return;
  const resolved = { ...packet, topic };
  if (resolved.packetId === undefined) {
    const isRefused = (decide(core, link, resolved) ?? SUCCESS) >= REFUSED;
    if (!isRefused) route(core, messageOfPublish(resolved, topic, { now: core.now(), publisher: link.clientId }));
    return;
  }
  const arrived: Arrived = { packet: resolved, packetId: resolved.packetId };
  if (!checkFlow(link, session, arrived.packet, arrived.packetId)) return;
  if (resolved.qos === 1) receiveQos1(core, link, session, arrived);
  else receiveQos2(core, link, session, arrived);
}

function resolveTopic(link: Link, packet: PublishPacket): string | undefined {
  const alias = packet.properties?.topicAlias;
  if (alias === undefined) return packet.topic;
  if (packet.topic !== '') {
    link.incomingAliases.set(alias, packet.topic);
    return packet.topic;
  }
  const topic = link.incomingAliases.get(alias);
  if (topic === undefined) link.violated('topicAliasUnknown', packet);
  return topic;
}

function decide(core: BrokerCore, link: Link, packet: PublishPacket): number | undefined {
  return core.options.decide?.publish?.(packet, link.clientId);
}

/** Passes the message on, unless the code is a failure. Returns the code to answer with. */
function pass(core: BrokerCore, message: BrokerMessage, decided: number): number {
  if (decided >= REFUSED) return decided;
  return route(core, message) === 0 ? NO_MATCHING_SUBSCRIBERS : decided;
}

function receiveQos1(core: BrokerCore, link: Link, session: BrokerSession, { packet, packetId }: Arrived): void {
  const flow = openFlow(core, link, session, { packet, packetId });
  const answer = core.faults.takeAnswer('puback');
  const decided = answer?.reasonCode ?? decide(core, link, packet) ?? SUCCESS;
  const reasonCode = pass(core, flow.message, decided);
  link.send(
    ack(link, 'puback', packetId, reasonCode, answer?.reasonString),
    finalAnswer(link, session, flow, packetId),
  );
}

function receiveQos2(core: BrokerCore, link: Link, session: BrokerSession, { packet, packetId }: Arrived): void {
  const known = session.incoming.get(packetId);
  if (known !== undefined) {
    // Recorded before: it is answered again and not passed on again [MQTT-4.3.3-10].
    known.connection = link.number;
    return sendPubrec(link, session, known, ack(link, 'pubrec', packetId, SUCCESS));
  }
  const flow = openFlow(core, link, session, { packet, packetId });
  const answer = core.faults.takeAnswer('pubrec');
  const decided = answer?.reasonCode ?? decide(core, link, packet) ?? SUCCESS;
  const reasonCode = pass(core, flow.message, decided);
  sendPubrec(link, session, flow, ack(link, 'pubrec', packetId, reasonCode, answer?.reasonString));
}

function sendPubrec(link: Link, session: BrokerSession, flow: IncomingFlow, pubrec: AckPacket<'pubrec'>): void {
  const { packetId } = pubrec;
  // Refused: the flow is over and its identifier is free [MQTT-4.3.3-9].
  if (pubrec.reasonCode >= REFUSED) return link.send(pubrec, finalAnswer(link, session, flow, packetId));
  link.send(pubrec, {
    sent: () => {
      if (flow.awaits === 'answer') flow.awaits = 'pubrel';
      flow.pubrec = 'underway';
      link.sentPubrecs.delete(packetId);
      link.sentPubrecs.add(packetId);
    },
    known: (isCertain) => {
      flow.pubrec = isCertain ? 'arrived' : 'unknown';
    },
  });
}

/** After this answer the broker has forgotten the message; the client has when the answer reaches it. */
function finalAnswer(link: Link, session: BrokerSession, flow: IncomingFlow | undefined, packetId: number): Leaving {
  return {
    sent: () => {
      if (flow === undefined || session.incoming.get(packetId) !== flow) return;
      session.incoming.delete(packetId);
      session.unconfirmed.set(packetId, flow);
    },
    known: () => {
      link.incomingWindow.delete(packetId);
      if (session.unconfirmed.get(packetId) === flow) session.unconfirmed.delete(packetId);
    },
  };
}

/** The client's PUBREL; an identifier that is not known is answered too [MQTT-4.3.3-11]. */
export function handlePubrel(core: BrokerCore, link: Link, session: BrokerSession, packet: AckPacket<'pubrel'>): void {
  const { packetId } = packet;
  const flow = session.incoming.get(packetId);
  if (flow?.message.qos === 1) {
    link.violated('ackOfOtherKind', packet);
    return;
  }
  checkPubrel(link, flow, packet);
  link.receivedPubrels.add(packetId);
  const answer = core.faults.takeAnswer('pubcomp');
  const reasonCode = answer?.reasonCode ?? (flow === undefined ? PACKET_ID_NOT_FOUND : SUCCESS);
  if (flow !== undefined) flow.awaits = 'pubcomp';
  const known = flow ?? session.unconfirmed.get(packetId);
  link.send(
    ack(link, 'pubcomp', packetId, reasonCode, answer?.reasonString),
    finalAnswer(link, session, known, packetId),
  );
}

function openFlow(core: BrokerCore, link: Link, session: BrokerSession, { packet, packetId }: Arrived): IncomingFlow {
  const flow: IncomingFlow = {
    message: messageOfPublish(packet, packet.topic, { now: core.now(), publisher: link.clientId }),
    awaits: 'answer',
    pubrec: 'unknown',
    connection: link.number,
    arrival: openFlowOf(session, packetId)?.arrival ?? core.nextArrival(),
  };
  session.incoming.set(packetId, flow);
  session.unconfirmed.delete(packetId);
  return flow;
}

/** An acknowledgement as the version and the wishes of the client allow it. */
function ack<Type extends 'puback' | 'pubrec' | 'pubcomp'>(
  link: Link,
  type: Type,
  packetId: number,
  reasonCode: number,
  reasonString?: string,
): AckPacket<Type> {
  if (link.version === 4) return { type, packetId, reasonCode: SUCCESS };
  // Without problem information there is no reason string in acknowledgements [MQTT-3.1.2-29].
  const hasReason = reasonString !== undefined && link.connect?.properties?.requestProblemInformation !== false;
  return { type, packetId, reasonCode, ...(hasReason && { properties: { reasonString } }) };
}
