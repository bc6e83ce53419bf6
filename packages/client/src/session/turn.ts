import type { Packet } from '@mqtide/codec';
import type { Action, Outcome, SessionEvent } from './events.ts';
import type { Failure } from './failure.ts';
import type { Journal } from './journal.ts';
import type { NegotiatedSettings } from './settings.ts';

/** A tick that is so late: the page has slept, and what the server has answered may still wait to be read. */
export const SLEPT_MS = 2_000;
/** How long that is waited for. */
export const GRACE_MS = 5_000;

/**
 * What the parts of a session share while one event is handled: the time, the actions so far, and the next moment at
 * which a deadline may pass.
 */
export class Turn {
  now = 0;
  /** That of the event. */
  random = 0;
  /** When the last packet left, for the keep alive [MQTT-3.1.2-20]. */
  lastSentAt = 0;
  /** What was agreed on, while online. */
  settings: NegotiatedSettings | undefined;
  /** Where the session is stored, while it is. */
  journal: Journal | undefined;
  #actions: Action[] = [];
  /** Before that no answer is overdue. */
  #graceEndsAt = 0;

  /** Never later than the earliest deadline; it may be earlier, since a deadline that was met is not taken back. */
  wakeAt: number = Number.POSITIVE_INFINITY;

  do(action: Action): void {
    this.#actions.push(action);
  }

  /** With `op`: that operation is over once the socket has the packet. */
  send(packet: Packet, op?: number): void {
    this.lastSentAt = this.now;
    this.#actions.push({ do: 'send', packet, op });
  }

  /** Does nothing for an operation that was settled before. */
  settle(op: number | undefined, outcome: Outcome): void {
    if (op !== undefined) this.#actions.push({ do: 'settle', op, outcome });
  }

  fail(op: number | undefined, failure: Failure): void {
    this.settle(op, { ok: false, failure });
  }

  /** Asks for a tick at `deadline`. */
  wake(deadline: number): void {
    // A tick is late when it comes later than it was asked for, not than what was due already.
    if (deadline < this.wakeAt) this.wakeAt = Math.max(deadline, this.now);
  }

  /** Whether an answer that was due at `deadline` is overdue. If not, asks for a tick when it will be. */
  isOverdue(deadline: number): boolean {
    const dueAt = Math.max(deadline, this.#graceEndsAt);
    if (dueAt > this.now) this.wake(dueAt);
    return dueAt <= this.now;
  }

  /** Forgets the wake-up: whoever has a deadline asks again. */
  forgetWake(): void {
    this.wakeAt = Number.POSITIVE_INFINITY;
  }

  /** A tick has come, maybe late. Once: the timers of a hidden page are late again and again. */
  ticked(): void {
    if (this.now - this.wakeAt >= SLEPT_MS && this.wakeAt > this.#graceEndsAt) this.#graceEndsAt = this.now + GRACE_MS;
    this.forgetWake();
  }

  /** An event is to be handled. What is to be done goes behind `actions`. */
  begin({ now, random = 0 }: SessionEvent, actions: Action[]): void {
    this.now = now;
    this.random = random;
    this.#actions = actions;
  }
}
