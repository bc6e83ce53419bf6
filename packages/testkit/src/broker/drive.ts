import type { Clock } from '@mqtide/client/internal';
import type { Broker } from './broker.ts';

/** Wakes a broker by a clock whenever something is due. Returns a function that ends it. */
export function driveBroker(broker: Broker, clock: Pick<Clock, 'wakeAt'>): () => void {
  let wakeAt = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | undefined;
  const arm = (): void => {
    const deadline = broker.nextDeadline() ?? Number.POSITIVE_INFINITY;
    // A wake-up that is too early is harmless, and cheaper than a new one for every packet.
    if (deadline >= wakeAt) return;
    cancel?.();
    wakeAt = deadline;
    cancel = clock.wakeAt(deadline, () => {
      wakeAt = Number.POSITIVE_INFINITY;
      broker.tick();
      arm();
    });
  };
  broker.onActivity = arm;
  return () => {
    broker.onActivity = undefined;
    cancel?.();
  };
}
