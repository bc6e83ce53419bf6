import {
  parseSharedFilter,
  type SubackPacket,
  type SubscribePacket,
  type SubscriptionRequest,
  type UnsubackPacket,
  type UnsubscribePacket,
} from '@mqtide/codec';
import type { ClientLink } from './client-link.ts';
import { mayBeSubscribed } from './reserved-topics.ts';
import type { SessionRecord } from './session-record.ts';
import { getsRetained, isBadFilter } from './topics.ts';

/** Subscriptions of a client: judged one by one, and passed on to the broker. Valid for one connection. */
export class Subscribing {
  readonly #link: ClientLink;
  readonly #session: SessionRecord;
  /** By packet identifier, each filter asked for with the code of its refusal. */
  readonly #asked = new Map<number, readonly { readonly filter: string; readonly refusal: number | undefined }[]>();

  constructor(link: ClientLink, session: SessionRecord) {
    this.#link = link;
    this.#session = session;
  }

  /** A SUBSCRIBE of the client. */
  subscribe({ packetId, subscriptions, properties }: SubscribePacket): void {
    const { version, cloud } = this.#link;
    const { limits, switches } = cloud;
    if (properties?.subscriptionIdentifier !== undefined) return this.#link.end(0xa1, 'CLIENT_ERROR');
    if (subscriptions.length > limits.filtersPerSubscribe)
      return this.#link.end(switches.tooManyFilters, 'CLIENT_ERROR');
    if (subscriptions.some(({ qos }) => qos === 2) && (version === 4 || switches.subscribeQos2 === 'disconnect')) {
      // In 3.1.1 there is no answer at all.
      if (version === 5) this.#link.end(0x9b, 'CLIENT_ERROR');
      return;
    }
    if (!subscriptions.every(({ filter }) => mayBeSubscribed(plain(filter), switches.wildcardFormatCloses))) {
      return this.#link.end(0x8f, 'CLIENT_ERROR');
    }
    const fresh = new Set(this.#session.subscriptions.keys());
    const asked = subscriptions.map(({ filter }) => {
      const refusal = this.#refusalOf(filter, fresh.add(filter).size);
      if (refusal !== undefined) fresh.delete(filter);
      return { filter, refusal };
    });
    const refused = asked.find(({ refusal }) => refusal !== undefined)?.refusal;
    if (version === 4 && refused !== undefined) {
      return this.#link.end(refused, refused === 0x87 ? 'AUTH_ERROR' : 'CLIENT_ERROR');
    }
    this.#asked.set(packetId, asked);
    const granted = subscriptions.filter((_, index) => asked[index]?.refusal === undefined);
    const activeAt = performance.now() + cloud.faults.subscriptionDelayMs;
    for (const { filter } of granted) this.#session.subscriptions.set(filter, activeAt);
    if (granted.length === 0) this.granted({ type: 'suback', packetId, reasonCodes: [] });
    else this.#link.forward({ type: 'subscribe', packetId, subscriptions: granted.map(forBroker) });
  }

  /** A SUBACK of the broker. */
  granted({ packetId, reasonCodes }: SubackPacket): void {
    const answers = [...reasonCodes];
    const asked = this.#asked.get(packetId) ?? [];
    this.#asked.delete(packetId);
    const codes = asked.map(({ filter, refusal }) => {
      const code = refusal ?? answers.shift() ?? 0x80;
      if (code >= 0x80 && refusal === undefined) this.#session.subscriptions.delete(filter);
      return this.#link.version === 5 ? code : Math.min(code, 0x80);
    });
    this.#link.send({ type: 'suback', packetId, reasonCodes: codes });
  }

  /** An UNSUBSCRIBE of the client. */
  unsubscribe({ packetId, filters }: UnsubscribePacket): void {
    for (const filter of filters) this.#session.subscriptions.delete(filter);
    this.#link.forward({ type: 'unsubscribe', packetId, filters });
  }

  /** An UNSUBACK of the broker. That there was no subscription, AWS does not say. */
  removed({ packetId, reasonCodes }: UnsubackPacket): void {
    const codes = reasonCodes.map((code) => (code < 0x80 ? 0 : code));
    this.#link.send({ type: 'unsuback', packetId, reasonCodes: this.#link.version === 5 ? codes : [] });
  }

  #refusalOf(filter: string, count: number): number | undefined {
    const { limits, switches } = this.#link.cloud;
    if (isBadFilter(filter, limits)) return 0x8f;
    const resource = switches.shareResource === 'whole' ? filter : plain(filter);
    if (!this.#link.may('iot:Subscribe', `topicfilter/${resource}`)) return 0x87;
    return count > limits.subscriptions ? 0x97 : undefined;
  }
}

function plain(filter: string): string {
  return parseSharedFilter(filter)?.filter ?? filter;
}

function forBroker({ qos, retainHandling = 0, ...subscription }: SubscriptionRequest): SubscriptionRequest {
  const granted = qos === 0 ? 0 : 1;
  return { ...subscription, qos: granted, retainHandling: getsRetained(subscription.filter) ? retainHandling : 2 };
}
