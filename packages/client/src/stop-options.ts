import { checkPacket, group, number, oneOf } from './rules.ts';
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

const rules = group({ drainMs: number(0), reasonCode: oneOf(0, 4) });

/** Throws `INVALID_ARGUMENT` for what no DISCONNECT can say: the will would be published without one. */
export function checkStop(options: StopOptions): void {
  rules(options, '');
  const { sessionExpirySeconds: sessionExpiryInterval, userProperties } = options;
  const properties = defined({ sessionExpiryInterval, userProperties });
  checkPacket({ type: 'disconnect', reasonCode: 0, properties }, 5, [
    ['properties.sessionExpiryInterval', 'sessionExpirySeconds'],
    ['properties.', ''],
  ]);
}
