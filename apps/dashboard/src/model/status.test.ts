import { describe, expect, it } from 'vitest';
import { type ConnectionSnapshot, isActive, statusAnnouncement, statusWords } from './status.ts';

const NOW = 1_000_000;
const problem = { code: 'SOCKET_OPEN_FAILED', message: 'The WebSocket could not be opened.', hint: 'Check it.' };
const snapshot = (changes: Partial<ConnectionSnapshot>): ConnectionSnapshot => ({
  status: 'idle',
  attempt: 0,
  hadConnection: false,
  ...changes,
});

describe('statusWords', () => {
  it.each([
    [snapshot({}), 'quiet', 'Not connected'],
    [snapshot({ status: 'connecting', attempt: 1 }), 'busy', 'Connecting …'],
    [snapshot({ status: 'connecting', attempt: 2 }), 'busy', 'Connecting, attempt 2 …'],
    [snapshot({ status: 'connected' }), 'good', 'Connected'],
    [snapshot({ status: 'waiting', attempt: 2 }), 'bad', 'Attempt 2 failed'],
    [snapshot({ status: 'waiting', hadConnection: true }), 'bad', 'Connection lost'],
    [snapshot({ status: 'stopping' }), 'busy', 'Disconnecting …'],
    [snapshot({ status: 'stopped' }), 'quiet', 'Disconnected'],
    [snapshot({ status: 'failed' }), 'bad', 'Could not connect'],
    [snapshot({ status: 'failed', hadConnection: true }), 'bad', 'Connection ended'],
  ] as const)('says of %o: %s, %s', (of, tone, headline) => {
    expect(statusWords(of, NOW)).toEqual({ tone, headline });
  });

  it.each([
    [4_000, 'next attempt in 4 s'],
    [3_001, 'next attempt in 4 s'],
    [1, 'next attempt in 1 s'],
    [0, 'trying again …'],
    [-50, 'trying again …'],
  ])('counts down: %i ms before, %s', (before, countdown) => {
    const waiting = snapshot({ status: 'waiting', attempt: 1, nextAttemptAt: NOW + before });
    expect(statusWords(waiting, NOW).countdown).toBe(countdown);
  });
});

describe('statusAnnouncement', () => {
  it('says once what has happened, why, and what comes next', () => {
    const waiting = snapshot({ status: 'waiting', attempt: 2, nextAttemptAt: NOW + 4_000, problem });
    expect(statusAnnouncement(waiting, NOW)).toBe(
      'Attempt 2 failed. The WebSocket could not be opened. Next attempt in 4 seconds.',
    );
  });

  it('does not repeat an old reason while connecting again', () => {
    const again = snapshot({ status: 'connecting', attempt: 2, problem });
    expect(statusAnnouncement(again, NOW)).toBe('Connecting, attempt 2.');
  });
});

it('tells a client that is at work from one that is done', () => {
  const active = (['idle', 'connecting', 'connected', 'waiting', 'stopping', 'stopped', 'failed'] as const).filter(
    isActive,
  );
  expect(active).toEqual(['connecting', 'connected', 'waiting', 'stopping']);
});
