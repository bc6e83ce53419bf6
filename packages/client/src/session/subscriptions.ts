/*
 * SUBSCRIBE and UNSUBSCRIBE exchanges, and what the server is to deliver to us.
 *
 * An exchange lives and dies with its connection: one that was cut off is put back into the queue and sent anew with
 * another identifier. The table of filters outlives the connection; after a lost session it is subscribed again.
 */
import type {
  SubackPacket,
  SubscribePacket,
  SubscriptionRequest,
  UnsubackPacket,
  UnsubscribePacket,
} from '@mqtide/codec';
import { type Exchange, Exchanges } from './exchanges.ts';
import type { SessionConfig } from './config.ts';
import type { ErrorCode } from './failure.ts';
import { failure, filterRefused } from './failures.ts';
import { ENDED_EACH, RequestHangUps } from './hang-ups.ts';
import { requestRefusal } from './limits.ts';
import type { SubscribeOperation, UnsubscribeOperation } from './operation.ts';
import type { Violation } from './outbound.ts';
import type { NegotiatedSettings } from './settings.ts';
import { defined } from './defined.ts';
import type { Turn } from './turn.ts';

interface Subscription {
  readonly request: SubscriptionRequest;
  readonly identifier: number | undefined;
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
  readonly hangUps: RequestHangUps;
  readonly #filters = new Map<string, Subscription>();
  // Valid for the session: filters that the server may have, and nobody wants.
  readonly #unwanted = new Set<string>();
  // Valid for the connection.
  readonly exchanges: Exchanges<Request>;

  constructor(turn: Turn, { ackTimeoutMs, brokerProfile }: SessionConfig) {
    this.hangUps = new RequestHangUps(turn, brokerProfile.hangsUpOnDeniedPublish ?? false);
    this.exchanges = new Exchanges(turn, ackTimeoutMs);
    this.#turn = turn;
  }

  /** Whether what leaves next waits for the answer to a request: alone it is found out, and does not take others with it. */
  get holdsBack(): boolean {
    return this.exchanges.size > 0 && this.hangUps.isOnTrial;
  }

  transmit(operation: SubscribeOperation | UnsubscribeOperation, packet: SubscribePacket | UnsubscribePacket): void {
    this.exchanges.add({ packetId: packet.packetId, operation });
    if (operation.kind === 'unsubscribe') this.unwanted(operation.filters);
    else for (const { filter } of operation.subscriptions) this.#unwanted.delete(filter);
    this.hangUps.sent();
    this.#turn.send(packet);
  }

  /** What nobody wants is not renewed, and is taken back from a session that goes on, even if the UNSUBSCRIBE fails. */
  unwanted(filters: readonly string[]): void {
    for (const filter of filters) {
      this.#filters.delete(filter);
      this.#unwanted.add(filter);
    }
  }

