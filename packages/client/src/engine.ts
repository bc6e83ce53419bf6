/*
 * Joins the pure session to the world: dispatches events, performs actions in order, keeps one timer and one socket.
 */
import type { Packet, ProtocolVersion } from '@mqtide/codec';
import { ActionQueue } from './engine/action-queue.ts';
import { Alarm } from './engine/alarm.ts';
import { Barrier } from './engine/barrier.ts';
import { Batch } from './engine/batch.ts';
import { Connector, type DialHooks, type Ports } from './engine/connector.ts';
import { Reminders } from './engine/reminders.ts';
import type { SessionStore } from './io/session-store.ts';
import type { SessionConfig } from './session/config.ts';
import type {
  Action,
  ConnectionStatus,
  DeliveredPacket,
  OutgoingMessage,
  Outcome,
  SessionEvent,
} from './session/events.ts';
import type { Failure } from './session/failure.ts';
import { failure } from './session/failures.ts';
import type { SessionLoad } from './session/load.ts';
import type { TrafficStatistics } from './engine/traffic.ts';
import { type PacketTap, Wire } from './engine/wire.ts';
import { Session } from './session/session.ts';

/** The application's side of the engine. None of these may throw. */
export interface EngineHooks extends DialHooks {
  /** Returns whether the application is done with the message already. */
  deliver(packet: DeliveredPacket, delivery: number): boolean;
  settle(op: number, outcome: Outcome): void;
  restored(action: Named<'restored'>): void;
  storeFailed(action: Named<'storeFailed'>): void;
  unsubscribed(action: Named<'unsubscribed'>): void;
  status(action: Named<'status'>): void;
}

type Named<Name> = Action & { readonly do: Name };

/** An event without time and randomness, which the engine adds. */
export type UntimedEvent = SessionEvent extends infer Each
  ? Each extends SessionEvent
    ? Omit<Each, 'now' | 'random'>
    : never
  : never;

/** What is under way, and what went over the wire. */
export interface EngineFigures extends SessionLoad {
  /** Bytes that the socket has and the network does not. */
  readonly bufferedBytes: number;
  readonly sent: TrafficStatistics;
  readonly received: TrafficStatistics;
  /** Milliseconds from a packet to its answer, smoothed; absent before the first answer. */
  readonly roundTripMs?: number;
  /** That of the last answer. */
  readonly lastRoundTripMs?: number;
  /** Received messages that were dropped on their way from an engine elsewhere. */
  readonly dropped?: number;
}

/** What the client needs of an engine: it may run elsewhere. */
export type EnginePort = Pick<Engine, keyof Engine>;

export class Engine {
  readonly #session: Session;
  readonly #ports: Ports;
  readonly #hooks: EngineHooks;
  readonly #actions = new ActionQueue();
  #isPerforming = false;
  readonly #connector: Connector;
  readonly #batch: Batch;
  readonly #barrier: Barrier | undefined;
  #lastNow = 0;
  /** The operation of `publishOnce`, and why its message cannot be sent. */
  #sharedOp: number | undefined;
  #refused: Failure | undefined;
  readonly #alarm: Alarm;
  readonly #wire = new Wire();
  readonly #reminders = new Reminders();

