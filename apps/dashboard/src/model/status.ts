import type { ClientState } from '@mqtide/client';
import type { Problem } from './problem.ts';

/** Where the connection stands, as much as the page needs to know. */
export interface ConnectionSnapshot {
  readonly status: ClientState['status'];
  /** The attempt that is going on or was the last; 0 before the first. */
  readonly attempt: number;
  /** Whether the last thing that ended was a connection, and not an attempt to get one. */
  readonly hadConnection: boolean;
  /** Milliseconds since the epoch; while waiting. */
  readonly nextAttemptAt?: number;
  readonly problem?: Problem;
  readonly settings?: NonNullable<ClientState['settings']>;
}

/** How a status is meant: its colour, which is never the only thing that says it. */
export type Tone = 'quiet' | 'busy' | 'good' | 'bad';

export interface StatusWords {
  readonly tone: Tone;
  /** What stands, such as `Connected`. */
  readonly headline: string;
  /** Counts down to the next attempt; changes every second and is not for announcing. */
  readonly countdown?: string;
}

type Status = ConnectionSnapshot['status'];

const TONES: Readonly<Record<Status, Tone>> = {
  idle: 'quiet',
  connecting: 'busy',
  connected: 'good',
  waiting: 'bad',
  stopping: 'busy',
  stopped: 'quiet',
  failed: 'bad',
};

const HEADLINES: Readonly<Record<Status, (snapshot: ConnectionSnapshot) => string>> = {
  idle: () => 'Not connected',
  connecting: ({ attempt }) => (attempt > 1 ? `Connecting, attempt ${attempt} …` : 'Connecting …'),
  connected: () => 'Connected',
  waiting: ({ attempt, hadConnection }) => (hadConnection ? 'Connection lost' : `Attempt ${attempt} failed`),
  stopping: () => 'Disconnecting …',
  stopped: () => 'Disconnected',
  failed: ({ hadConnection }) => (hadConnection ? 'Connection ended' : 'Could not connect'),
};

/** The status in words, at a point in time. */
export function statusWords(snapshot: ConnectionSnapshot, now: number): StatusWords {
  const { status } = snapshot;
  const seconds = secondsToNextAttempt(snapshot, now);
  return {
    tone: TONES[status],
    headline: HEADLINES[status](snapshot),
    ...(seconds !== undefined && { countdown: seconds > 0 ? `next attempt in ${seconds} s` : 'trying again …' }),
  };
}

/** What a screen reader is told when the status changes: the whole, once. */
export function statusAnnouncement(snapshot: ConnectionSnapshot, now: number): string {
  const { headline } = statusWords(snapshot, now);
  const { problem } = snapshot;
  const seconds = secondsToNextAttempt(snapshot, now);
  return [
    `${headline.replace(' …', '')}.`,
    ...(problem !== undefined && snapshot.status !== 'connecting' ? [problem.message] : []),
    ...(seconds !== undefined && seconds > 0 ? [`Next attempt in ${seconds} seconds.`] : []),
  ].join(' ');
}

/** Whether there is a client that is connected or means to be. */
export function isActive(status: Status): boolean {
  return status === 'connecting' || status === 'connected' || status === 'waiting' || status === 'stopping';
}

function secondsToNextAttempt({ nextAttemptAt }: ConnectionSnapshot, now: number): number | undefined {
  return nextAttemptAt === undefined ? undefined : Math.max(0, Math.ceil((nextAttemptAt - now) / 1_000));
}
