/*
 * The store as a barrier. Actions wait in one line while something before them is not durable yet. A transaction takes
 * every `store` that is in line when it begins: what is stored has been decided already, so it may be durable before its
 * turn, and what stands behind it still waits. Only CONNECT, PINGREQ, DISCONNECT and `hangUp` pass.
 *
 * A store that fails, or does not answer, is given up: the line moves on, and the session is told.
 */
import type { Packet } from '@mqtide/codec';
import type { Clock } from '../io/clock.ts';
import type { SessionStore, StoreChanges, StoredRecord, StoredSession } from '../io/session-store.ts';
import type { Action } from '../session/events.ts';
import type { Failure } from '../session/failure.ts';
import { failure } from '../session/failures.ts';

type Named<Name> = Action & { readonly do: Name };
type StoreAction = Named<'openStore' | 'store' | 'closeStore'>;

/** For one answer of the store: some browsers have had databases that never gave one. */
const TIME_LIMIT_MS = 10_000;
/** A tick that is so late says that the page slept, not that the store did. */
const OVERSLEPT_MS = 1_000;

/** What happens when the store has answered. */
export interface BarrierHooks {
  perform(actions: readonly Action[]): void;
  restored(records: readonly StoredRecord[]): void;
  storeFailed(failure: Failure): void;
}

export class Barrier {
  readonly #store: SessionStore;
  readonly #clientId: string;
  readonly #clock: Clock;
  readonly #hooks: BarrierHooks;
  /** The first is a `StoreAction`, which the store is busy with. */
  #line: Action[] = [];
  #session: StoredSession | undefined;
  /** Whether the session in the store has been given up, and is only held. */
  #isBroken = false;
  /** When the answer of the store is due, while it is asked. */
  answerDueAt: number = Number.POSITIVE_INFINITY;

  constructor(store: SessionStore, clientId: string, clock: Clock, hooks: BarrierHooks) {
    this.#store = store;
    this.#clientId = clientId;
    this.#clock = clock;
    this.#hooks = hooks;
  }

  /** Whether actions wait. */
  get isClosed(): boolean {
    return this.#line.length > 0;
  }

  /** Whether the action waits from now on. If not, it is to be performed at once. */
  holds(action: Action): boolean {
    const isFirst = this.#line.length === 0;
    if (passes(action) || (isFirst && !isStoreAction(action))) {
      if (action.do === 'hangUp') this.#line = this.#line.filter(isOfAnyConnection).map(unsent);
      return false;
    }
    this.#line.push(action);
    if (isFirst) this.#begin();
    return true;
  }

  /** Gives up a store that does not answer. */
  tick(now: number): void {
    if (now < this.answerDueAt) return;
    if (now > this.answerDueAt + OVERSLEPT_MS) this.answerDueAt = now + TIME_LIMIT_MS;
    else this.#failed(new Error(`no answer within ${TIME_LIMIT_MS} ms`));
  }

  #begin(): void {
    this.answerDueAt = this.#clock.now() + TIME_LIMIT_MS;
    // At the end of the turn, for everything that is to be stored in it.
    queueMicrotask(() => void this.#ask(this.#line[0] as StoreAction));
  }

  async #ask(first: StoreAction): Promise<void> {
    const stores = this.#stores();
    try {
      if (first.do === 'openStore') await this.#open(first);
      else if (first.do === 'closeStore') await this.#close();
      else if (!this.#isBroken) await this.#session?.commit(changesOf(stores));
    } catch (cause) {
      if (first === this.#line[0]) this.#failed(cause);
      return;
    }
    // Otherwise it was given up: the answer comes too late.
    if (first === this.#line[0]) this.#moveOn(stores.at(-1) ?? first);
  }

  async #open(first: StoreAction): Promise<void> {
    const session = await this.#store.open(this.#clientId);
    if (first !== this.#line[0]) {
      await session.close();
      return;
    }
    this.#session = session;
    this.#isBroken = false;
    // What is stopped already is not restored.
    if (!this.#line.some((action) => action.do === 'closeStore')) this.#hooks.restored(session.records);
  }

  async #close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  #failed(cause: unknown): void {
    const first = this.#line[0] as StoreAction;
    if (first.do === 'store') {
      // What it still holds is past, and must not be taken for the session by the next page.
      this.#isBroken = true;
      // As a promise, whatever comes of it.
      new Promise((resolve) => resolve(this.#session?.clear())).catch(() => {});
    }
    this.#moveOn(this.#stores().at(-1) ?? first);
    if (first.do !== 'closeStore') this.#hooks.storeFailed(failureOf(cause));
  }

  /** The `store`s that one transaction can take now. */
  #stores(): Named<'store'>[] {
    const end = this.#line.findIndex((action) => action.do === 'openStore' || action.do === 'closeStore');
    return (end < 0 ? this.#line : this.#line.slice(0, end)).filter((action) => action.do === 'store');
  }

  /** Performs what waited for this one and all before it. */
  #moveOn(last: StoreAction): void {
    const line = this.#line;
    const next = line.findIndex((action, index) => index > line.indexOf(last) && isStoreAction(action));
    const free = next < 0 ? line : line.slice(0, next);
    this.#line = next < 0 ? [] : line.slice(next);
    this.answerDueAt = Number.POSITIVE_INFINITY;
    if (next >= 0) this.#begin();
    this.#hooks.perform(free.filter((action) => !isStoreAction(action)));
  }
}

const isStoreAction = (action: Action): action is StoreAction =>
  action.do === 'store' || action.do === 'openStore' || action.do === 'closeStore';

/** What says nothing of messages: the first packet of a connection, the last, and what keeps it alive. */
const PASSES: ReadonlySet<Packet['type']> = new Set(['connect', 'pingreq', 'disconnect'] as const);

const passes = (action: Action): boolean =>
  action.do === 'hangUp' || (action.do === 'send' && PASSES.has(action.packet.type));

/** An attempt that is given up before it began does not begin. */
const isOfAnyConnection = ({ do: name }: Action): boolean => name !== 'dial' && name !== 'authenticate';

/** What has not left before the connection is closed does not leave: with the next one it has no place. */
const unsent = (action: Action): Action => {
  if (action.do !== 'send') return action;
  return { do: 'settle', op: action.op ?? 0, outcome: { ok: false, failure: failure('OFFLINE') } };
};

/** The last that is to become of each record. */
function changesOf(stores: readonly Named<'store'>[]): StoreChanges {
  const last = new Map<string, StoredRecord | undefined>();
  for (const { key, value } of stores) last.set(key, value === undefined ? undefined : { key, value });
  return {
    put: [...last.values()].filter((record) => record !== undefined),
    remove: [...last].flatMap(([key, record]) => (record === undefined ? [key] : [])),
  };
}

function failureOf(cause: unknown): Failure {
  const isLocked = (cause as Error | undefined)?.name === 'SessionLockedError';
  return isLocked ? failure('SESSION_LOCKED') : failure('STORE_FAILED', String(cause), { cause });
}