  /** Without a store the session lives in memory. */
  constructor(config: SessionConfig, ports: Ports, hooks: EngineHooks, store?: SessionStore) {
    this.#session = new Session(config);
    this.#ports = ports;
    this.#hooks = hooks;
    this.#alarm = new Alarm(ports.clock, () => this.#tick());
    this.#connector = new Connector(ports, hooks, config.limits.maximumPacketSize, this.#wire, {
      dispatch: (event) => this.dispatch(event),
      received: (packet, now, random) => this.#handle({ type: 'received', packet, now, random }),
    });
    this.#barrier = store && this.#barrierOf(store, config.clientId);
    this.#batch = new Batch(
      (bytes) => {
        const wasTaken = this.#connector.send(bytes);
        this.#wire.onFrame(bytes.length, this.#lastNow);
        return wasTaken;
      },
      (op, wasTaken) => hooks.settle(op, wasTaken ? SENT : { ok: false, failure: failure('SOCKET_CLOSED') }),
      () => this.#noticeLevel(),
    );
  }

  get status(): ConnectionStatus {
    return this.#session.status;
  }

  /** The version of the connection, or of the attempt. */
  get version(): ProtocolVersion {
    return this.#connector.version;
  }

  /** What is under way at this moment, and what went over the wire until now. */
  get figures(): EngineFigures {
    const now = this.#ports.clock.now();
    return { ...this.#session.load, bufferedBytes: this.#connector.bufferedBytes, ...this.#wire.read(now) };
  }

  /** Has every packet told, or none any more. */
  watch(tap: PacketTap | undefined): void {
    this.#wire.tap = tap;
  }

  /** Milliseconds, on the clock that everything here goes by. */
  get now(): number {
    return this.#ports.clock.now();
  }

  /** Calls back once, not before `at`, through the one timer. Returns a function that cancels it. */
  remind(at: number, callback: () => void): () => void {
    const cancel = this.#reminders.add(at, callback);
    this.#setAlarm();
    return cancel;
  }

  /** Tells the session an event and does what it answers. */
  dispatch(event: UntimedEvent): void {
    // So that what leaves the socket from now on is noticed before the connection is given up.
    if (event.type === 'hint') this.#connector.noticeSending();
    const { clock } = this.#ports;
    this.#handle({ ...event, now: clock.now(), random: clock.random() } as SessionEvent);
  }

  /** `dispatch`, for the one event that comes in hundreds of thousands. */
  publish(op: number, message: OutgoingMessage, timeoutMs: number | undefined): void {
    // While a batch is open the turn has not ended, and no time passes within a turn.
    const now = this.#batch.isOpen ? this.#lastNow : this.#ports.clock.now();
    // A timer may be late by a minute.
    this.#noticeLevel();
    this.#handle({ type: 'publish', op, message, now, timeoutMs });
  }

  /** Whether `publishOnce` may be used: nothing is under way that would have to be done before. */
  get isReady(): boolean {
    const isIdle = !this.#isPerforming && this.#barrier?.isClosed !== true;
    return isIdle && this.#session.status === 'connected' && this.#session.outlet.isFree;
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
    if (!this.#isPerforming) this.#performAll();
  }

  #performAll(): void {
    this.#isPerforming = true;
    // Performing an action can add others: a handler that publishes, an acknowledgement.
    for (let action = this.#actions.take(); action !== undefined; action = this.#actions.take())
      if (this.#barrier?.holds(action) !== true) this.#perform(action);
    this.#isPerforming = false;
    this.#setAlarm();
  }

  #setAlarm(): void {
    const answerDueAt = this.#barrier?.answerDueAt ?? Number.POSITIVE_INFINITY;
    this.#alarm.set(Math.min(this.#session.nextDeadline(), this.#reminders.next, answerDueAt));
  }

  #barrierOf(store: SessionStore, clientId: string): Barrier {
    return new Barrier(store, clientId, this.#ports.clock, {
      perform: (actions) => {
        this.#isPerforming = true;
        for (const action of actions) this.#perform(action);
        this.#performAll();
      },
      restored: (records) => this.dispatch({ type: 'restored', records }),
      storeFailed: (reason) => this.dispatch({ type: 'storeFailed', failure: reason }),
    });
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
      case 'restored':
      case 'storeFailed':
      case 'unsubscribed':
      case 'status':
        this.#hooks[action.do](action as never);
        return;
      case 'dial':
      case 'authenticate':
        void this.#connector[action.do](action as never);
        return;
      case 'hangUp':
        this.#batch.flush();
        // A graceful stop waits for the socket to be closed; after anything else it is of no interest.
        this.#connector.hangUp(this.#session.status === 'stopping');
        return;
      case 'openStore':
      case 'store':
      case 'closeStore':
      // The barrier's. Without one there is no journal.
    }
  }

  #write(packet: Packet, op: number | undefined): void {
    const problem = this.#batch.write(packet, this.version, op);
    if (problem === undefined) {
      this.#wire.onSend(packet, this.#lastNow);
      return;
    }
    this.dispatch({ type: 'unsendable', packet, message: problem, op });
  }

  /** Whether there is room in the socket is asked only while there was none. */
  #noticeLevel(): void {
    // What is still to be performed, or waits for the store, is not in the socket yet, and would be left out of account.
    if (this.#isPerforming || this.#barrier?.isClosed || !this.#session.outlet.isFull) return;
    const bufferedBytes = this.#connector.bufferedBytes + this.#batch.pendingBytes;
    this.dispatch({ type: 'socketLevel', bufferedBytes });
  }

  #tick(): void {
    this.#connector.noticeSending();
    this.#noticeLevel();
    const { clock } = this.#ports;
    this.#reminders.ring(clock.now());
    this.#barrier?.tick(clock.now());
    this.dispatch({ type: 'tick' });
  }
}

const SENT: Outcome = { ok: true };
