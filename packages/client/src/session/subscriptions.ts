/*
 * SUBSCRIBE and UNSUBSCRIBE exchanges, and what the server is to deliver to us.
 *
 * An exchange lives and dies with its connection: one that was cut off is put back into the queue and sent anew with
 * another identifier. The table of filters outlives the connection; after a lost session it is subscribed again.
 */
import type { SubackPacket, SubscriptionRequest, UnsubackPacket } from '@mqtide/codec';
import { type Exchange, Exchanges } from './exchanges.ts';
import { filterRefused } from './failures.ts';
import type { SubscribeOperation, UnsubscribeOperation } from './operation.ts';
import type { Violation } from './outbound.ts';
import type { Turn } from './turn.ts';

interface Subscription {
  readonly request: SubscriptionRequest;
  /** Whether the server has it in the session that goes on. */
  established: boolean;
}

interface Request extends Exchange {
  readonly operation: SubscribeOperation | UnsubscribeOperation;
}

/** A SUBSCRIBE after a lost session carries so many filters at most: some servers refuse larger ones. */
const FILTERS_PER_RENEWAL = 8;

export class Subscriptions {
  readonly #turn: Turn;
  // Valid beyond the session.
  readonly #filters = new Map<string, Subscription>();
  // Valid for the connection.
  readonly exchanges: Exchanges<Request>;

  constructor(turn: Turn, ackTimeoutMs: number) {
    this.exchanges = new Exchanges(turn, ackTimeoutMs);
    this.#turn = turn;
  }

  transmit(operation: SubscribeOperation | UnsubscribeOperation, packetId: number): void {
    this.exchanges.add({ packetId, operation });
    if (operation.kind === 'subscribe') {
      const { subscriptions, properties } = operation;
      this.#turn.send({ type: 'subscribe', packetId, subscriptions, ...(properties && { properties }) });
    } else {
      const { filters, properties } = operation;
      for (const filter of filters) this.#filters.delete(filter);
      this.#turn.send({ type: 'unsubscribe', packetId, filters, ...(properties && { properties }) });
    }
  }

  onSuback(packet: SubackPacket): Violation {
    const operation = this.exchanges.get(packet.packetId)?.operation;
    // An answer to nothing settles nothing.
    if (operation?.kind !== 'subscribe') return undefined;
    const { op, renews, subscriptions } = operation;
    if (packet.reasonCodes.length !== subscriptions.length)
      return `SUBACK has ${packet.reasonCodes.length} reason codes for ${subscriptions.length} filters`;
    this.exchanges.delete(packet.packetId);
    if (op === undefined && !renews) return undefined;
    for (const [index, request] of subscriptions.entries()) {
      const reasonCode = packet.reasonCodes[index] as number;
      const { filter } = request;
      if (reasonCode < 0x80) {
        if (!renews || this.#filters.has(filter)) this.#filters.set(filter, { request, established: true });
      } else {
        this.#filters.delete(filter);
        if (renews) this.#turn.do({ do: 'unsubscribed', filter, failure: filterRefused(packet, reasonCode, filter) });
      }
    }
    this.#turn.settle(op, { ok: true, packet });
    return undefined;
  }

  onUnsuback(packet: UnsubackPacket): Violation {
    const operation = this.exchanges.get(packet.packetId)?.operation;
    if (operation?.kind !== 'unsubscribe') return undefined;
    const { op, filters } = operation;
    // 3.1.1 has no reason codes here.
    if (packet.reasonCodes.length > 0 && packet.reasonCodes.length !== filters.length)
      return `UNSUBACK has ${packet.reasonCodes.length} reason codes for ${filters.length} filters`;
    this.exchanges.delete(packet.packetId);
    // Again: a SUBACK that was on its way may have come since.
    for (const filter of filters) this.#filters.delete(filter);
    const refused = packet.reasonCodes.findIndex((reasonCode) => reasonCode >= 0x80);
    if (refused < 0) this.#turn.settle(op, { ok: true, packet });
    else this.#turn.fail(op, filterRefused(packet, packet.reasonCodes[refused] as number, filters[refused] as string));
    return undefined;
  }

  /** What was cut off and is to be sent again, in order. */
  connectionLost(): (SubscribeOperation | UnsubscribeOperation)[] {
    const again = [...this.exchanges].map(({ operation }) => operation);
    this.exchanges.clear();
    return again.filter(({ op }) => op !== undefined);
  }

  /** What the server does not have: everything after a lost session, otherwise what was cut off while renewing. */
  toRenew(sessionLost: boolean): SubscribeOperation[] {
    if (sessionLost) for (const subscription of this.#filters.values()) subscription.established = false;
    const requests = [...this.#filters.values()].filter((held) => !held.established).map((held) => held.request);
    const operations: SubscribeOperation[] = [];
    for (let from = 0; from < requests.length; from += FILTERS_PER_RENEWAL) {
      const subscriptions = requests.slice(from, from + FILTERS_PER_RENEWAL);
      operations.push({
        kind: 'subscribe',
        op: undefined,
        renews: true,
        deadline: Number.POSITIVE_INFINITY,
        subscriptions,
      });
    }
    return operations;
  }

  /** Takes back a request that the codec refused to encode. */
  discard(packetId: number): number | undefined {
    const exchange = this.exchanges.get(packetId);
    this.exchanges.delete(packetId);
    return exchange?.operation.op;
  }

  clear(): void {
    this.#filters.clear();
    this.exchanges.clear();
  }
}
