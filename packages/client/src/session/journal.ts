/*
 * What of a session is stored, so that it survives the page. Every record is written before the packet, the delivery or
 * the settlement that it makes true; a store that fails takes the journal with it, and nothing here is called any more.
 *
 *   'session'  that the server should have the session, and in which version of the protocol
 *   'p' n      a QoS 1 or 2 publish: waiting, then under its packet identifier, then (without the message) after PUBREC
 *   'r' n      a received QoS 2 message: with the message until the application is done, until PUBREL in any case
 *
 * Numbers go up, so their order is that of publishing, of PUBRECs, and of arrival. Received QoS 1 messages need no record:
 * the server sends again what was not acknowledged (docs/decisions/0030).
 */
import type { ProtocolVersion, PublishPacket, PubrecPacket } from '@mqtide/codec';
import type { OutgoingMessage } from './events.ts';
import type { Operation } from './operation.ts';
import type { NegotiatedSettings } from './settings.ts';
import type { Turn } from './turn.ts';

/** A QoS 1 or 2 publish that is not over. */
export interface StoredPublish {
  /** Until PUBREC. */
  readonly message?: OutgoingMessage;
  /** When it has waited too long; before its first transmission. */
  readonly expiresAt?: number;
  /** Since its first transmission. */
  readonly packetId?: number;
  /** Since PUBREC. */
  readonly received?: PubrecPacket;
  /** The application was told that it failed: the exchange goes on, but is not begun anew. */
  readonly isGivenUp?: true | undefined;
}

/** A QoS 2 message that the application is not done with, or the server has not released. */
export interface StoredReception {
  readonly packetId: number;
  /** Until the application is done with it. */
  readonly packet?: PublishPacket;
  readonly isReleased?: true;
}

/** The operation of a publish, or what is left of it. */
type Stored = Pick<Operation, 'op' | 'record'>;

/** What is read from the store; as written by this version of the library. */
export type StoredRecords = readonly { readonly key: string; readonly value: unknown }[];

const SESSION = 'session';

export class Journal {
  readonly #turn: Turn;
  readonly #publishes: Map<number, StoredPublish>;
  readonly #receptions: Map<number, StoredReception>;
  /** The version of the session that the server should have. */
  #version: ProtocolVersion | undefined;
  #lastPublish: number;

  constructor(turn: Turn, records: StoredRecords) {
    this.#turn = turn;
    this.#publishes = numbered<StoredPublish>(records, 'p');
    this.#receptions = numbered<StoredReception>(records, 'r');
    this.#version = records.find(({ key }) => key === SESSION)?.value as ProtocolVersion | undefined;
    this.#lastPublish = Math.max(0, ...this.#publishes.keys());
  }

  get version(): ProtocolVersion | undefined {
    return this.#version;
  }

  /** In the order in which they are to go on. */
  get publishes(): readonly (readonly [record: number, StoredPublish])[] {
    return [...this.#publishes];
  }

  /** By delivery, in the order of arrival. */
  get receptions(): readonly (readonly [delivery: number, StoredReception])[] {
    return [...this.#receptions];
  }

  /** The server has a session that outlives the connection, or none. */
  connected({ protocolVersion, sessionExpirySeconds }: NegotiatedSettings): void {
    this.#setVersion(sessionExpirySeconds > 0 ? protocolVersion : undefined);
  }

  /** A publish waits to be sent. */
  waits(operation: Operation, expiresAt: number): void {
    if (operation.kind !== 'publish' || operation.message.qos === 0) return;
    this.#put(operation, { message: operation.message, expiresAt });
  }

  transmitted(operation: Stored, message: OutgoingMessage, packetId: number): void {
    this.#put(operation, { message, packetId });
  }

  /** PUBREC: the message is not needed any more, and `next` takes the place of its operation. */
  received(operation: Stored, next: Stored, received: PubrecPacket): void {
    const isGivenUp = this.#publishes.get(operation.record ?? 0)?.isGivenUp;
    this.over(operation);
    this.#put(next, { packetId: received.packetId, received, isGivenUp });
  }

  /** Nobody waits for the outcome any more. What a page before this one published nobody waits for anyway. */
  givenUp({ op, record = 0 }: Stored): void {
    const stored = this.#publishes.get(record);
    if (stored !== undefined && !isRestored(op)) this.#writePublish(record, { ...stored, isGivenUp: true });
  }

  over({ record = 0 }: Stored): void {
    if (this.#publishes.has(record)) this.#writePublish(record, undefined);
  }

  /** Before the message is delivered, and before PUBREC. */
  arrived(delivery: number, packetId: number, packet: PublishPacket): void {
    this.#writeReception(delivery, { packetId, packet });
  }

  /** The application is done with it. */
  processed(delivery: number): void {
    const stored = this.#receptions.get(delivery);
    if (stored?.packet === undefined) return;
    const { packetId, isReleased } = stored;
    this.#writeReception(delivery, isReleased ? undefined : { packetId });
  }

  /** The identifier is free: PUBREL came, or the session is over. */
  released(delivery: number): void {
    const stored = this.#receptions.get(delivery);
    if (stored === undefined || stored.isReleased) return;
    this.#writeReception(delivery, stored.packet === undefined ? undefined : { ...stored, isReleased: true });
  }

  /** The server has lost the session. What it had delivered is still the application's. */
  receptionsLost(): void {
    for (const delivery of this.#receptions.keys()) this.released(delivery);
  }

  /** The session is over on both sides. */
  clear(): void {
    this.#setVersion(undefined);
    for (const record of this.#publishes.keys()) this.#writePublish(record, undefined);
    for (const delivery of this.#receptions.keys()) this.#writeReception(delivery, undefined);
  }

  #setVersion(version: ProtocolVersion | undefined): void {
    if (version === this.#version) return;
    this.#version = version;
    this.#write(SESSION, version);
  }

  #put(operation: Stored, value: StoredPublish): void {
    if (operation.record === undefined) {
      this.#lastPublish += 1;
      operation.record = this.#lastPublish;
    }
    this.#writePublish(operation.record, value);
  }

  #writePublish(record: number, value: StoredPublish | undefined): void {
    this.#write(`p${record}`, value);
    if (value === undefined) this.#publishes.delete(record);
    else this.#publishes.set(record, value);
  }

  #writeReception(delivery: number, value: StoredReception | undefined): void {
    this.#write(`r${delivery}`, value);
    if (value === undefined) this.#receptions.delete(delivery);
    else this.#receptions.set(delivery, value);
  }

  #write(key: string, value: unknown): void {
    this.#turn.do({ do: 'store', key, value });
  }
}

/** Whether an earlier page published it: those operations have numbers of their own, and no promise. */
export const isRestored = (op: number | undefined): boolean => op !== undefined && op < 0;

/** The records of a kind, by number, in the order of the numbers. */
function numbered<Value>(records: StoredRecords, letter: string): Map<number, Value> {
  const found = records.filter(({ key }) => key.startsWith(letter));
  const entries = found.map(({ key, value }) => [Number(key.slice(1)), value as Value] as const);
  return new Map(entries.sort(([one], [other]) => one - other));
}