  onSuback(packet: SubackPacket): Violation {
    const operation = this.exchanges.get(packet.packetId)?.operation;
    // An answer to nothing settles nothing.
    if (operation?.kind !== 'subscribe') return undefined;
    const { op, renews, subscriptions, properties } = operation;
    const identifier = properties?.subscriptionIdentifier;
    const miscounted = miscount(packet, subscriptions);
    if (miscounted !== undefined) return miscounted;
    this.exchanges.delete(packet.packetId);
    if (op === undefined && !renews) return undefined;
    for (const [index, request] of subscriptions.entries()) {
      const reasonCode = packet.reasonCodes[index] as number;
      const { filter } = request;
      if (reasonCode < 0x80) {
        // Unless it was unsubscribed meanwhile.
        if (renews ? this.#filters.has(filter) : !this.#unwanted.has(filter))
          this.#filters.set(filter, { request, identifier, established: true });
      } else if (renews) {
        this.#filters.delete(filter);
        this.#turn.do({ do: 'unsubscribed', filter, failure: filterRefused(packet, reasonCode, filter) });
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
    const miscounted = packet.reasonCodes.length > 0 ? miscount(packet, filters) : undefined;
    if (miscounted !== undefined) return miscounted;
    this.exchanges.delete(packet.packetId);
    for (const filter of filters) this.#unwanted.delete(filter);
    const refused = packet.reasonCodes.findIndex((reasonCode) => reasonCode >= 0x80);
    if (refused < 0) this.#turn.settle(op, { ok: true, packet });
    else this.#turn.fail(op, filterRefused(packet, packet.reasonCodes[refused] as number, filters[refused] as string));
    return undefined;
  }

  /** What was cut off and is to be sent again, in order. */
  connectionLost(reason: ErrorCode, isMessage: boolean): (SubscribeOperation | UnsubscribeOperation)[] {
    const again = [...this.exchanges].map(({ operation }) => operation);
    this.exchanges.clear();
    const subscribes = again.filter((operation) => operation.kind === 'subscribe');
    const [guilty] = subscribes;
    const filters = subscribes.map(({ subscriptions }) => (subscriptions[0] as SubscriptionRequest).filter);
    if (this.hangUps.connectionLost(reason, filters, isMessage) && guilty !== undefined) this.#giveUp(guilty);
    return again.filter(({ op }) => op !== undefined);
  }

  /** It seems to end every connection. */
  #giveUp(guilty: SubscribeOperation): void {
    const refused = (filter: string) => failure('SUBSCRIBE_REFUSED', `'${filter}', ${ENDED_EACH}`);
    for (const [index, { filter }] of guilty.subscriptions.entries())
      if (guilty.renews) {
        this.#filters.delete(filter);
        this.#turn.do({ do: 'unsubscribed', filter, failure: refused(filter) });
      } else if (index === 0) this.#turn.fail(guilty.op, refused(filter));
    guilty.op = undefined;
  }

  /** What nobody wants in a session that goes on, and no request is under way for. */
  toTakeBack(): UnsubscribeOperation[] {
    const asked = [...this.exchanges].flatMap(({ operation }) =>
      operation.kind === 'unsubscribe' ? operation.filters : [],
    );
    return [...this.#unwanted]
      .filter((filter) => !asked.includes(filter))
      .map((filter) => ({ kind: 'unsubscribe', op: undefined, deadline: Number.POSITIVE_INFINITY, filters: [filter] }));
  }

  /** What the server does not have: everything after a lost session, otherwise what was cut off while renewing. */
  toRenew(
    sessionLost: boolean,
    settings: NegotiatedSettings,
    filtersPerSubscribe: number = FILTERS_PER_RENEWAL,
  ): SubscribeOperation[] {
    if (sessionLost) this.#unwanted.clear();
    const most = this.hangUps.isSuspicious ? 1 : Math.min(filtersPerSubscribe, FILTERS_PER_RENEWAL);
    const operations: SubscribeOperation[] = [];
    // A SUBSCRIBE has one identifier.
    const groups = new Map<number | undefined, SubscriptionRequest[]>();
    for (const [filter, held] of this.#filters) {
      if (sessionLost) held.established = false;
      if (held.established) continue;
      const refusalOf = (...subscriptions: SubscriptionRequest[]) =>
        requestRefusal({ type: 'subscribe', packetId: 1, subscriptions }, settings);
      const refused = refusalOf(held.request);
      if (refused !== undefined) {
        this.#filters.delete(filter);
        this.#turn.do({ do: 'unsubscribed', filter, failure: refused });
        continue;
      }
      const { identifier, request } = held;
      let group = groups.get(identifier);
      if (group === undefined || group.length === most || refusalOf(...group, request) !== undefined) {
        groups.set(identifier, (group = []));
        operations.push(renewalOf(group, identifier));
      }
      group.push(request);
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

function miscount({ type, reasonCodes }: SubackPacket | UnsubackPacket, filters: readonly unknown[]): Violation {
  return reasonCodes.length === filters.length
    ? undefined
    : `${type.toUpperCase()} has ${reasonCodes.length} reason codes for ${filters.length} filters`;
}

/** Makes the packet of an operation. What 3.1.1 cannot say is left out, but for No Local: see `requestRefusal`. */
export function requestPacket(
  operation: SubscribeOperation | UnsubscribeOperation,
  packetId: number,
  settings: NegotiatedSettings,
): SubscribePacket | UnsubscribePacket {
  const { kind: type, properties: { subscriptionIdentifier, userProperties } = {} } = operation as SubscribeOperation;
  const isIn5 = settings.protocolVersion === 5;
  const properties = defined({
    subscriptionIdentifier: settings.subscriptionIdentifiersAvailable ? subscriptionIdentifier : undefined,
    userProperties: isIn5 ? userProperties : undefined,
  });
  const rest = Object.keys(properties).length > 0 ? { properties } : {};
  if (operation.kind === 'unsubscribe') return { type: operation.kind, packetId, filters: operation.filters, ...rest };
  const { subscriptions } = operation;
  return { type, packetId, subscriptions: isIn5 ? subscriptions : subscriptions.map(requestOf311), ...rest };
}

function requestOf311({ filter, qos, noLocal }: SubscriptionRequest): SubscriptionRequest {
  return noLocal === true ? { filter, qos, noLocal } : { filter, qos };
}

function renewalOf(
  subscriptions: readonly SubscriptionRequest[],
  subscriptionIdentifier: number | undefined,
): SubscribeOperation {
  const properties = subscriptionIdentifier === undefined ? {} : { properties: { subscriptionIdentifier } };
  const deadline = Number.POSITIVE_INFINITY;
  return { kind: 'subscribe', op: undefined, renews: true, deadline, subscriptions, ...properties };
}
