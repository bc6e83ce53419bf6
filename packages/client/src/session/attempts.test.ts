import { expect, test } from 'vitest';
import { Attempts } from './attempts.ts';
import type { SessionConfig } from './config.ts';

const RECONNECT = { minDelayMs: 100, maxDelayMs: 1_000, jitter: 'none', minConnectedTimeToResetMs: 30_000 } as const;

function attempts(reconnect: SessionConfig['reconnect']): Attempts {
  return new Attempts({ reconnect, brokerProfile: {}, credentialsChange: false, urlChanges: false } as SessionConfig);
}

test('two clients that keep ending the other one’s session slow down', () => {
  const each = attempts(RECONNECT);
  const delays = Array.from({ length: 12 }, () => each.delayAfter('now', 0));
  expect(delays).toEqual([0, 0, 0, 100, 0, 0, 0, 200, 0, 0, 0, 400]);
});

test('without reconnection there is an end to attempts that follow at once', () => {
  const each = attempts(false);
  expect(Array.from({ length: 4 }, () => each.delayAfter('now', 0))).toEqual([0, 0, 0, undefined]);
});
