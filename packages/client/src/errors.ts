import { type Packet, type ProtocolVersion, reasonName } from '@mqtide/codec';
import type { ErrorCode, Failure } from './session/failure.ts';

export type { ErrorCode };

/**
 * Everything that goes wrong is one of these. Switch on `code`: two copies of the library on a page have two classes,
 * so `instanceof` may say no.
 */
export class MqttError extends Error {
  override readonly name = 'MqttError';
  readonly code: ErrorCode;
  /** The reason code of the packet that refused or ended something. */
  readonly reasonCode?: number;
  /** The standard's name of `reasonCode`. */
  readonly reasonName?: string;
  /** The packet that refused or ended something. */
  readonly packet?: Packet;
  /** Whether the same call may succeed later without a change, or the client tries again by itself. */
  readonly retryable: boolean;
  /** What to try. */
  readonly hint?: string;

  constructor(failure: Failure, version: ProtocolVersion = 5) {
    const { code, message, reasonCode, packet, retryable, hint, cause } = failure;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    if (reasonCode !== undefined) {
      this.reasonCode = reasonCode;
      this.reasonName = reasonName(reasonCode, packet?.type ?? 'disconnect', version);
    }
    if (packet !== undefined) this.packet = packet;
    if (hint !== undefined) this.hint = hint;
  }
}

/** The caller passed something that can never work. */
export function invalidArgument(message: string, cause?: unknown): MqttError {
  return new MqttError({ code: 'INVALID_ARGUMENT', message, retryable: false, ...(cause !== undefined && { cause }) });
}
