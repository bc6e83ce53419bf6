/*
 * Joins the pure session to the world: dispatches events, performs actions in order, keeps one timer and one socket.
 */
import { Decoder, MalformedPacketError, type Packet, type ProtocolVersion, type PublishPacket } from '@mqtide/codec';
import { ActionQueue } from './engine/action-queue.ts';
import { Alarm } from './engine/alarm.ts';
import { Batch } from './engine/batch.ts';
import type { Clock } from './io/clock.ts';
import type { Connection, Transport, TransportListener } from './io/transport.ts';
import type { SessionConfig } from './session/config.ts';
import type {
  Action,
  ConnectionStatus,
  Credentials,
  LifecycleEvent,
  OutgoingMessage,
  Outcome,
  SessionEvent,
} from './session/events.ts';
import type { Failure } from './session/failure.ts';
import { failure } from './session/failures.ts';
import { Session } from './session/session.ts';

/** What the engine stands on. */
export interface Ports {
  readonly transport: Transport;
  readonly clock: Clock;
}

/** What one attempt needs to know, from options that may be functions. */
export interface DialContext {
  readonly attempt: number;
  readonly lastFailure: Failure | undefined;
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
}

/** Where to connect, as whom. */
export interface Destination {
  readonly url: string;
  readonly credentials: Credentials;
}

/** The application's side of the engine. None of these may throw. */
export interface EngineHooks {
  /** Resolves to a failure rather than rejecting. */
  locate(context: DialContext): Promise<Destination | { readonly failure: Failure }>;
  attempting(attempt: number, url: string): void;
  /** Returns whether the application is done with the message already. */
  deliver(packet: PublishPacket, delivery: number): boolean;
  settle(op: number, outcome: Outcome): void;
  unsubscribed(filter: string, failure: Failure): void;
  status(status: ConnectionStatus, attempt: number, event: LifecycleEvent | undefined): void;
}

/** An event without the time, which the engine adds. */
export type UntimedEvent = SessionEvent extends infer Each
  ? Each extends SessionEvent
    ? Omit<Each, 'now'>
    : never
  : never;

export class Engine {
  readonly #session: Session;
  readonly #ports: Ports;
  readonly #hooks: EngineHooks;
  readonly #maximumPacketSize: number;
  readonly #actions = new ActionQueue();
  #isPerforming = false;
  #link: Link | undefined;
  #version: ProtocolVersion = 5;
  readonly #batch: Batch;
  #lastNow = 0;
  /** The operation of `publishOnce`, and why its message cannot be sent. */
  #sharedOp: number | undefined;
  #refused: Failure | undefined;
  readonly #alarm: Alarm;

