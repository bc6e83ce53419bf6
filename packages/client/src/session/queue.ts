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
import { isRestored } from './journal.ts';
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

/** What names an operation: its number, or itself where nobody waits for it. */
type Key = number | Operation;

export class Queue {
  readonly #turn: Turn;
  readonly #policy: OfflineQueuePolicy;
  #entries = new Map<Key, Entry>();
  #head: Iterator<[Key, Entry]> | undefined;
  #peeked: [Key, Entry] | undefined;
  #newest: Key = 0;
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
    if (!this.#makeRoom(bytes)) {
      const isFull = this.#entries.size >= maxOperations;
      return failure('QUEUE_FULL', isFull ? `${maxOperations} operations` : `${maxBytes} bytes`);
    }
    // Before `start()` no time passes: the client has no timer then.
    const latest = status === 'idle' ? Number.POSITIVE_INFINITY : this.#turn.now + maxAgeMs;
    this.#add(operation, bytes, latest);
    this.#turn.journal?.waits(operation, latest);
    return undefined;
  }

  /** Puts operations that were under way before all others, whatever the caps say: they were accepted once. */
  pushFront(operations: readonly Operation[]): void {
    if (operations.length === 0) return;
    const expiresAt = this.#turn.now + this.#policy.maxAgeMs;
    for (const operation of operations) this.#turn.journal?.waits(operation, expiresAt);
    this.#putFirst(operations.map((operation) => ({ operation, expiresAt })));
  }

  /** Puts what an earlier page left waiting before all others, which are stored from now on. */
  restore(left: readonly Omit<Entry, 'bytes'>[]): void {
    for (const { operation, expiresAt } of this.#entries.values()) this.#turn.journal?.waits(operation, expiresAt);
    this.#putFirst(left);
  }

  /** Takes operations from the front while `take` wants them; one that it returns `false` for stays the first. */
  drain(take: (operation: Operation) => boolean): void {
    while (this.#entries.size > 0) {
      const first = this.#peek();
      if (first === undefined || (!this.#failIfLate(first[1]) && !take(first[1].operation))) return;
      this.#remove(...first);
      this.#peeked = undefined;
    }
  }

  /** Takes every operation that `take` wants, wherever it stands, until there is no use in going on. */
  takeEach(take: (operation: Operation) => boolean, isOver?: () => boolean): void {
    for (const [key, entry] of this.#entries) {
      if (isOver?.()) return;
      if (this.#failIfLate(entry) || take(entry.operation)) this.#remove(key, entry);
    }
  }

  /** The time an operation may wait begins with `start()`. */
  started(): void {
    const latest = this.#turn.now + this.#policy.maxAgeMs;
    for (const entry of this.#entries.values()) entry.expiresAt = Math.min(latest, entry.expiresAt);
    this.expire();
  }

  /** Fails what may not wait for the next connection. */
  connectionLost(): void {
    const mayWait = MAY_WAIT[this.#policy.behavior];
    this.takeEach((operation) => {
      if (mayWait(operation)) return false;
      this.#fail(operation, failure('OFFLINE'));
      return true;
    });
  }

  /** Removes an operation that nobody waits for any more. Returns whether it was here. */
  forget(op: number): boolean {
    const entry = this.#entries.get(op);
    if (entry === undefined) return false;
    this.#remove(op, entry);
    this.#turn.journal?.over(entry.operation);
    return true;
  }

  expire(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#failIfLate(entry)) this.#remove(key, entry);
      else this.#turn.wake(Math.min(entry.operation.deadline, entry.expiresAt));
    }
  }

  takeOperations(): (number | undefined)[] {
    const operations = Array.from(this.#entries.values(), ({ operation }) => operation);
    this.#clear();
    // What an earlier page left behind is left to the next one.
    for (const operation of operations) if (!isRestored(operation.op)) this.#turn.journal?.over(operation);
    return operations.map(({ op }) => op);
  }

  #putFirst(first: readonly Omit<Entry, 'bytes'>[]): void {
    const rest = [...this.#entries.values()];
    this.#clear();
    for (const { operation, expiresAt } of first) this.#add(operation, sizeOf(operation), expiresAt);
    for (const { operation, bytes, expiresAt } of rest) this.#add(operation, bytes, expiresAt);
  }

  #clear(): void {
    this.#entries = new Map();
    this.#head = undefined;
    this.#peeked = undefined;
    this.#bytes = 0;
  }

  #peek(): [Key, Entry] | undefined {
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

  /** Waits at the end, until `latest` at the most: the message may expire before. */
  #add(operation: Operation, bytes: number, latest: number): void {
    const expiresAt = operation.kind === 'publish' ? Math.min(latest, operation.message.expiresAt ?? latest) : latest;
    // 0 is what nobody waits for, too.
    this.#newest = operation.op || operation;
    this.#entries.set(this.#newest, { operation, bytes, expiresAt });
    this.#bytes += bytes;
    this.#turn.wake(Math.min(operation.deadline, expiresAt));
  }

  /** Whether so many bytes may wait, too. With an overflow policy others have to go for them, and fail. */
  #makeRoom(bytes: number): boolean {
    const { maxOperations, maxBytes, overflow } = this.#policy;
    const isRoom = (): boolean => this.#entries.size < maxOperations && this.#bytes + bytes <= maxBytes;
    if (overflow === 'reject' || maxOperations === 0 || bytes > maxBytes) return isRoom();
    while (!isRoom()) {
      const [key, entry] = (overflow === 'dropOldest' ? this.#peek() : this.#last()) as [Key, Entry];
      this.#remove(key, entry);
      this.#fail(entry.operation, failure('QUEUE_FULL', `given up for a later one, as \`overflow\` says`));
    }
    return true;
  }

  /** The one that was added last. Looking for it is needed only where several have to go at once. */
  #last(): [Key, Entry] | undefined {
    const newest = this.#entries.get(this.#newest);
    return newest === undefined ? [...this.#entries].at(-1) : [this.#newest, newest];
  }

  /** Fails an operation that has waited for too long, and says so. */
  #failIfLate({ operation, expiresAt }: Entry): boolean {
    const { now } = this.#turn;
    const isLate = operation.deadline <= now || expiresAt <= now;
    if (isLate) this.#fail(operation, failure(operation.deadline <= now ? 'ACK_TIMEOUT' : 'EXPIRED'));
    return isLate;
  }

  #fail(operation: Operation, reason: Failure): void {
    this.#turn.journal?.over(operation);
    this.#turn.fail(operation.op, reason);
  }

  #remove(key: Key, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
