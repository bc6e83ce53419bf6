/*
 * What waits to be transmitted, first in, first out. While connected only QoS 1 and 2 publishes wait, for the send
 * quota; without a connection everything that `offlineQueue.behavior` lets wait.
 *
 * The head of the queue is an iterator that is never rewound: looking for the first entry of a long map again and again
 * would walk over all the entries that were deleted before it.
 */
import type { OfflineBehavior, OfflineQueuePolicy } from './config.ts';
import type { Failure } from './failure.ts';
import { failure } from './failures.ts';
import { sizeOf } from './load.ts';
import type { Operation } from './operation.ts';
import type { Turn } from './turn.ts';

/** Which operations may wait for a connection. Names and meaning are those of the AWS IoT device SDKs. */
const MAY_WAIT: Readonly<Record<OfflineBehavior, (operation: Operation) => boolean>> = {
  failNonQos1PublishOnDisconnect: (operation) => operation.kind === 'publish' && operation.message.qos > 0,
  failQos0PublishOnDisconnect: (operation) => operation.kind !== 'publish' || operation.message.qos > 0,
  failAllOnDisconnect: () => false,
};

interface Entry {
  readonly operation: Operation;
  readonly bytes: number;
  expiresAt: number;
}

export class Queue {
  readonly #turn: Turn;
  readonly #policy: OfflineQueuePolicy;
  /** By operation. */
  #entries = new Map<number, Entry>();
  #head: Iterator<[number, Entry]> | undefined;
  #peeked: [number, Entry] | undefined;
  #lastNameless = 0;
  /** The one count kept beside the map: a sum of sizes cannot be derived cheaply. Only `#add` and `#remove` touch it. */
  #bytes = 0;

  constructor(turn: Turn, policy: OfflineQueuePolicy) {
    this.#turn = turn;
    this.#policy = policy;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds at the end, or says why not. */
  push(operation: Operation, status: 'idle' | 'offline' | 'connected'): Failure | undefined {
    const { behavior, maxOperations, maxBytes, maxAgeMs } = this.#policy;
    if (status !== 'connected' && !MAY_WAIT[behavior](operation)) return failure('OFFLINE');
    const bytes = sizeOf(operation);
    if (this.#entries.size >= maxOperations) return failure('QUEUE_FULL', `${maxOperations} operations`);
    if (this.#bytes + bytes > maxBytes) return failure('QUEUE_FULL', `${maxBytes} bytes`);
    // Before `start()` no time passes: the client has no timer then.
    this.#add({
      operation,
      bytes,
      expiresAt: status === 'idle' ? Number.POSITIVE_INFINITY : this.#turn.now + maxAgeMs,
    });
    return undefined;
  }

  /** Puts operations that were under way before all others, whatever the caps say: they were accepted once. */
  pushFront(operations: readonly Operation[]): void {
    if (operations.length === 0) return;
    const rest = [...this.#entries.values()];
    this.#entries.clear();
    this.#bytes = 0;
    this.#head = undefined;
    this.#peeked = undefined;
    const expiresAt = this.#turn.now + this.#policy.maxAgeMs;
    for (const operation of operations) this.#add({ operation, bytes: sizeOf(operation), expiresAt });
    for (const entry of rest) this.#add(entry);
  }

  /** Takes operations from the front while `take` wants them; one that it returns `false` for stays the first. */
  drain(take: (operation: Operation) => boolean): void {
    while (this.#entries.size > 0) {
      const first = this.#peek();
      if (first === undefined || !take(first[1].operation)) return;
      this.#remove(...first);
      this.#peeked = undefined;
    }
  }

  /** Takes every operation that `take` wants, wherever it stands. */
  takeEach(take: (operation: Operation) => boolean): void {
    for (const [key, entry] of this.#entries) if (take(entry.operation)) this.#remove(key, entry);
  }

  /** The time an operation may wait begins with `start()`. */
  started(): void {
    for (const entry of this.#entries.values()) entry.expiresAt = this.#turn.now + this.#policy.maxAgeMs;
    this.expire();
  }

  /** Fails what may not wait for the next connection. */
  connectionLost(): void {
    const mayWait = MAY_WAIT[this.#policy.behavior];
    this.takeEach((operation) => {
      if (mayWait(operation)) return false;
      this.#turn.fail(operation.op, failure('OFFLINE'));
      return true;
    });
  }

  /** Removes an operation that nobody waits for any more. Returns whether it was here. */
  forget(op: number): boolean {
    const entry = this.#entries.get(op);
    if (entry !== undefined) this.#remove(op, entry);
    return entry !== undefined;
  }

  expire(): void {
    const { now } = this.#turn;
    for (const [key, entry] of this.#entries) {
      const { deadline, op } = entry.operation;
      if (deadline <= now || entry.expiresAt <= now) {
        this.#remove(key, entry);
        this.#turn.fail(op, failure(deadline <= now ? 'ACK_TIMEOUT' : 'EXPIRED'));
      } else {
        this.#turn.wake(Math.min(deadline, entry.expiresAt));
      }
    }
  }

  takeOperations(): (number | undefined)[] {
    const operations = Array.from(this.#entries.values(), ({ operation }) => operation.op);
    this.#entries = new Map();
    this.#head = undefined;
    this.#peeked = undefined;
    this.#bytes = 0;
    return operations;
  }

  #peek(): [number, Entry] | undefined {
    // What was peeked at may have been taken by its name since.
    if (this.#peeked !== undefined && this.#entries.has(this.#peeked[0])) return this.#peeked;
    this.#head ??= this.#entries.entries();
    let next = this.#head.next();
    if (next.done === true) {
      this.#head = this.#entries.entries();
      next = this.#head.next();
    }
    this.#peeked = next.done === true ? undefined : next.value;
    return this.#peeked;
  }

  #add(entry: Entry): void {
    // 0 is what nobody waits for, too.
    this.#entries.set(entry.operation.op || this.#nameless(), entry);
    this.#bytes += entry.bytes;
    this.#turn.wake(Math.min(entry.operation.deadline, entry.expiresAt));
  }

  /** A key for an operation that nobody waits for: never that of one. */
  #nameless(): number {
    this.#lastNameless -= 1;
    return this.#lastNameless;
  }

  #remove(key: number, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
