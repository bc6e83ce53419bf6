import type { Decoder, Packet } from '@mqtide/codec';
import type { EngineFigures } from '../engine.ts';
import { RoundTrip } from './round-trip.ts';
import { Traffic } from './traffic.ts';

/** Is told every packet. What was received comes with its bytes. */
export type PacketTap = (packet: Packet, received?: Uint8Array) => void;

/** Watches what is sent and received: counts it, times it, and while somebody listens, tells of each packet. */
export class Wire {
  readonly #sent = new Traffic();
  readonly #received = new Traffic();
  readonly roundTrip: RoundTrip = new RoundTrip();
  /** Set while somebody listens. */
  tap: PacketTap | undefined;
  /** Messages in the frame that is being filled. */
  #messages = 0;

  read(now: number): Pick<EngineFigures, 'sent' | 'received' | 'roundTripMs' | 'lastRoundTripMs'> {
    const { smoothedMs, lastMs } = this.roundTrip;
    return {
      sent: this.#sent.read(now),
      received: this.#received.read(now),
      ...(smoothedMs !== undefined && { roundTripMs: smoothedMs }),
      ...(lastMs !== undefined && { lastRoundTripMs: lastMs }),
    };
  }

  /** A packet was added to the frame. */
  onSend(packet: Packet, now: number): void {
    if (packet.type === 'publish') this.#messages += 1;
    this.roundTrip.onSend(packet, now);
    if (this.tap !== undefined) this.tap(packet);
  }

  /** The frame was handed to the socket. */
  onFrame(bytes: number, now: number): void {
    this.#sent.frame(bytes, now, this.#messages);
    this.#messages = 0;
  }

  /** To be asked before the decoder takes the next bytes: what it has already of a packet. */
  pendingOf(decoder: Decoder): Uint8Array | undefined {
    return this.tap === undefined ? undefined : decoder.pending;
  }

  /** Bytes have come that completed these packets, behind the pending ones. */
  onReceive(chunk: Uint8Array, packets: readonly Packet[], now: number, pending: Uint8Array | undefined): void {
    this.#received.frame(chunk.length, now);
    if (pending !== undefined && packets.length > 0) this.#tell(packets, pending, chunk);
  }

  /** One of these packets is about to be handled. */
  onPacket(packet: Packet, now: number): void {
    if (packet.type === 'publish') this.#received.message();
    else this.roundTrip.onReceive(packet, now);
  }

  #tell(packets: readonly Packet[], pending: Uint8Array, chunk: Uint8Array): void {
    const bytes = new Uint8Array(pending.length + chunk.length);
    bytes.set(pending);
    bytes.set(chunk, pending.length);
    let start = 0;
    for (const packet of packets) {
      const end = endOfPacket(bytes, start);
      this.tap?.(packet, bytes.slice(start, end));
      start = end;
    }
  }
}

/** Section 2.1.4: the length of what follows it, in up to four bytes of seven bits. */
function endOfPacket(bytes: Uint8Array, start: number): number {
  let length = 0;
  for (let index = 1; ; index++) {
    const byte = bytes[start + index] as number;
    length += (byte & 0x7f) << (7 * index - 7);
    if (byte < 0x80) return start + 1 + index + length;
  }
}
