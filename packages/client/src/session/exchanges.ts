import { failure } from './failures.ts';
import type { Turn } from './turn.ts';

/** A packet that the server has to answer under the same packet identifier. */
export interface Exchange {
  readonly packetId: number;
  /** `op` is absent when nobody waits for the outcome any more. */
  readonly operation: { op: number | undefined };
  /** When the operation fails; the exchange goes on, and keeps its identifier, since the server may have the packet. */
  deadline: number;
}

/** The exchanges that are not over, by packet identifier, in the order in which they began. */
export class Exchanges<Each extends Exchange> {
  readonly #turn: Turn;
  readonly #byId = new Map<number, Each>();

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  get size(): number {
    return this.#byId.size;
  }

  has(packetId: number): boolean {
    return this.#byId.has(packetId);
  }

  get(packetId: number): Each | undefined {
    return this.#byId.get(packetId);
  }

  add(exchange: Each): void {
    this.#byId.set(exchange.packetId, exchange);
    this.#turn.wake(exchange.deadline);
  }

  delete(packetId: number): void {
    this.#byId.delete(packetId);
  }

  clear(): void {
    this.#byId.clear();
  }

  [Symbol.iterator](): Iterator<Each> {
    return this.#byId.values();
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
    for (const exchange of this.#byId.values()) {
      if (exchange.deadline <= this.#turn.now) this.#turn.fail(this.#letGo(exchange), failure('ACK_TIMEOUT'));
      else this.#turn.wake(exchange.deadline);
    }
  }

  /** The operations that somebody waits for, which are the caller's to settle from now on. */
  takeOperations(): (number | undefined)[] {
    return Array.from(this.#byId.values(), (exchange) => this.#letGo(exchange));
  }

  #letGo(exchange: Each): number | undefined {
    const { op } = exchange.operation;
    exchange.operation.op = undefined;
    exchange.deadline = Number.POSITIVE_INFINITY;
    return op;
  }
}