  constructor(config: SessionConfig, ports: Ports, hooks: EngineHooks) {
    this.#session = new Session(config);
    this.#ports = ports;
    this.#hooks = hooks;
    this.#maximumPacketSize = config.limits.maximumPacketSize;
    this.#alarm = new Alarm(ports.clock, () => this.#tick());
    this.#batch = new Batch(
      (bytes) => this.#link?.connection?.send(bytes),
      (op) => hooks.settle(op, SENT),
    );
  }

  get status(): ConnectionStatus {
    return this.#session.status;
  }

  /** The version of the connection, or of the attempt. */
  get version(): ProtocolVersion {
    return this.#version;
  }

  /** Tells the session an event and does what it answers. */
  dispatch(event: UntimedEvent): void {
    this.#handle({ ...event, now: this.#ports.clock.now() } as SessionEvent);
  }

  /** `dispatch`, for the one event that comes in hundreds of thousands. */
  publish(op: number, message: OutgoingMessage, timeoutMs: number | undefined): void {
    // While a batch is open the turn has not ended, and no time passes within a turn.
    const now = this.#batch.isOpen ? this.#lastNow : this.#ports.clock.now();
    this.#handle({ type: 'publish', op, message, now, timeoutMs });
  }

  /** Whether `publishOnce` may be used: nothing is under way that would have to be done before. */
  get isReady(): boolean {
    return !this.#isPerforming && this.#session.status === 'connected';
  }

  /**
   * `publish` for QoS 0, with an operation that others share: it is over when the message has been handed to the socket.
   * That the message cannot be sent is this caller's affair alone and is returned.
   */
  publishOnce(op: number, message: OutgoingMessage): Failure | undefined {
    this.#sharedOp = op;
    this.publish(op, message, undefined);
    this.#sharedOp = undefined;
    const refused = this.#refused;
    this.#refused = undefined;
    return refused;
  }

  #handle(event: SessionEvent): void {
    this.#lastNow = event.now;
    this.#session.handle(event, this.#actions.list);
    if (this.#isPerforming) return;
    this.#isPerforming = true;
    // Performing an action can add others: a handler that publishes, an acknowledgement.
    for (let action = this.#actions.take(); action !== undefined; action = this.#actions.take()) this.#perform(action);
    this.#isPerforming = false;
    this.#alarm.set(this.#session.nextDeadline());
  }

  #perform(action: Action): void {
    switch (action.do) {
      case 'send':
        this.#write(action.packet, action.op);
        return;
      case 'deliver':
        if (this.#hooks.deliver(action.packet, action.delivery) && action.delivery !== 0)
          this.dispatch({ type: 'acknowledge', delivery: action.delivery, reasonCode: 0 });
        return;
      case 'settle':
        if (action.op === this.#sharedOp && !action.outcome.ok) this.#refused = action.outcome.failure;
        else this.#hooks.settle(action.op, action.outcome);
        return;
      case 'unsubscribed':
        this.#hooks.unsubscribed(action.filter, action.failure);
        return;
      case 'status':
        this.#hooks.status(action.status, action.attempt, action.event);
        return;
      case 'dial':
        this.#version = action.version;
        void this.#dial(action.attempt, action.lastFailure);
        return;
      case 'hangUp':
        this.#hangUp();
    }
  }

  async #dial(attempt: number, lastFailure: Failure | undefined): Promise<void> {
    const link = new Link(
      new Decoder({
        version: this.#version,
        maximumPacketSize: this.#maximumPacketSize,
        sender: 'server',
        ownsChunks: true,
      }),
    );
    this.#link = link;
    const destination = await this.#hooks.locate({ attempt, lastFailure, signal: link.abandoned.signal });
    if (this.#link !== link) return;
    if ('failure' in destination) {
      this.#dialFailed(destination.failure);
      return;
    }
    this.#hooks.attempting(attempt, destination.url);
    if (this.#link !== link) return;
    try {
      link.connection = this.#ports.transport.connect(destination.url, this.#listenerOf(link, destination.credentials));
    } catch (cause) {
      // The query may be signed, so it is in no error.
      const detail = String(cause).replaceAll(destination.url, '…');
      this.#dialFailed(failure('URL_FAILED', detail, { retryable: false }));
    }
  }

  #dialFailed(reason: Failure): void {
    this.dispatch({ type: 'dialFailed', failure: reason, random: this.#ports.clock.random() });
  }

  /** Passes on what a socket reports, as long as it is the current one. */
  #listenerOf(link: Link, credentials: Credentials): TransportListener {
    const { clock } = this.#ports;
    return {
      onOpen: () => {
        if (this.#link === link) this.dispatch({ type: 'opened', credentials });
      },
      onData: (bytes) => {
        if (this.#link === link) this.#received(link, bytes);
      },
      onText: () => {
        if (this.#link === link) this.dispatch({ type: 'malformed', message: 'a text frame', random: clock.random() });
      },
      onClose: ({ code, reason, subprotocolRefused }) => {
        if (this.#link !== link) return;
        if (subprotocolRefused === true) this.#dialFailed(failure('SUBPROTOCOL_REFUSED'));
        else this.dispatch({ type: 'closed', code, reason, random: clock.random() });
      },
    };
  }

  #received(link: Link, chunk: Uint8Array): void {
    const now = this.#ports.clock.now();
    const random = this.#ports.clock.random();
    let packets: readonly Packet[];
    let malformed: MalformedPacketError | undefined;
    try {
      packets = link.decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof MalformedPacketError)) throw error;
      malformed = error;
      packets = error.packetsBefore;
    }
    for (const packet of packets) {
      if (this.#link !== link) return;
      this.#handle({ type: 'received', packet, now, random });
    }
    if (this.#link !== link) return;
    if (malformed === undefined) {
      // A large packet may take longer to arrive than a PINGRESP, which waits behind it, may take.
      if (packets.length === 0) this.#handle({ type: 'heard', now });
      return;
    }
    const { reasonCode, message } = malformed;
    this.#handle({ type: 'malformed', reasonCode, message, now, random });
  }

  #hangUp(): void {
    const link = this.#link;
    this.#batch.flush();
    link?.abandoned.abort();
    link?.connection?.close();
    // A graceful stop waits for the socket to be closed; after anything else it is of no interest.
    if (this.#session.status !== 'stopping') this.#link = undefined;
  }

  #write(packet: Packet, op: number | undefined): void {
    const problem = this.#batch.write(packet, this.#version, op);
    if (problem === undefined) return;
    const random = this.#ports.clock.random();
    this.dispatch({ type: 'unsendable', packet, message: problem, random, ...(op !== undefined && { op }) });
  }

  #tick(): void {
    this.#noticeSending();
    this.dispatch({ type: 'tick', random: this.#ports.clock.random() });
  }

  /** A PINGREQ waits behind what is still being sent, and so does its answer. */
  #noticeSending(): void {
    const link = this.#link;
    if (link?.connection === undefined) return;
    const before = link.bufferedBytes;
    link.bufferedBytes = link.connection.bufferedBytes;
    if (link.bufferedBytes < before) this.dispatch({ type: 'heard' });
  }
}

const SENT: Outcome = { ok: true };

/** One attempt to connect, and the connection it led to. */
class Link {
  readonly decoder: Decoder;
  readonly abandoned: AbortController = new AbortController();
  connection: Connection | undefined;
  /** What waited in the socket when the timer last fired. */
  bufferedBytes = 0;

  constructor(decoder: Decoder) {
    this.decoder = decoder;
  }
}
