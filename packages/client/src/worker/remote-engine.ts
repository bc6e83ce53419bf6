/*
 * The side of the page: an engine that does nothing itself. Events go to the worker as letters, and its hooks are called
 * when letters come back. What the worker owes us is known, so that nothing hangs when it is gone.
 */
import type { ProtocolVersion } from '@mqtide/codec';
import type { EngineFigures, EngineHooks, EnginePort, UntimedEvent } from '../engine.ts';
import type { PacketTap } from '../engine/wire.ts';
import type { SessionStore } from '../io/session-store.ts';
import type { SessionConfig } from '../session/config.ts';
import type { ConnectionStatus, DeliveredPacket, LifecycleEvent, Outcome, OutgoingMessage } from '../session/events.ts';
import type { Failure } from '../session/failure.ts';
import { failure } from '../session/failures.ts';
import { IdMap } from '../session/id-map.ts';
import { Causes } from './causes.ts';
import { Intent, asLast } from './intent.ts';
import { HOOKS, type Orders } from './letters.ts';
import { Mailbox } from './mailbox.ts';
import { Missed } from './missed.ts';
import { WINDOW_BYTES } from './outbox.ts';
import { Questions } from './questions.ts';
import type { Reminding } from './reminding.ts';
import { Watchdog } from './watchdog.ts';
import type { Warning } from '../warning.ts';

const AT_REST = { messages: 0, bytes: 0, messagesPerSecond: 0, bytesPerSecond: 0 };
const NOTHING = { count: 0, bytes: 0 };
const NO_FIGURES: EngineFigures = {
  queued: NOTHING,
  unacknowledged: NOTHING,
  outbound: 0,
  inbound: 0,
  bufferedBytes: 0,
  sent: AT_REST,
  received: AT_REST,
};

const STOPPED = failure('STOPPED');
const AT_REST_STATUSES: readonly ConnectionStatus[] = ['idle', 'stopped', 'failed'];

type Hook = (...args: readonly unknown[]) => unknown;

/** The worker is told that letters were taken when they come to so many bytes. */
const RECEIPT_BYTES = WINDOW_BYTES / 4;

/** What an engine elsewhere needs to know. */
export interface RemoteEngineParts {
  readonly config: SessionConfig;
  readonly hooks: EngineHooks;
  warn(warning: Warning): void;
  /** Gives the port to a worker that is told of it. Nothing happens before the first order. */
  connect(onGone: (reason: string) => void): MessagePort;
  readonly clock: Reminding;
  /** After so long without a sign of life the worker is given up. */
  readonly timeoutMs: number;
  /** How much may wait in the worker while the page is busy. */
  readonly maxBacklogBytes: number;
  readonly store: SessionStore | undefined;
}

export class RemoteEngine implements EnginePort {
  readonly #parts: RemoteEngineParts;
  readonly #hooks: EngineHooks;
  readonly #clock: Reminding;
  readonly #watchdog: Watchdog;
  readonly #causes = new Causes();
  readonly #questions: Questions;
  readonly #missed: Missed;
  readonly #intent = new Intent();
  /** Operations that are not settled. */
  readonly #owed = new IdMap<number>();
  #mailbox: Mailbox | undefined;
  #tap: PacketTap | undefined;
  #figures = NO_FIGURES;
  #lost: Failure | undefined;
  /** Letters that were taken and that the worker was not told of, in bytes. */
  #takenBytes = 0;
  /** What the client was told last. `status` may be ahead of it by a letter. */
  #shown: ConnectionStatus = 'idle';
  status: ConnectionStatus = 'idle';
  version: ProtocolVersion = 5;
  /** The payload is copied on its way, and an operation of its own tells how it ended. */
  readonly isReady: boolean = false;

