import { matchTopic, type QoS } from '@mqtide/codec';
import type { BrokerCore } from './core.ts';
import type { BrokerMessage } from './message.ts';
import { deliver } from './outgoing.ts';
import type { BrokerSession, BrokerSubscription } from './session.ts';

interface Member {
  readonly session: BrokerSession;
  readonly subscription: BrokerSubscription;
}

/** Keeps a message where it is retained and gives it to every subscriber. Returns how many there were. */
export function route(core: BrokerCore, message: BrokerMessage): number {
  if (message.retain) core.retained.set(message);
  const groups = new Map<string, Member[]>();
  let receivers = 0;
  for (const session of core.sessions.all) {
    const matching: BrokerSubscription[] = [];
    for (const [key, subscription] of session.subscriptions) {
      if (!matchTopic(subscription.filter, message.topic)) continue;
      if (subscription.shareName !== undefined) {
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [{ session, subscription }]);
        else group.push({ session, subscription });
      } else if (subscription.request.noLocal !== true || message.publisher !== session.clientId) {
        matching.push(subscription);
      }
    }
    if (matching.length === 0) continue;
    receivers++;
    deliverToMatching(core, session, message, matching);
  }
  for (const [key, members] of groups) {
    receivers++;
    deliverToGroup(core, key, members, message);
  }
  return receivers;
}

/** A message that matches several subscriptions comes once, with the greatest QoS, or for each [MQTT-3.3.4-2]. */
function deliverToMatching(
  core: BrokerCore,
  session: BrokerSession,
  message: BrokerMessage,
  matching: readonly BrokerSubscription[],
): void {
  if (core.options.overlapping === 'each') {
    for (const subscription of matching) deliverTo(core, session, message, [subscription]);
  } else {
    deliverTo(core, session, message, matching);
  }
}

function deliverTo(
  core: BrokerCore,
  session: BrokerSession,
  message: BrokerMessage,
  subscriptions: readonly BrokerSubscription[],
): void {
  const granted = subscriptions.reduce((greatest, { qos }) => Math.max(greatest, qos), 0);
  deliver(core, session, {
    message,
    qos: Math.min(message.qos, granted) as QoS,
    // Only Retain As Published keeps the flag for an established subscription [MQTT-3.3.1-12].
    retain: message.retain && subscriptions.some(({ request }) => request.retainAsPublished === true),
    identifiers: subscriptions.flatMap(({ identifier }) => identifier ?? []),
  });
}

/** One member of a shared subscription gets it: they take turns, and those who are away only when all are. */
function deliverToGroup(core: BrokerCore, key: string, members: readonly Member[], message: BrokerMessage): void {
  const present = members.filter(({ session }) => session.link !== undefined);
  const candidates = present.length > 0 ? present : members;
  const turn = core.shareTurns.get(key) ?? 0;
  core.shareTurns.set(key, turn + 1);
  const chosen = candidates[turn % candidates.length];
  if (chosen !== undefined) deliverTo(core, chosen.session, message, [chosen.subscription]);
}
