import type { PublishPacket } from '@mqtide/codec';
import type { Dice, Faults } from '../faults.ts';
import { Bucket } from './bucket.ts';
import type { SessionRecord } from './session-record.ts';

/** A message on its way to the client. */
export interface Delivery {
  readonly packet: PublishPacket;
  /** Told when the client has acknowledged it, or when it was given up. */
  readonly done: () => void;
}

/** How deliveries leave. */
export interface OutgoingOptions {
  /** Unacknowledged ones of QoS 1 at a time. */
  readonly window: number;
  /** Of publishes of this connection, both ways. */
  readonly rate: Bucket;
  /** Of a session that was resumed, until all that was stored for it is delivered. */
  readonly storedPerSecond: number | undefined;
  readonly faults: Faults;
  readonly dice: Dice;
  readonly session: Pick<SessionRecord, 'lastPacketId'>;
  readonly send: (packet: PublishPacket) => void;
}

const HELD_BACK_MS = 30;
const QUIET_MS = 200;

/**
 * Deliveries to one client: paced, within its Receive Maximum, under packet identifiers of its own, so that a message
 * that is sent again has another one and no DUP. Valid for one connection.
 */
export class Outgoing {
  readonly #options: OutgoingOptions;
  readonly #waiting: Delivery[] = [];
  readonly #unacknowledged = new Map<number, () => void>();
  #stored: Bucket | undefined;
  #timers = new Set<NodeJS.Timeout>();
  #offered = 0;
  #isStopped = false;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    if (options.storedPerSecond !== undefined) this.#stored = new Bucket(options.storedPerSecond, performance.now());
  }

  /** Sends a message as soon as it may leave. */
  offer(delivery: Delivery): void {
    const { faults, dice } = this.#options;
    if (dice.roll(faults.reorders)) this.#after(HELD_BACK_MS, () => this.#queue(delivery));
    else this.#queue(delivery);
    // The second copy is the client's to acknowledge, too, but of no concern to anybody else.
    if (dice.roll(faults.duplicates)) this.#queue({ ...delivery, done: () => {} });
  }

  /** A PUBACK of the client. */
  acknowledged(packetId: number): void {
    this.#unacknowledged.get(packetId)?.();
    this.#unacknowledged.delete(packetId);
    this.#pump();
  }

  /** There is nothing stored. */
  drained(): void {
    this.#stored = undefined;
  }

  /** Nothing leaves any more. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #queue(delivery: Delivery): void {
    this.#offered += 1;
    this.#waiting.push(delivery);
    this.#pump();
  }

  #pump(): void {
    for (let [next] = this.#waiting; next !== undefined && !this.#isStopped; [next] = this.#waiting) {
      const { packet, done } = next;
      if (packet.qos > 0 && this.#unacknowledged.size >= this.#options.window) return;
      const now = performance.now();
      const waitMs = Math.max(this.#stored?.waitMs(now) ?? 0, packet.qos > 0 ? this.#options.rate.waitMs(now) : 0);
      if (waitMs > 0) return this.#after(waitMs, () => this.#pump());
      this.#stored?.take(now);
      const isInRate = this.#options.rate.take(now);
      this.#waiting.shift();
      if (packet.qos > 0) this.#options.send({ ...packet, duplicate: false, packetId: this.#track(done) });
      // What is over the rate and has no right to be delivered is discarded.
      else if (isInRate) this.#options.send(packet);
    }
    this.#drainSoon();
  }

  /** What was stored comes one after the other: there is nothing left of it when nothing has come for a while. */
  #drainSoon(): void {
    if (this.#stored === undefined) return;
    const before = this.#offered;
    this.#after(QUIET_MS, () => {
      if (this.#offered === before && this.#waiting.length === 0) this.#stored = undefined;
    });
  }

  #track(done: () => void): number {
    const { session } = this.#options;
    do session.lastPacketId = (session.lastPacketId % 65_535) + 1;
    while (this.#unacknowledged.has(session.lastPacketId));
    this.#unacknowledged.set(session.lastPacketId, done);
    return session.lastPacketId;
  }

  #after(milliseconds: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
