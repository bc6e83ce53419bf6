import type { EpochSeconds, JsonValue } from '../json.ts';

/** Of a job on one thing. A device sets the middle four; the service sets the others. */
export type JobStatus =
  | 'QUEUED'
  | 'IN_PROGRESS'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'REJECTED'
  | 'TIMED_OUT'
  | 'REMOVED'
  | 'CANCELED';

/** At most ten pairs, each text of 1 to 128 characters. */
export type StatusDetails = Readonly<Record<string, string>>;

/** A job that is not over. */
export interface JobSummary {
  readonly jobId: string;
  readonly executionNumber: number;
  readonly versionNumber: number;
  readonly queuedAt: EpochSeconds;
  readonly startedAt?: EpochSeconds;
  readonly lastUpdatedAt: EpochSeconds;
}

/** A job on one thing. */
export interface JobExecution extends JobSummary {
  readonly thingName?: string;
  readonly status: JobStatus;
  readonly statusDetails?: StatusDetails;
  /** An object in practice. */
  readonly jobDocument?: JsonValue;
}

/** What an update has changed. */
export interface JobExecutionState {
  readonly status: JobStatus;
  readonly statusDetails?: StatusDetails;
  readonly versionNumber: number;
}

/** Answer to `getPending`. */
export interface PendingJobs {
  readonly inProgressJobs: readonly JobSummary[];
  readonly queuedJobs: readonly JobSummary[];
  readonly timestamp: EpochSeconds;
}

/** Request of `startNext`. */
export interface StartNextRequest {
  readonly statusDetails?: StatusDetails;
  /** Minutes until the job times out unless it is updated. */
  readonly stepTimeoutInMinutes?: number;
}

/** Request of `describe`. */
export interface DescribeJobRequest {
  readonly executionNumber?: number;
  /** @default true */
  readonly includeJobDocument?: boolean;
}

/** Answer to `startNext` and `describe`, and event of `nextNotifications`. */
export interface JobAnswer {
  /** Absent when nothing is pending. */
  readonly execution?: JobExecution;
  readonly timestamp: EpochSeconds;
}

/** Request of `update`. */
export interface UpdateJobRequest {
  readonly status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'REJECTED';
  /** Left out, those of the last update stay. */
  readonly statusDetails?: StatusDetails;
  /** Refused with `VersionMismatch` when the execution has another one. */
  readonly expectedVersion?: number;
  readonly executionNumber?: number;
  readonly includeJobExecutionState?: boolean;
  readonly includeJobDocument?: boolean;
  readonly stepTimeoutInMinutes?: number;
}

/** Answer to `update`. */
export interface UpdatedJob {
  readonly executionState?: JobExecutionState;
  readonly jobDocument?: JsonValue;
  readonly timestamp: EpochSeconds;
}

/** Event of `notifications`: the jobs that are not over, at most ten. */
export interface PendingJobsChanged {
  /** By status; empty when there are none. */
  readonly jobs: { readonly [Status in JobStatus]?: readonly JobSummary[] };
  readonly timestamp: EpochSeconds;
}
