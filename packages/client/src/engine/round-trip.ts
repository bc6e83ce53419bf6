import type { Packet } from '@mqtide/codec';

/** Nothing is being timed. */
const NOTHING = -1;
/** A PINGREQ is: it has no packet identifier. */
const PING = 0;

/**
 * The time from a packet to its answer. One packet is timed at a time, as in RFC 6298, so that the others cost one
 * comparison; and one that is sent again is not timed, since nobody knows which of the two was answered.
 */
export class RoundTrip {
  #timed = NOTHING;
  #sentAt = 0;
  /** Milliseconds of the last answer. */
  lastMs: number | undefined;
  /** Milliseconds, smoothed: each answer weighs an eighth. */
  smoothedMs: number | undefined;

  onSend(packet: Packet, now: number): void {
    if (this.#timed !== NOTHING) return;
    if (packet.type === 'publish' ? packet.qos > 0 && !packet.duplicate : packet.type.endsWith('subscribe'))
      this.#timed = (packet as { readonly packetId: number }).packetId;
    else if (packet.type === 'pingreq') this.#timed = PING;
    else return;
    this.#sentAt = now;
  }

  /** Of everything but PUBLISH, whose identifiers are the server's. */
  onReceive(packet: Packet, now: number): void {
    const answered = packet.type === 'pingresp' ? PING : (packet as { readonly packetId?: number }).packetId;
    // A PUBREL of the server has an identifier of its own counting.
    if (answered !== this.#timed || packet.type === 'pubrel') return;
    this.#timed = NOTHING;
    const last = now - this.#sentAt;
    this.lastMs = last;
    this.smoothedMs = this.smoothedMs === undefined ? last : (this.smoothedMs * 7 + last) / 8;
  }

  /** What was under way is not answered on another connection. */
  connectionLost(): void {
    this.#timed = NOTHING;
  }
}
