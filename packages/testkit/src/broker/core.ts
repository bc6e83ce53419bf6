import type { Faults } from './faults.ts';
import type { BrokerOptions } from './options.ts';
import type { RetainedMessages } from './retained.ts';
import type { Sessions } from './sessions.ts';

/** What the parts of the broker share. */
export interface BrokerCore {
  readonly options: BrokerOptions;
  readonly sessions: Sessions;
  readonly retained: RetainedMessages;
  readonly faults: Faults;
  /** Shared subscriptions: how many messages each group was given, to take turns. */
  readonly shareTurns: Map<string, number>;
  now(): number;
  /** The next number in the order of arrivals. */
  nextArrival(): number;
  /** The next client identifier for a client that has none. */
  nextClientId(): string;
}
