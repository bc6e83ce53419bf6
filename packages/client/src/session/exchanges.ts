import { failure } from './failures.ts';
import { IdMap } from './id-map.ts';
import { isRestored } from './journal.ts';
import { sizeOf } from './load.ts';
import type { Operation } from './operation.ts';
import type { Turn } from './turn.ts';

/** A packet that the server has to answer under the same packet identifier. */
export interface Exchange {
  readonly packetId: number;
  /** When it fails the exchange goes on, and keeps its identifier, since the server may have the packet. */
  readonly operation: Pick<Operation, 'op' | 'deadline' | 'record'>;
}

/** The exchanges that are not over, by packet identifier, in the order in which they began. */
export class Exchanges<Each extends Exchange> {
  readonly #turn: Turn;
  readonly #ackTimeoutMs: number;
  readonly #byId = new IdMap<Each>();

  constructor(turn: Turn, ackTimeoutMs: number) {
    this.#turn = turn;
    this.#ackTimeoutMs = ackTimeoutMs;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Of topics and payloads; a message that the server has is not kept, and has none. */
  get bytes(): number {
    return this.#byId
      .values()
      .reduce((sum, { operation }) => sum + ('kind' in operation ? sizeOf(operation as Operation) : 0), 0);
  }

  has(packetId: number): boolean {
    return this.#byId.has(packetId);
  }

  get(packetId: number): Each | undefined {
    return this.#byId.get(packetId);
  }

  /**
   * The time for an answer begins with the first transmission: what is sent anew later does not begin it again. Nobody
   * waits for what an earlier page published.
   */
  add(exchange: Each): void {
    const { packetId, operation } = exchange;
    this.#byId.set(packetId, exchange);
    if (isRestored(operation.op)) return;
    operation.deadline = Math.min(operation.deadline, this.#turn.now + this.#ackTimeoutMs);
    this.#turn.wake(operation.deadline);
  }

  delete(packetId: number): void {
    this.#byId.delete(packetId);
  }

  clear(): void {
    this.#byId.clear();
  }

  [Symbol.iterator](): Iterator<Each> {
    return this.#byId.values().values();
  }

  /** Nobody waits any more. Returns whether the operation was here. */
  forget(op: number): boolean {
    for (const exchange of this.#byId.values()) {
      if (exchange.operation.op !== op) continue;
      this.#letGo(exchange);
      return true;
    }
    return false;
  }

  expire(): void {
    for (const exchange of this.#byId.values())
      if (this.#turn.isOverdue(exchange.operation.deadline))
        this.#turn.fail(this.#letGo(exchange), failure('ACK_TIMEOUT'));
  }

  /** The operations that somebody waits for, which are the caller's to settle from now on. */
  takeOperations(): (number | undefined)[] {
    return this.#byId.values().map((exchange) => this.#letGo(exchange));
  }

  #letGo({ operation }: Each): number | undefined {
    const { op } = operation;
    this.#turn.journal?.givenUp(operation);
    operation.op = undefined;
    operation.deadline = Number.POSITIVE_INFINITY;
    return op;
  }
}
