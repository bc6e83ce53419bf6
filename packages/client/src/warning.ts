/** What a `warning` is about: a string to switch on. */
export type WarningCode =
  /** An acknowledgement was withheld for `ackTimeoutMs`, and all later ones wait behind it. */
  | 'ACKNOWLEDGEMENT_WITHHELD'
  /** Messages of a resumed session matched no subscription for `unroutedHoldMs`, and were acknowledged. */
  | 'MESSAGES_UNROUTED'
  /** Only with `createWorkerClient`: the page was busy, and the worker dropped messages of QoS 0. At most every 10 s. */
  | 'MESSAGES_DROPPED';

/** Nothing has failed, but something needs attention. */
export interface Warning {
  readonly code: WarningCode;
  /** For people; it may change. */
  readonly message: string;
  /** The topic filters of the subscriptions it is about. */
  readonly filters?: readonly string[];
  /** The topic of the message it is about. */
  readonly topic?: string;
}
