import type { ConnectPacket, Packet, PropertiesOf, ProtocolVersion } from '@mqtide/codec';
import type { AuthenticationState } from './authentication.ts';
import type { Faults } from './faults.ts';
import { RULES, type RuleName } from './rules.ts';
import type { BrokerSession, OutgoingFlow } from './session.ts';
import type { ViolationLog } from './violations.ts';

/** The other end of a connection, as the broker sees it. */
export interface BrokerPeer {
  /** `arrived` is to be called when the client has the packet, if `confirmsArrival` says that it will be. */
  send(packet: Packet, version: ProtocolVersion, arrived: () => void): void;
  /** Whether the wire knows what reaches the client; then the broker can tell more of what a client may not do. */
  readonly confirmsArrival?: boolean;
  /** Closes the connection after what was sent. Without a code it is lost: there is no close frame. */
  close(code?: number): void;
}

/** How many keep alive intervals a client may be silent [MQTT-3.1.2-22]. */
const KEEP_ALIVE_TOLERANCE = 1.5;

/** How long a client may take to close its connection after DISCONNECT. */
const CLOSE_GRACE_MS = 5_000;

/** What happens when a packet leaves, which may be later or never. */
export interface Leaving {
  sent?(): void;
  /** The client has it. Where the wire does not tell, it is called with false as soon as the packet was sent. */
  known?(isCertain: boolean): void;
}

/** What a connection takes from its broker. */
export interface LinkContext {
  readonly faults: Faults;
  readonly violations: ViolationLog;
  now(): number;
  /** A packet left or came. */
  record(direction: 'received' | 'sent', link: Link, packet: Packet): void;
  /** The connection is over; called once. */
  ended(link: Link): void;
}

/**
 * `fresh` before CONNECT; `authenticating` between CONNECT and CONNACK; `disconnected` when the client said DISCONNECT
 * and has yet to close.
 */
export type LinkState = 'fresh' | 'authenticating' | 'connected' | 'disconnected' | 'closed';

/** A topic alias that the broker gave. */
export interface OutgoingAlias {
  readonly number: number;
  /** Whether the packet that tells the client the topic has left. */
  isKnown: boolean;
}

/** One connection and everything that ends with it. */
export class Link {
  /** Counted from 1 over the life of the broker. */
  readonly number: number;
  version: ProtocolVersion = 5;
  state: LinkState = 'fresh';
  session: BrokerSession | undefined;
  connect: ConnectPacket | undefined;
  clientId = '';
  /** What the CONNACK said. */
  sessionPresent = false;
  /** The limits in the CONNACK; none in 3.1.1. */
  limits: PropertiesOf<'connack'> = {};
  /** In force on this connection; 0 is none. */
  keepAliveSeconds = 0;
  lastReceivedAt: number;
  /** Enhanced authentication, where it is used. */
  authentication: AuthenticationState | undefined;
  /** When DISCONNECT came. */
  disconnectedAt = 0;

  /** Topics that the client gave an alias. */
  readonly incomingAliases: Map<number, string> = new Map();
  /** Identifiers of SUBSCRIBE and UNSUBSCRIBE packets that were not answered. */
  readonly requests: Set<number> = new Set();
  /** PUBLISH packets of QoS 1 and 2 that came here and are not fully answered: the client's send window. */
  readonly incomingWindow: Set<number> = new Set();
  /** Identifiers that the client used here for anything new or sent again. */
  readonly usedIds: Set<number> = new Set();
  /** PUBREC packets of success that were sent here and not answered, in order. */
  readonly sentPubrecs: Set<number> = new Set();
  /** PUBREL packets that came here. */
  readonly receivedPubrels: Set<number> = new Set();
  /** The youngest message that the client sent again here. */
  lastResentArrival = -1;

