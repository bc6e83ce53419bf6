/*
 * The side of the page: an engine that does nothing itself. Events go to the worker as letters, and its hooks are called
 * when letters come back. What the worker owes us is known, so that nothing hangs when it is gone.
 */
import type { ProtocolVersion } from '@mqtide/codec';
import type { EngineFigures, EngineHooks, EnginePort, UntimedEvent } from '../engine.ts';
import type { PacketTap } from '../engine/wire.ts';
import type { SessionStore } from '../io/session-store.ts';
import type { SessionConfig } from '../session/config.ts';
import type { ConnectionStatus, LifecycleEvent, Outcome, OutgoingMessage } from '../session/events.ts';
import type { Failure } from '../session/failure.ts';
import { failure } from '../session/failures.ts';
import { IdMap } from '../session/id-map.ts';
import { Causes } from './causes.ts';
import { HOOKS, type Orders } from './letters.ts';
import { Mailbox } from './mailbox.ts';
import type { Reminding } from './reminding.ts';
import { type StoreQuestion, StoreDesk } from './remote-store.ts';
import { Watchdog } from './watchdog.ts';

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

type Hook = (...args: readonly unknown[]) => unknown;

export class RemoteEngine implements EnginePort {
  readonly #hooks: EngineHooks;
  readonly #config: SessionConfig;
  readonly #connect: (onGone: (reason: string) => void) => MessagePort;
  readonly #clock: Reminding;
  readonly #watchdog: Watchdog;
  readonly #causes = new Causes();
  readonly #desk: StoreDesk | undefined;
  /** Operations that are not settled. */
  readonly #owed = new IdMap<number>();
  /** Attempts that the worker may still give up. */
  readonly #questions = new Map<number, AbortController>();
  #mailbox: Mailbox | undefined;
  #tap: PacketTap | undefined;
  #figures = NO_FIGURES;
  #lost: Failure | undefined;
  /** What was asked for last. Once it is to stop at once, messages that are on their way here come too late. */
  #wanted: 'running' | 'drained' | 'stopped' = 'running';
  status: ConnectionStatus = 'idle';
  version: ProtocolVersion = 5;
  /** The payload is copied on its way, and an operation of its own tells how it ended. */
  readonly isReady: boolean = false;

  /** `connect` gives the port to a worker that is told of it; nothing happens before the first order. */
  constructor(
    config: SessionConfig,
    hooks: EngineHooks,
    connect: (onGone: (reason: string) => void) => MessagePort,
    clock: Reminding,
    timeoutMs: number,
    store?: SessionStore,
  ) {
    this.#desk = store && new StoreDesk(store);
    this.#config = config;
    this.#hooks = hooks;
    this.#connect = connect;
    this.#clock = clock;
    this.#watchdog = new Watchdog(clock, timeoutMs, {
      isNeeded: () => this.#owed.size > 0 || !['idle', 'stopped', 'failed'].includes(this.status),
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
    return this.#figures;
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
    if (event.type === 'start') this.#wanted = 'running';
    else if (event.type === 'stop') this.#wanted = event.drainMs ? 'drained' : 'stopped';
    // A client that was never started has nobody to tell.
    if (event.type === 'stop' && this.#mailbox === undefined) queueMicrotask(() => this.#refuse('stop', STOPPED));
    else this.#order('dispatch', [event]);
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
      this.#connect((reason) => this.#gone(reason)),
      (name, args) => this.#received(name, args),
    );
    mailbox.post('open', [this.#config]);
    if (this.#tap !== undefined) mailbox.post('watch', [true]);
    return mailbox;
  }

  #received(name: string, args: readonly unknown[]): void {
    if (this.#lost !== undefined) return;
    this.#take(name, args);
    this.#watchdog.heard();
  }

  #take(name: string, args: readonly unknown[]): void {
    switch (name) {
      case 'state':
        [this.status, this.version] = args as [ConnectionStatus, ProtocolVersion];
        return;
      case 'figures':
        this.#figures = args[0] as EngineFigures;
        return;
      case 'packet':
        this.#tap?.(...(args as Parameters<PacketTap>));
        return;
      case 'ask':
        void this.#reply(...(args as [number, keyof EngineHooks | StoreQuestion, unknown[]]));
        return;
      case 'abort':
        this.#questions.get(args[0] as number)?.abort();
        return;
      case 'deliver': {
        if (this.#wanted === 'stopped') return;
        const isDone = (this.#hooks.deliver as Hook)(...args);
        const delivery = args[1] as number;
        if (isDone === true && delivery !== 0) this.dispatch({ type: 'acknowledge', delivery, reasonCode: 0 });
        return;
      }
      case 'settle':
        this.#owed.delete(args[0] as number);
        this.#hooks.settle(args[0] as number, this.#causes.collect(args[1]) as Outcome);
        return;
      default:
        if (name in HOOKS)
          (this.#hooks[name as keyof EngineHooks] as Hook)(...args.map((arg) => this.#causes.collect(arg)));
    }
  }

  async #reply(question: number, name: keyof EngineHooks | StoreQuestion, args: readonly unknown[]): Promise<void> {
    const result =
      name in HOOKS
        ? await this.#ask(question, name as keyof EngineHooks, args)
        : await this.#desk?.answer(name as StoreQuestion, args);
    if (this.#lost === undefined) this.#mailbox?.post('answer', [question, result]);
  }

  async #ask(question: number, name: keyof EngineHooks, args: readonly unknown[]): Promise<unknown> {
    const controller = new AbortController();
    this.#questions.set(question, controller);
    const [first, ...rest] = args.map((arg) => this.#causes.collect(arg));
    const context =
      typeof first === 'object' && first !== null && 'signal' in first
        ? { ...first, signal: controller.signal }
        : first;
    const result = await (this.#hooks[name] as Hook)(context, ...rest);
    this.#questions.delete(question);
    return this.#causes.checkIn(result);
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
    for (const controller of this.#questions.values()) controller.abort();
    this.#watchdog.rest();
    this.#desk?.close().catch(() => {});
    if (this.#wanted !== 'running') this.#refuse('stop', lost);
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

  #changed(status: ConnectionStatus, event: LifecycleEvent): void {
    this.status = status;
    this.#hooks.status({ do: 'status', status, attempt: 0, event });
  }
}
