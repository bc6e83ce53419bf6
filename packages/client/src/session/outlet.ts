/*
 * What every PUBLISH leaves through. It keeps the amount bounded that waits in the socket: a WebSocket takes whatever it
 * is given and keeps it in memory until the network has taken it (docs/decisions/0009).
 *
 * Nobody is told when a socket has sent something, and asking costs time. So the bytes are counted as they leave, and
 * the socket is asked when they may be too many: `isOpen` turns false, and the engine reports the level until there is
 * room again. PUBLISH alone waits; acknowledgements, requests and PINGREQ always leave.
 */
import type { SessionConfig } from './config.ts';
import { publishPacket } from './message-expiry.ts';
import type { OutgoingMessage } from './events.ts';
import { publishBytes, wireBytes } from './limits.ts';
import { Pacing } from './pacing.ts';
import type { NegotiatedSettings } from './settings.ts';
import { OutboundAliases } from './topic-aliases.ts';
import type { Turn } from './turn.ts';

/** Bytes that may wait in the socket, and how few have to before there are more. */
const HIGH_WATER_BYTES = 1_048_576;
const LOW_WATER_BYTES = 262_144;

/** How often the socket is asked while there is no room: at first and, when nothing moves, at last. */
const FIRST_POLL_MS = 2;
const LAST_POLL_MS = 50;

/** Bytes of a PUBLISH besides topic and payload, about. */
const OVERHEAD_BYTES = 8;

export class Outlet {
  readonly #turn: Turn;
  // Valid for the connection.
  readonly aliases: OutboundAliases;
  /** What may wait in the socket: the level of the last report and what has left since. */
  #bytes = 0;
  #pollMs = FIRST_POLL_MS;
  /** The moment of the next question, while there is no room. */
  #pollAt: number | undefined;
  // Valid beyond the connection.
  readonly #pacing: Pacing | undefined;
  readonly #countsReceived: boolean | undefined;
  /** When the next PUBLISH may leave, while `brokerProfile` holds it back. */
  #pacedUntil: number | undefined;

  constructor(turn: Turn, config: SessionConfig) {
    this.#turn = turn;
    this.aliases = new OutboundAliases(config.topicAliasing);
    const { publishesPerSecond, bytesPerSecond, countsReceived } = config.brokerProfile;
    this.#countsReceived = countsReceived;
    if (publishesPerSecond !== undefined || bytesPerSecond !== undefined)
      this.#pacing = new Pacing(config.brokerProfile);
  }

  /** Whether some PUBLISH may leave. Once none may, none does before `tick` or `report` says so. */
  get isOpen(): boolean {
    return this.#pollAt === undefined && this.#pacedUntil === undefined;
  }

  /** Whether any PUBLISH may leave. */
  get isFree(): boolean {
    return this.#pollAt === undefined && this.#pacing === undefined;
  }

  /** Whether the socket is so full that it has to be asked for its level. */
  get isFull(): boolean {
    return this.#pollAt !== undefined;
  }

  connected(settings: NegotiatedSettings): void {
    this.aliases.connected(settings);
    this.#bytes = 0;
    this.#pollAt = undefined;
    // Nobody may have asked for a tick while the client was stopped.
    this.tick();
    this.schedule();
  }

  connectionLost(): void {
    this.#pollAt = undefined;
    this.#pacedUntil = undefined;
  }

  /** Whether this one may leave now. If not, none overtakes it. */
  admits(message: OutgoingMessage): boolean {
    if (this.#pacing === undefined || !this.isOpen) return this.isOpen;
    const readyAt = this.#pacing.readyAt(this.#turn.now, publishBytes(message));
    if (readyAt <= this.#turn.now) return true;
    this.#pacedUntil = readyAt;
    this.#turn.wake(readyAt);
    return false;
  }

  /** With `op`: that operation is over when the packet has been handed to the socket. */
  send(message: OutgoingMessage, op?: number, packetId?: number, duplicate = false): void {
    const packet = publishPacket(message, this.#turn.now, packetId, duplicate);
    const { topic, payload, properties } = packet;
    const bytes = properties === undefined ? topic.length + payload.length + OVERHEAD_BYTES : wireBytes(packet, 5);
    this.#bytes += bytes;
    this.#turn.send(this.aliases.apply(packet), op);
    this.#pacing?.count(this.#turn.now, publishBytes(packet));
    if (this.#bytes <= HIGH_WATER_BYTES || this.#pollAt !== undefined) return;
    this.#pollMs = FIRST_POLL_MS;
    this.#poll();
  }

  /** Some services count what they send, too. */
  received(): void {
    if (this.#countsReceived) this.#pacing?.count(this.#turn.now, 0);
  }

  /** Time has passed. Returns whether that has opened it. */
  tick(): boolean {
    if (this.#pacedUntil === undefined || this.#pacedUntil > this.#turn.now) return false;
    this.#pacedUntil = undefined;
    return this.isOpen;
  }

  /** The socket holds so many bytes. Returns whether there is room again. */
  report(bufferedBytes: number): boolean {
    if (this.#pollAt === undefined) return false;
    const isLess = bufferedBytes < this.#bytes;
    this.#bytes = bufferedBytes;
    if (bufferedBytes <= LOW_WATER_BYTES) {
      this.#pollAt = undefined;
      return this.isOpen;
    }
    // While it moves it will not be long.
    if (isLess) this.#pollMs = FIRST_POLL_MS;
    else if (this.#turn.now >= this.#pollAt) this.#pollMs = Math.min(this.#pollMs * 2, LAST_POLL_MS);
    this.#poll();
    return false;
  }

  /** Asks for a tick while nothing may leave. */
  schedule(): void {
    if (this.#pacedUntil !== undefined && this.#pacedUntil > this.#turn.now) this.#turn.wake(this.#pacedUntil);
    if (this.#pollAt === undefined) return;
    if (this.#pollAt > this.#turn.now) this.#turn.wake(this.#pollAt);
    else this.#poll();
  }

  #poll(): void {
    this.#pollAt = this.#turn.now + this.#pollMs;
    this.#turn.wake(this.#pollAt);
  }
}
