import type { Packet } from './packet.ts';

/**
 * The bytes that came in are not MQTT: their fault. The connection they came on has to be closed; in 5.0 with a
 * DISCONNECT that carries `reasonCode`, in 3.1.1 without one, section 4.13.
 */
export class MalformedPacketError extends Error {
  override readonly name = 'MalformedPacketError';
  /** The reason code to close with: 0x81 Malformed Packet, 0x82 Protocol Error or a more specific one. */
  readonly reasonCode: number;
  /** The complete packets of the same chunk before the bad one, in order. */
  readonly packetsBefore: readonly Packet[];

  constructor(reasonCode: number, message: string, packetsBefore: readonly Packet[] = []) {
    super(message);
    this.reasonCode = reasonCode;
    this.packetsBefore = packetsBefore;
  }
}

/** A packet that may not be sent: our caller's fault. Nothing of it was written. */
export class InvalidPacketError extends Error {
  override readonly name = 'InvalidPacketError';
  /** Path of the offending field in the packet, such as `subscriptions[2].filter`. */
  readonly field: string;
  /** What is wrong with it, to be read after the name of the field. */
  readonly problem: string;

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`);
    this.field = field;
    this.problem = problem;
  }
}

/** Malformed Packet: the bytes cannot be parsed, section 1.2. */
export function malformed(problem: string): MalformedPacketError {
  return new MalformedPacketError(0x81, problem);
}

/** Throws a Protocol Error where there is a problem: the bytes say what may not be said, section 1.2. */
export function reject(problem: string | undefined, field: string): void {
  if (problem !== undefined) throw new MalformedPacketError(0x82, `${field} ${problem}`);
}

/** Throws `InvalidPacketError` where there is a problem. The path that the writer is at is put in front of `field`. */
export function refuse(problem: string, field?: string): never;
export function refuse(problem: string | undefined, field?: string): void;
export function refuse(problem: string | undefined, field = ''): void {
  if (problem !== undefined) throw new InvalidPacketError(field, problem);
}

export const NOT_ALLOWED = 'is not allowed';
export const MISSING = 'is missing';

/** A number as the standard writes it. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
