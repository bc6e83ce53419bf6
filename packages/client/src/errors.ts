import { type Packet, type ProtocolVersion, reasonName } from '@mqtide/codec';
import { withoutSecrets } from './redact.ts';
import type { ErrorCode, Failure } from './session/failure.ts';

export type { ErrorCode };

/**
 * Everything that goes wrong is one of these. Switch on `code`: two copies of the library on a page have two classes,
 * so `instanceof` may say no.
 */
export class MqttError extends Error {
  override readonly name = 'MqttError';
  declare readonly code: ErrorCode;
  /** The reason code of the packet that refused or ended something. */
  declare readonly reasonCode?: number;
  /** The standard's name of `reasonCode`. */
  declare readonly reasonName?: string;
  /** The packet that refused or ended something. */
  declare readonly packet?: Packet;
  /** Whether the same call may succeed later without a change, or the client tries again by itself. */
  declare readonly retryable: boolean;
  /** What to try. */
  declare readonly hint?: string;

  constructor(failure: Failure, version: ProtocolVersion = 5) {
    const { message, cause, ...rest } = failure;
    const fields = rest.packet === undefined ? rest : { ...rest, packet: withoutSecrets(rest.packet) };
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, fields);
    const { reasonCode, packet } = fields;
    if (reasonCode !== undefined) this.reasonName = reasonName(reasonCode, packet?.type ?? 'disconnect', version);
  }
}

/** The caller passed something that can never work. */
export function invalidArgument(message: string, cause?: unknown): MqttError {
  return new MqttError({ code: 'INVALID_ARGUMENT', message, retryable: false, ...(cause !== undefined && { cause }) });
}
