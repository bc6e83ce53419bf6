/*
 * From a client to the broker: PUBLISH of every QoS, and the second half of QoS 2. A message is passed on when its
 * PUBLISH arrives; what is answered, and when, does not change that.
 */
import type { AckPacket, PublishPacket } from '@mqtide/codec';
import type { BrokerCore } from './core.ts';
import { checkFlow, checkLimits, mayResend } from './incoming-checks.ts';
import type { Link } from './link.ts';
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
  if (!checkLimits(core, link, packet)) return;
  const topic = resolveTopic(link, packet);
  if (topic === undefined) return;
  const resolved = { ...packet, topic };
  if (resolved.packetId === undefined) {
    const isRefused = (decide(core, link, resolved) ?? SUCCESS) >= REFUSED;
    if (!isRefused) route(core, messageOfPublish(resolved, topic, { now: core.now(), publisher: link.clientId }));
    return;
  }
  const arrived: Arrived = { packet: resolved, packetId: resolved.packetId };
  if (!checkFlow(core, link, session, arrived.packet, arrived.packetId)) return;
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
  link.send(ack(link, 'puback', packetId, reasonCode, answer?.reasonString), () => {
    if (session.incoming.get(packetId) === flow) session.incoming.delete(packetId);
    link.incomingWindow.delete(packetId);
  });
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
  link.send(pubrec, () => {
    if (pubrec.reasonCode >= REFUSED) {
      // The flow is over and its identifier is free [MQTT-4.3.3-9].
      session.incoming.delete(packetId);
      link.incomingWindow.delete(packetId);
      return;
    }
    if (flow.awaits === 'answer') flow.awaits = 'pubrel';
    link.sentPubrecs.delete(packetId);
    link.sentPubrecs.add(packetId);
  });
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
  link.send(ack(link, 'pubcomp', packetId, reasonCode, answer?.reasonString), () => {
    if (session.incoming.get(packetId) === flow) session.incoming.delete(packetId);
    link.incomingWindow.delete(packetId);
  });
}

function checkPubrel(link: Link, flow: IncomingFlow | undefined, packet: AckPacket<'pubrel'>): void {
  const { packetId } = packet;
  const [next] = link.sentPubrecs;
  if (link.sentPubrecs.has(packetId) && next !== packetId) link.violated('pubrelOrder', packet);
  link.sentPubrecs.delete(packetId);
  if (link.receivedPubrels.has(packetId)) link.violated('pubrelTwice', packet);
  else if (flow?.awaits === 'answer') link.violated('pubrelBeforePubrec', packet);
  else if (flow === undefined && !mayResend(link) && packet.reasonCode !== PACKET_ID_NOT_FOUND) {
    link.violated('resentWithoutSession', packet);
  }
}

function openFlow(core: BrokerCore, link: Link, session: BrokerSession, { packet, packetId }: Arrived): IncomingFlow {
  const flow: IncomingFlow = {
    message: messageOfPublish(packet, packet.topic, { now: core.now(), publisher: link.clientId }),
    awaits: 'answer',
    connection: link.number,
    arrival: session.incoming.get(packetId)?.arrival ?? core.nextArrival(),
  };
  session.incoming.set(packetId, flow);
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
