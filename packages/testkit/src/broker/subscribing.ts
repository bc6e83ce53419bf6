import {
  isSharedFilter,
  parseSharedFilter,
  type QoS,
  type SubscribePacket,
  type SubscriptionRequest,
  type UnsubscribePacket,
} from '@mqtide/codec';
import type { BrokerCore } from './core.ts';
import { checkRequestId } from './incoming-checks.ts';
import type { Link } from './link.ts';
import { deliver } from './outgoing.ts';
import type { BrokerSession, BrokerSubscription } from './session.ts';
import type { RuleName } from './rules.ts';

const REFUSED = 0x80;
const NO_SUBSCRIPTION_EXISTED = 0x11;

/** Answers a SUBSCRIBE and sends the retained messages that the new subscriptions match. */
export function handleSubscribe(core: BrokerCore, link: Link, session: BrokerSession, packet: SubscribePacket): void {
  checkRequestId(link, session, packet, packet.packetId);
  for (const rule of brokenRules(link, packet)) {
    if (link.violated(rule, packet)) return;
  }
  const answer = core.faults.takeAnswer('suback');
  const made: { readonly subscription: BrokerSubscription; readonly isNew: boolean }[] = [];
  const reasonCodes = packet.subscriptions.map((request) => {
    const code = answer?.reasonCode ?? core.options.decide?.subscribe?.(request, link.clientId) ?? request.qos;
    if (code < REFUSED) {
      const subscription = subscriptionOf(packet, request, code as QoS);
      made.push({ subscription, isNew: !session.subscriptions.has(request.filter) });
      session.subscriptions.set(request.filter, subscription);
    }
    // 3.1.1 knows one failure.
    return link.version === 4 && code > REFUSED ? REFUSED : code;
  });
  link.send(
    { type: 'suback', packetId: packet.packetId, reasonCodes, ...reasonProperties(link, answer?.reasonString) },
    { known: () => void link.requests.delete(packet.packetId) },
  );
  for (const { subscription, isNew } of made) sendRetained(core, session, subscription, isNew);
}

/** Answers an UNSUBSCRIBE. */
export function handleUnsubscribe(
  core: BrokerCore,
  link: Link,
  session: BrokerSession,
  packet: UnsubscribePacket,
): void {
  checkRequestId(link, session, packet, packet.packetId);
  const answer = core.faults.takeAnswer('unsuback');
  const reasonCodes = packet.filters.map((filter) => {
    const decided = answer?.reasonCode ?? core.options.decide?.unsubscribe?.(filter, link.clientId);
    if (decided !== undefined && decided >= REFUSED && link.version === 5) return decided;
    const existed = session.subscriptions.delete(filter);
    return decided ?? (existed ? 0 : NO_SUBSCRIPTION_EXISTED);
  });
  link.send(
    {
      type: 'unsuback',
      packetId: packet.packetId,
      reasonCodes: link.version === 5 ? reasonCodes : [],
      ...reasonProperties(link, answer?.reasonString),
    },
    { known: () => void link.requests.delete(packet.packetId) },
  );
}

function reasonProperties(link: Link, reasonString: string | undefined) {
  const isWanted = link.version === 5 && link.connect?.properties?.requestProblemInformation !== false;
  return reasonString !== undefined && isWanted ? { properties: { reasonString } } : {};
}

/** What a SUBSCRIBE may not ask for on this connection. */
function brokenRules(link: Link, packet: SubscribePacket): RuleName[] {
  if (link.version === 4) return [];
  const {
    wildcardSubscriptionAvailable = true,
    subscriptionIdentifierAvailable = true,
    sharedSubscriptionAvailable = true,
  } = link.limits;
  const { subscriptions, properties } = packet;
  const hasShared = subscriptions.some(({ filter }) => isSharedFilter(filter));
  const hasWildcard = subscriptions.some(({ filter }) => /[+#]/.test(filter));
  const rules: RuleName[] = [];
  if (!wildcardSubscriptionAvailable && hasWildcard) rules.push('wildcardUnavailable');
  if (!sharedSubscriptionAvailable && hasShared) rules.push('sharedUnavailable');
  if (!subscriptionIdentifierAvailable && properties?.subscriptionIdentifier !== undefined) {
    rules.push('identifierUnavailable');
  }
  if (subscriptions.some(({ filter, noLocal }) => noLocal === true && isSharedFilter(filter))) {
    rules.push('noLocalShared');
  }
  return rules;
}

function subscriptionOf(packet: SubscribePacket, request: SubscriptionRequest, qos: QoS): BrokerSubscription {
  // In 3.1.1 too, where the standard has none but many brokers do.
  const shared = parseSharedFilter(request.filter);
  const identifier = packet.properties?.subscriptionIdentifier;
  return {
    request,
    qos,
    filter: shared?.filter ?? request.filter,
    ...(shared !== undefined && { shareName: shared.shareName }),
    ...(identifier !== undefined && { identifier }),
  };
}

/** Retain Handling decides; a shared subscription never gets any, section 4.8.2. */
function sendRetained(
  core: BrokerCore,
  session: BrokerSession,
  { request, filter, shareName, qos, identifier }: BrokerSubscription,
  isNew: boolean,
): void {
  const { retainHandling = 0 } = request;
  if (shareName !== undefined || retainHandling === 2 || (retainHandling === 1 && !isNew)) return;
  for (const message of core.retained.matching(filter, core.now())) {
    deliver(core, session, {
      message,
      qos: Math.min(message.qos, qos) as QoS,
      retain: true,
      identifiers: identifier === undefined ? [] : [identifier],
    });
  }
}
