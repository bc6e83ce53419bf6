import { type ConnackPacket, type Packet, type ProtocolVersion, encode } from '@mqtide/codec';
import type { SessionConfig } from '../config.ts';
import type { Action, Credentials, OutgoingMessage, SessionEvent, StopRequest } from '../events.ts';
import type { Failure } from '../failure.ts';
import { Session } from '../session.ts';
import { connack, message, requests } from './packets.test-helpers.ts';
import { type Seen, seen } from './seen.test-helpers.ts';

/** An event without what the driver adds. */
export type BareEvent = SessionEvent extends infer Each
  ? Each extends SessionEvent
    ? Omit<Each, 'now' | 'random'>
    : never
  : never;

type Overrides = {
  readonly [Name in keyof SessionConfig]?: SessionConfig[Name] extends infer Value
    ? Value extends (...args: never) => unknown
      ? Value
      : Value extends object
        ? Partial<Value>
        : Value
    : never;
};

const DEFAULTS: SessionConfig = {
  protocolVersion: 5,
  clientId: 'c',
  clientIdGiven: true,
  isDurable: false,
  keepAliveSeconds: 0,
  connectTimeoutMs: 15_000,
  pingTimeoutMs: 10_000,
  ackTimeoutMs: 60_000,
  session: { expirySeconds: 300, onLost: 'republishQos1' },
  reconnect: { minDelayMs: 1_000, maxDelayMs: 120_000, jitter: 'none', minConnectedTimeToResetMs: 30_000 },
  offlineQueue: {
    behavior: 'failQos0PublishOnDisconnect',
    maxOperations: 10_000,
    maxBytes: 16_777_216,
    maxAgeMs: 300_000,
    overflow: 'reject',
  },
  brokerProfile: {},
  topicAliasing: { outbound: 'lru', outboundMaximum: 16, inboundMaximum: 16 },
  limits: { receiveMaximum: 256, maximumPacketSize: 16_777_216 },
  credentialsChange: false,
  urlChanges: false,
};

/** The options of the product, but for the keep alive (off) and the jitter (none); those that matter are given. */
export function config(overrides: Overrides = {}): SessionConfig {
  const { session, reconnect, offlineQueue, topicAliasing, limits, ...rest } = overrides;
  return {
    ...DEFAULTS,
    ...rest,
    session: { ...DEFAULTS.session, ...session },
    reconnect: reconnect === false ? false : { ...DEFAULTS.reconnect, ...(reconnect as object) },
    offlineQueue: { ...DEFAULTS.offlineQueue, ...offlineQueue },
    topicAliasing: { ...DEFAULTS.topicAliasing, ...topicAliasing },
    limits: { ...DEFAULTS.limits, ...limits },
  } as SessionConfig;
}

/** How often one moment may need a tick before it is a busy loop. */
const MAX_TICKS_AT_ONCE = 4;

/** A session with a clock and the application's, the socket's and the server's part in the hand of the test. */
export class Driver {
  readonly session: Session;
  now = 0;
  /** The number that the next event carries. */
  random = 0;
  /** The actions of the last event, with everything in them. */
  lastActions: readonly Action[] = [];
  #version: ProtocolVersion = 5;

  constructor(overrides: Overrides = {}) {
    this.session = new Session(config(overrides));
  }

  /** Tells an event and returns what is done. Packets have to be such that the codec can write them. */
  tell(event: BareEvent): Seen[] {
    this.lastActions = this.session.handle({ random: this.random, ...event, now: this.now } as SessionEvent);
    for (const action of this.lastActions) {
      if (action.do === 'dial') this.#version = action.version;
      if (action.do === 'send') encode(action.packet, this.#version);
    }
    return this.lastActions.map(seen);
  }

  /** Lets time pass, with a tick at every deadline. */
  pass(milliseconds: number): Seen[] {
    const end = this.now + milliseconds;
    const actions: Seen[] = [];
    let ticks = 0;
    for (let due = this.session.nextDeadline(); due <= end; due = this.session.nextDeadline()) {
      ticks = due > this.now ? 1 : ticks + 1;
      if (ticks > MAX_TICKS_AT_ONCE) throw new Error(`${ticks} ticks at ${this.now}: an endless loop?`);
      this.now = Math.max(this.now, due);
      actions.push(...this.tell({ type: 'tick' }));
    }
    this.now = end;
    return actions;
  }

  /** Lets time pass without a tick, as in a page that is frozen; then one comes late. */
  oversleep(milliseconds: number): Seen[] {
    this.now += milliseconds;
    return this.tell({ type: 'tick' });
  }

  start(): Seen[] {
    return this.tell({ type: 'start' });
  }

  opened(credentials: Credentials = {}): Seen[] {
    return this.tell({ type: 'opened', credentials });
  }

  receive(packet: Packet): Seen[] {
    return this.tell({ type: 'received', packet });
  }

  closed(code = 1006): Seen[] {
    return this.tell({ type: 'closed', code, reason: '' });
  }

  dialFailed(failure: Partial<Failure> = {}): Seen[] {
    const reason = { code: 'SOCKET_OPEN_FAILED', message: '', retryable: true, ...failure } as const;
    return this.tell({ type: 'dialFailed', failure: reason });
  }

  /** From `start()` to the CONNACK, and what is done after that. */
  connect(answer: ConnackPacket = connack()): Seen[] {
    this.start();
    this.opened();
    return this.receive(answer);
  }

  /** Waits for the next attempt and has it succeed. Returns what is done after the CONNACK. */
  comeBack(answer: ConnackPacket = connack()): Seen[] {
    while (this.session.status === 'waiting') {
      const due = this.session.nextDeadline();
      if (due === undefined) throw new Error('no attempt is going to come');
      this.pass(Math.max(0, due - this.now));
    }
    this.opened();
    return this.receive(answer);
  }

  /** Loses the connection and comes back. */
  reconnect(answer: ConnackPacket = connack()): Seen[] {
    this.closed();
    return this.comeBack(answer);
  }

  publish(op: number, overrides: Partial<OutgoingMessage> = {}, timeoutMs?: number): Seen[] {
    return this.tell({
      type: 'publish',
      op,
      message: message(overrides),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  }

  subscribe(op: number, ...filters: Parameters<typeof requests>): Seen[] {
    return this.tell({ type: 'subscribe', op, subscriptions: requests(...filters) });
  }

  unsubscribe(op: number, ...filters: string[]): Seen[] {
    return this.tell({ type: 'unsubscribe', op, filters });
  }

  acknowledge(delivery: number, reasonCode = 0): Seen[] {
    return this.tell({ type: 'acknowledge', delivery, reasonCode });
  }

  cancel(op: number): Seen[] {
    return this.tell({ type: 'cancel', op });
  }

  stop(request: StopRequest = {}): Seen[] {
    return this.tell({ type: 'stop', ...request });
  }
}

/** A session that is connected. */
export function connected(overrides: Overrides = {}, answer: ConnackPacket = connack()): Driver {
  const driver = new Driver(overrides);
  driver.connect(answer);
  return driver;
}

/** Both versions of the protocol, for `describe.each`. */
export const VERSIONS: readonly ProtocolVersion[] = [5, 4];
