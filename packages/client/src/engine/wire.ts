import type { Packet } from '@mqtide/codec';
import type { EngineFigures } from '../engine.ts';
import { defined } from '../session/defined.ts';
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

  read(now: number): Pick<EngineFigures, 'sent' | 'received' | 'roundTripMs' | 'lastRoundTripMs'> {
    const { smoothedMs, lastMs } = this.roundTrip;
    return {
      sent: this.#sent.read(now),
      received: this.#received.read(now),
      ...defined({ roundTripMs: smoothedMs, lastRoundTripMs: lastMs }),
    };
  }

  /** A packet was added to the frame. */
  onSend(packet: Packet, now: number): void {
    if (packet.type === 'publish') this.#sent.add(now, 1, 0);
    this.roundTrip.onSend(packet, now);
    this.tap?.(packet);
  }

  /** The frame was handed to the socket. */
  onFrame(bytes: number, now: number): void {
    this.#sent.add(now, 0, bytes);
  }

  /** A frame has come. */
  onReceive(bytes: number, now: number): void {
    this.#received.add(now, 0, bytes);
  }

  /** One of its packets is about to be handled. */
  onPacket(packet: Packet, now: number): void {
    if (packet.type === 'publish') this.#received.add(now, 1, 0);
    else this.roundTrip.onReceive(packet, now);
  }
}
