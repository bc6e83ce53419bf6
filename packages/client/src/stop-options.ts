import { InvalidPacketError, packetSize } from '@mqtide/codec';
import { invalidArgument } from './errors.ts';
import { checkNumber } from './operations.ts';
import { defined } from './session/defined.ts';

/** Options of `stop`. */
export interface StopOptions {
  /** Milliseconds to let what is under way finish first. @default 0 */
  readonly drainMs?: number;
  /** 0 for a normal end, 4 to have the will published. MQTT 5 only, section 3.14.2.1. @default 0 */
  readonly reasonCode?: 0 | 4;
  /**
   * Seconds the server is to keep the session. MQTT 5 only, section 3.14.2.2.2.
   * @default 0: it ends. With a `session.store` it goes on as long as `session.expirySeconds` says
   */
  readonly sessionExpirySeconds?: number;
  /** MQTT 5 only. */
  readonly userProperties?: readonly (readonly [name: string, value: string])[];
}

/** Throws `INVALID_ARGUMENT` for what no DISCONNECT can say: the will would be published without one. */
export function checkStop({ drainMs, reasonCode, sessionExpirySeconds, userProperties }: StopOptions): void {
  checkNumber('drainMs', drainMs);
  if (reasonCode !== undefined && reasonCode !== 0 && reasonCode !== 4)
    throw invalidArgument('`reasonCode` is 0 or 4.');
  if (sessionExpirySeconds !== undefined && !(sessionExpirySeconds >= 0 && sessionExpirySeconds <= 0xffff_ffff))
    throw invalidArgument('`sessionExpirySeconds` is a whole number from 0 to 4294967295.');
  try {
    const properties = defined({ sessionExpiryInterval: sessionExpirySeconds, userProperties });
    packetSize({ type: 'disconnect', reasonCode: 0, properties }, 5);
  } catch (error) {
    if (error instanceof InvalidPacketError) throw invalidArgument(`\`stop\` cannot say this: ${error.message}.`);
    throw error;
  }
}
