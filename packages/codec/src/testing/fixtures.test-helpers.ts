/*
 * Every kind of packet in both versions beside its bytes, written by hand from the standard.
 */
import { CONNACKS, CONNECTS, OTHERS } from './connection-fixtures.test-helpers.ts';
import type { Fixture } from './fixture.test-helpers.ts';
import { ACKS, PUBLISHES, SUBSCRIPTIONS } from './message-fixtures.test-helpers.ts';

export const FIXTURES: readonly Fixture[] = [
  ...CONNECTS,
  ...CONNACKS,
  ...PUBLISHES,
  ...ACKS,
  ...SUBSCRIPTIONS,
  ...OTHERS,
];