  constructor(parts: RemoteEngineParts) {
    this.#parts = parts;
    this.#hooks = parts.hooks;
    this.#clock = parts.clock;
    this.#missed = new Missed((warning) => parts.warn(warning));
    this.#questions = new Questions(parts.hooks, this.#causes, parts.store);
    this.#watchdog = new Watchdog(parts.clock, parts.timeoutMs, {
      isNeeded: () => this.#owed.size > 0 || !AT_REST_STATUSES.includes(this.status),
      ask: () => this.#mailbox?.post('ping', []),
      dead: () => this.#gone('it does not answer'),
    });
  }

  get now(): number {
    return this.#clock.now();
  }

  remind(at: number, callback: () => void): () => void {
    return this.#clock.remind(at, callback);
  }

  /** Those that the worker told last; asking has it tell new ones. */
  get figures(): EngineFigures {
    if (this.#mailbox !== undefined && this.#lost === undefined) this.#mailbox.post('figures', []);
    return { ...this.#figures, dropped: this.#missed.count };
  }

  watch(tap: PacketTap | undefined): void {
    const wasWatched = this.#tap !== undefined;
    this.#tap = tap;
    const isWatched = tap !== undefined;
    if (isWatched !== wasWatched && this.#mailbox !== undefined) this.#order('watch', [isWatched]);
  }

  dispatch(event: UntimedEvent): void {
    if ('op' in event && event.op !== undefined && event.op > 0) {
      if (event.type === 'cancel') this.#owed.delete(event.op);
      else this.#owed.set(event.op, event.op);
    }
    if (event.type === 'start' || event.type === 'stop') this.#startOrStop(event);
    else this.#order('dispatch', [event]);
  }

  /** What is wanted is so at once, as the application sees it; the worker follows. */
  #startOrStop(event: UntimedEvent & { readonly type: 'start' | 'stop' }): void {
    const isChange = this.#intent.change(event);
    // A client that was never started has nobody to tell.
    if (event.type === 'stop' && this.#mailbox === undefined) {
      queueMicrotask(() => this.#refuse('stop', STOPPED));
      return;
    }
    this.#order('dispatch', [event, this.#intent.changes]);
    if (this.#lost !== undefined) return;
    const isAtRest = AT_REST_STATUSES.includes(this.status);
    if (event.type === 'stop') {
      if (isChange && !isAtRest) this.#changed('stopping');
      else if (isAtRest && this.status !== 'stopped') this.#changed('stopped', { type: 'stopped' });
      return;
    }
    if (this.status === 'stopping') this.#changed('stopped', { type: 'stopped' });
    // It may have to wait.
    const isPaced = this.#parts.config.brokerProfile.connectsPerSecond !== undefined;
    if (AT_REST_STATUSES.includes(this.status) && !isPaced) this.#changed('connecting', undefined, 1);
  }

  publish(op: number, message: OutgoingMessage, timeoutMs: number | undefined): void {
    this.#owed.set(op, op);
    this.#order('publish', [op, message, timeoutMs], 1);
  }

  publishOnce(op: number, message: OutgoingMessage): undefined {
    this.publish(op, message, undefined);
  }

  #order<Name extends keyof Orders>(name: Name, args: Orders[Name], carrier = -1): void {
    if (this.#lost === undefined) {
      this.#mailbox ??= this.#open();
      this.#mailbox.post(name, args, carrier);
      this.#watchdog.watch();
    } else if (name === 'dispatch' || name === 'publish') {
      // As an engine that has failed would answer, at the end of the turn.
      const lost = this.#lost;
      const type = name === 'dispatch' ? (args as Orders['dispatch'])[0].type : 'publish';
      queueMicrotask(() => this.#refuse(type, lost));
    }
  }

  #open(): Mailbox {
    const mailbox = new Mailbox(
      this.#parts.connect((reason) => this.#gone(reason)),
      (name, args) => this.#received(name, args),
      (bytes) => this.#took(bytes),
    );
    mailbox.post('open', [this.#parts.config, this.#parts.maxBacklogBytes]);
    if (this.#tap !== undefined) mailbox.post('watch', [true]);
    return mailbox;
  }

  #received(name: string, args: readonly unknown[]): void {
    if (this.#lost !== undefined) return;
    this.#take(name, args);
    this.#watchdog.heard();
  }

  /** Told in parts of the window, so that little traffic costs no letter more. */
  #took(bytes: number): void {
    this.#takenBytes += bytes;
    if (this.#takenBytes < RECEIPT_BYTES) return;
    this.#order('taken', [this.#takenBytes]);
    this.#takenBytes = 0;
  }

  #take(name: string, args: readonly unknown[]): void {
    switch (name) {
      case 'state': {
        const [status, version, changes] = args as [ConnectionStatus, ProtocolVersion, number];
        this.#intent.heard(changes);
        if (!this.#intent.isKnown) return;
        this.status = status;
        this.version = version;
        return;
      }
      case 'figures':
        this.#figures = args[0] as EngineFigures;
        return;
      case 'packet':
        this.#tap?.(...(args as Parameters<PacketTap>));
        return;
      case 'ask':
        void this.#answer(...(args as Parameters<Questions['answer']>));
        return;
      case 'abort':
        this.#questions.abort(args[0] as number);
        return;
      case 'dropped':
        this.#missed.add(args[0] as number, this.now);
        return;
      case 'settle':
        this.#owed.delete(args[0] as number);
        this.#hooks.settle(args[0] as number, this.#causes.collect(args[1]) as Outcome);
        return;
      default:
        if (this.#intent.isOfEarlierRun) return;
        if (name === 'deliver') this.#deliver(...(args as Parameters<EngineHooks['deliver']>));
        else if (name === 'status') this.#told(...(this.#causes.collect(args) as Parameters<EngineHooks['status']>));
        else if (name in HOOKS && (name !== 'attempting' || this.#intent.isKnown))
          (this.#hooks[name as keyof EngineHooks] as Hook)(...args.map((arg) => this.#causes.collect(arg)));
    }
  }

  #deliver(packet: DeliveredPacket, delivery: number): void {
    if (this.#intent.wanted === 'stopped') return;
    const isDone = this.#hooks.deliver(packet, delivery);
    if (isDone && delivery !== 0) this.dispatch({ type: 'acknowledge', delivery, reasonCode: 0 });
  }

  #told({ status, attempt, event }: Parameters<EngineHooks['status']>[0]): void {
    if (!this.#intent.isKnown) {
      // Nothing else: it is what ends a `stop()` that drains before its time.
      if (this.#intent.wanted === 'drained' && event?.type === 'disconnection')
        this.#changed('stopping', asLast(event));
      return;
    }
    // What was told when it was asked for.
    if (event?.type === 'stopped' && (this.#shown === 'stopped' || this.#intent.wanted === 'running')) return;
    const isTold = event === undefined && status === this.#shown && (status === 'stopping' || attempt === 1);
    if (!isTold) this.#changed(status, event, attempt);
  }

  async #answer(...asked: Parameters<Questions['answer']>): Promise<void> {
    const result = await this.#questions.answer(...asked);
    if (this.#lost === undefined) this.#mailbox?.post('answer', [asked[0], result]);
  }

  /** The worker is gone, or never was: everything it owes us ends with the reason. */
  #gone(reason: string): void {
    if (this.#lost !== undefined) return;
    const lost: Failure = {
      code: 'WORKER_FAILED',
      message: `The worker of the client is gone: ${reason}.`,
      retryable: false,
      hint: 'Was it loaded, and not terminated? Make a new worker and a new client.',
    };
    this.#lost = lost;
    this.#questions.end();
    this.#watchdog.rest();
    if (this.#intent.wanted !== 'running') this.#refuse('stop', lost);
    else this.#refuse(this.status === 'connected' ? 'disconnection' : 'start', lost);
  }

  #refuse(type: string, lost: Failure): void {
    for (const op of this.#owed.values()) {
      this.#owed.delete(op);
      this.#hooks.settle(op, { ok: false, failure: lost });
    }
    if (type === 'stop') {
      if (this.status !== 'stopped') this.#changed('stopped', { type: 'stopped' });
    } else if (type === 'start' || type === 'disconnection') {
      this.#changed('failed', { type: type === 'start' ? 'connectionFailure' : type, failure: lost });
    }
  }

  #changed(status: ConnectionStatus, event?: LifecycleEvent, attempt = 0): void {
    this.status = status;
    this.#shown = status;
    this.#hooks.status({ do: 'status', status, attempt, event });
  }
}
