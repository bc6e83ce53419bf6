import type { Operation } from './operation.ts';

/** Operations, and the bytes of their topics and payloads. */
export interface Tally {
  readonly count: number;
  readonly bytes: number;
}

/** What a session has under way: derived when it is asked for. */
export interface SessionLoad {
  /** Not yet transmitted. */
  readonly queued: Tally;
  /** Transmitted and not yet answered for good. */
  readonly unacknowledged: Tally;
  /** QoS 1 and 2 messages among those. */
  readonly outbound: number;
  /** QoS 1 and 2 messages that were received and are not yet acknowledged. */
  readonly inbound: number;
}

/** Bytes of topic and payload, or of topic filters. */
export function sizeOf(operation: Operation): number {
  if (operation.kind === 'publish') return operation.message.topic.length + operation.message.payload.byteLength;
  if (operation.kind === 'unsubscribe') return operation.filters.reduce((sum, filter) => sum + filter.length, 0);
  return operation.subscriptions.reduce((sum, { filter }) => sum + filter.length, 0);
}
