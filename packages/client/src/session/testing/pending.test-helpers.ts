import type { Packet } from '@mqtide/codec';
import type { SessionConfig } from '../config.ts';
import { GRACE_MS } from '../turn.ts';
import { nameOf } from './messages.test-helpers.ts';

interface Operation {
  /** The end of its own timeout. */
  readonly deadline: number;
  readonly expiresAt: number;
  /** When the answer is due; without one it has not been sent. */
  answerDueAt?: number;
}

/** The operations of a walk that are neither settled nor given up. Messages and filters are named after theirs. */
export class PendingOperations {
  readonly #config: SessionConfig;
  readonly #operations = new Map<number, Operation>();
  #graceEndsAt = 0;
  #last = 0;

  constructor(config: SessionConfig) {
    this.#config = config;
  }

  get all(): readonly number[] {
    return [...this.#operations.keys()];
  }

  /** Whether the packet is of an operation that somebody waits for, and is sent for the first time. */
  isOf(packet: Packet): boolean {
    const isResent = packet.type === 'publish' && packet.duplicate;
    return !isResent && this.#operations.has(Number(operationOf(packet)?.split('-')[1]));
  }

  begin(now: number, timeoutMs = Number.POSITIVE_INFINITY): number {
    this.#last += 1;
    const expiresAt = now + this.#config.offlineQueue.maxAgeMs;
    this.#operations.set(this.#last, { deadline: now + timeoutMs, expiresAt });
    return this.#last;
  }

  /** One that never waits, but for its answer. */
  beginNow(now: number, timeoutMs: number): number {
    const op = this.begin(now);
    this.#operations.set(op, { deadline: now + timeoutMs, expiresAt: Number.POSITIVE_INFINITY });
    return op;
  }

  giveUp(op: number): void {
    this.#operations.delete(op);
  }

  settle(op: number): void {
    if (!this.#operations.delete(op)) throw new Error(`operation ${op} is settled twice, or was given up`);
  }

  /** A packet has left: from the first transmission on the answer is awaited. */
  sent(packet: Packet, now: number): void {
    const operation = this.#operations.get(Number(operationOf(packet)?.split('-')[1]));
    if (operation !== undefined) operation.answerDueAt ??= now + this.#config.ackTimeoutMs;
  }

  /** A tick came late: what was due meanwhile has some time more. */
  slept(now: number): void {
    this.#graceEndsAt = now + GRACE_MS;
  }

  /** Throws when one should have been settled. */
  checkDeadlines(now: number): void {
    if (now < this.#graceEndsAt) return;
    for (const [op, { deadline, expiresAt, answerDueAt }] of this.#operations) {
      if (Math.min(deadline, answerDueAt ?? expiresAt) <= now) throw new Error(`operation ${op} is overdue`);
    }
  }
}

function operationOf(packet: Packet): string | undefined {
  switch (packet.type) {
    case 'publish':
      return nameOf(packet);
    case 'subscribe':
      return packet.subscriptions[0]?.filter;
    case 'unsubscribe':
      // What the session takes back by itself is one filter.
      return packet.filters.length === 1 ? undefined : packet.filters[0];
    default:
      return undefined;
  }
}
