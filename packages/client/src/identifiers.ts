/*
 * Subscription identifiers, section 3.8.2.1.2, tell why a message came. The tree of filters tells who wants a message,
 * and that is enough unless several filters match it. Then it is not: for one message the server may send one copy for all
 * of its subscriptions or one copy for each [MQTT-3.3.4-2], a shared subscription gets copies of its own, and a new
 * subscription is sent retained messages that the others have had. So a SUBSCRIBE carries an identifier when a filter of it
 * can match what another one matches, and otherwise nothing: an identifier is a property of every message that comes.
 *
 * A server that sends one copy has to name all matching subscriptions in it [MQTT-3.3.4-4]; mosquitto names one. A copy
 * that does not name everybody who matches is therefore for all, until the same message comes again with another name:
 * then this server sends a copy for each, and each copy is for whom it names.
 */
import { isSharedFilter, type PublishPacket } from '@mqtide/codec';
import type { Router } from './router.ts';
import type { NegotiatedSettings } from './session/settings.ts';
import type { SubscriptionHandle } from './subscription-handle.ts';

/** A message that was given to others than it named. */
interface Ambiguous {
  readonly packet: PublishPacket;
  /** The names of the copies that came. */
  readonly names: string[];
  readonly given: SubscriptionHandle[];
}

const LARGEST_IDENTIFIER = 268_435_455;

export class Identifiers {
  readonly #router: Router<SubscriptionHandle>;
  /** Random at first: the session may go on with identifiers of an earlier page. */
  #last = 0;
  // Valid for the connection.
  /** Whether `select` has anything to say. */
  areUsed = false;
  #sendsCopies = false;
  #ambiguous: Ambiguous | undefined;

  constructor(router: Router<SubscriptionHandle>) {
    this.#router = router;
  }

  /** A new identifier for the SUBSCRIBE of these handles; the server forgets the ones their filters had. */
  assign(handles: readonly SubscriptionHandle[]): number {
    this.#ambiguous = undefined;
    this.#last ||= (crypto.getRandomValues(new Uint32Array(1))[0] as number) >>> 5;
    this.#last = (this.#last % LARGEST_IDENTIFIER) + 1;
    for (const handle of handles) {
      handle.ownIdentifier = this.#last;
      for (const each of this.#router.handlesOf(handle.filter)) each.identifier = this.#last;
    }
    return this.#last;
  }

  connected({ subscriptionIdentifiersAvailable, rejoinedSession }: NegotiatedSettings): void {
    this.areUsed = subscriptionIdentifiersAvailable;
    this.#sendsCopies = false;
    this.#ambiguous = undefined;
    // Every filter is subscribed anew, once for all of its handles.
    if (!rejoinedSession) for (const handle of this.#router.all()) handle.ownIdentifier = handle.identifier;
  }

  /** Which of the handles that match a message it is for. */
  select(packet: PublishPacket, matching: readonly SubscriptionHandle[]): readonly SubscriptionHandle[] {
    // A message without an identifier is for the filters without one.
    const names: readonly (number | undefined)[] = packet.properties?.subscriptionIdentifier ?? [undefined];
    // Of an earlier page, or of a subscription that was replaced a moment ago.
    if (!names.every((name) => matching.some(({ identifier }) => identifier === name))) return matching;
    const meant = matching.filter(({ identifier }) => names.includes(identifier));
    if (packet.retain && !matching.some(({ request }) => request.retainAsPublished === true)) {
      const fresh = meant.filter(({ ownIdentifier }) => names.includes(ownIdentifier));
      return fresh.length > 0 ? fresh : meant;
    }
    if (meant.length === matching.length) return matching;
    const name = names.join();
    const before = this.#ambiguous;
    if (isCopy(before, packet, name)) {
      this.#sendsCopies = true;
      before.names.push(name);
      const missing = meant.filter((handle) => !before.given.includes(handle));
      before.given.push(...missing);
      return missing;
    }
    if (this.#sendsCopies) return meant;
    // A shared subscription is for one of several clients: it is named, or it is not meant.
    const given = matching.filter((handle) => !isSharedFilter(handle.filter) || meant.includes(handle));
    this.#ambiguous = { packet, names: [name], given };
    return given;
  }
}

/** Whether a packet is the message that came before, under another name. */
function isCopy(before: Ambiguous | undefined, packet: PublishPacket, name: string): before is Ambiguous {
  if (before === undefined || before.names.includes(name)) return false;
  const { topic, payload } = before.packet;
  return (
    topic === packet.topic &&
    payload.length === packet.payload.length &&
    payload.every((byte, index) => byte === packet.payload[index])
  );
}