  /** Aliases that the broker gave topics. */
  readonly outgoingAliases: Map<string, OutgoingAlias> = new Map();
  /** PUBLISH packets of QoS 1 and 2 that were sent here and are not fully answered: the broker's send window. */
  readonly outgoingWindow: Set<number> = new Set();
  /** PUBLISH packets of QoS 1 that await a PUBACK, in order. */
  readonly awaitedPubacks: Set<number> = new Set();
  /** PUBLISH packets of QoS 2 that await a PUBREC, in order. */
  readonly awaitedPubrecs: Set<number> = new Set();
  /** PUBREL packets that await a PUBCOMP. */
  readonly awaitedPubcomps: Set<number> = new Set();
  /** Deliveries of an earlier connection that the window holds back. */
  toResend: OutgoingFlow[] = [];

  readonly #peer: BrokerPeer;
  readonly #context: LinkContext;

  constructor(number: number, peer: BrokerPeer, context: LinkContext) {
    this.number = number;
    this.#peer = peer;
    this.#context = context;
    this.lastReceivedAt = context.now();
  }

  /** Whether the broker may still send. */
  get isOpen(): boolean {
    return this.state !== 'closed' && this.state !== 'disconnected';
  }

  /** When the broker loses patience with the client. */
  get deadline(): number {
    if (this.state === 'disconnected') return this.disconnectedAt + CLOSE_GRACE_MS;
    if (this.state !== 'connected' || this.keepAliveSeconds === 0) return Number.POSITIVE_INFINITY;
    return this.lastReceivedAt + this.keepAliveSeconds * 1_000 * KEEP_ALIVE_TOLERANCE;
  }

  /** Sends a packet, unless a fault says otherwise. */
  send(packet: Packet, leaving: Leaving = {}): void {
    if (!this.isOpen) return;
    const effect = this.#context.faults.effectOn('sent', packet, this.clientId);
    if (effect === 'ignore') return;
    if (effect === 'closeBefore') return this.lose();
    if (effect === 'hold') return this.#context.faults.hold(() => this.#transmit(packet, leaving));
    this.#transmit(packet, leaving);
    if (effect === 'closeAfter') this.lose();
  }

  /** Remembers a packet that came. */
  record(packet: Packet): void {
    this.#context.record('received', this, packet);
  }

  /** Ends the connection as a broker does: DISCONNECT in 5.0 where it is allowed, and nothing in 3.1.1. */
  disconnect(reasonCode: number, properties?: PropertiesOf<'disconnect'>): void {
    // Before CONNACK a server sends no DISCONNECT [MQTT-3.14.0-1].
    if (this.version === 5 && this.state === 'connected') {
      this.send({ type: 'disconnect', reasonCode, ...(properties !== undefined && { properties }) });
    }
    this.end(1000);
  }

  /** The connection is lost: no close frame, and the client sees code 1006. */
  lose(): void {
    this.end(undefined);
  }

  /** Closes the connection with a WebSocket close code. */
  end(code: number | undefined): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#peer.close(code);
    this.#context.ended(this);
  }

  /** The client or the network closed the connection. */
  hasEnded(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.#context.ended(this);
  }

  /**
   * The client broke a rule: it is remembered, and the connection ends where the rule says so. Returns whether it
   * did; false too when the version of the connection has no such rule.
   */
  violated(name: RuleName, packet?: Packet, detail?: string, closeWith?: number): boolean {
    const isRule = this.#context.violations.add(name, {
      version: this.version,
      clientId: this.clientId,
      connection: this.number,
      at: this.#context.now(),
      packet,
      detail,
    });
    const reasonCode = closeWith ?? RULES[name].closeWith;
    if (!isRule || reasonCode === undefined || !this.isOpen) return false;
    this.disconnect(reasonCode);
    return true;
  }

  #transmit(packet: Packet, leaving: Leaving): void {
    if (!this.isOpen) return;
    this.#context.record('sent', this, packet);
    leaving.sent?.();
    const { confirmsArrival = false } = this.#peer;
    this.#peer.send(packet, this.version, () => leaving.known?.(true));
    if (!confirmsArrival) leaving.known?.(false);
  }
}
