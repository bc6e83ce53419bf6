import type { QoS, SubscriptionRequest, Will } from '@mqtide/codec';
import type { Link } from './link.ts';
import type { BrokerMessage } from './message.ts';

/** A subscription of one client. */
export interface BrokerSubscription {
  readonly request: SubscriptionRequest;
  /** The QoS that was granted. */
  readonly qos: QoS;
  /** What topics are matched against: the filter without `$share/<name>/`. */
  readonly filter: string;
  readonly shareName?: string;
  readonly identifier?: number;
}

/** A message on its way to one client. */
export interface Delivery {
  readonly message: BrokerMessage;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly identifiers: readonly number[];
}

/** A delivery of QoS 1 or 2 that was sent at least once. */
export interface OutgoingFlow {
  readonly packetId: number;
  readonly delivery: Delivery;
  awaits: 'puback' | 'pubrec' | 'pubcomp';
}

/** A PUBLISH of QoS 1 or 2 that came from the client. */
export interface IncomingFlow {
  readonly message: BrokerMessage;
  /** `answer`: the broker has not sent its PUBACK or PUBREC yet; `pubcomp`: it has not sent its PUBCOMP yet. */
  awaits: 'answer' | 'pubrel' | 'pubcomp';
  /** Whether a PUBREC that was sent has reached the client, where the wire tells. */
  pubrec: 'unknown' | 'underway' | 'arrived';
  /** The connection on which the PUBLISH came last. */
  connection: number;
  /** Orders flows by the first arrival of their PUBLISH. */
  readonly arrival: number;
}

/** What the broker keeps for a client identifier. All of it outlives the connection; see `Link` for what does not. */
export class BrokerSession {
  readonly clientId: string;
  readonly subscriptions: Map<string, BrokerSubscription> = new Map();
  /** Deliveries that were sent, in the order of their first transmission. */
  readonly inFlight: Map<number, OutgoingFlow> = new Map();
  /** Deliveries that were never sent. */
  readonly queue: Delivery[] = [];
  readonly incoming: Map<number, IncomingFlow> = new Map();
  /** Messages that were answered for good, by an answer that has not reached the client: to it they are still open. */
  readonly unconfirmed: Map<number, IncomingFlow> = new Map();
  /** The connection it is on; undefined while the client is away. */
  link: Link | undefined;
  /** In force until the client says DISCONNECT, or it is published. */
  will: Will | undefined;
  /** Seconds that it outlives the connection; `Infinity` when it never expires. */
  expirySeconds = 0;
  /** While the client is away: when the session ends. */
  endsAt: number | undefined;
  /** While the client is away: when the will is published. */
  willDueAt: number | undefined;
  #lastPacketId = 0;

  constructor(clientId: string) {
    this.clientId = clientId;
  }

  /** A packet identifier that no delivery uses; undefined when all are in use. */
  takePacketId(): number | undefined {
    if (this.inFlight.size >= 0xffff) return undefined;
    do this.#lastPacketId = (this.#lastPacketId % 0xffff) + 1;
    while (this.inFlight.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}
