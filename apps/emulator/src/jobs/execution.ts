/*
 * One job on one thing: TABLE of what may follow what, and what an update makes of it. Pure.
 */
import type { JsonObject } from '../services/json.ts';

/** Every status of a job execution. */
export type JobStatus =
  | 'QUEUED'
  | 'IN_PROGRESS'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMED_OUT'
  | 'REJECTED'
  | 'REMOVED'
  | 'CANCELED';

/** What a device may say. */
export const DEVICE_STATUSES: readonly JobStatus[] = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED'];

/** What may follow; nothing follows the rest. */
const NEXT: Readonly<Partial<Record<JobStatus, readonly JobStatus[]>>> = {
  QUEUED: ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELED', 'REMOVED'],
  IN_PROGRESS: ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT', 'CANCELED', 'REMOVED'],
};

/** A job execution. Times are seconds since 1970. */
export interface Execution {
  readonly jobId: string;
  readonly thingName: string;
  readonly executionNumber: number;
  readonly versionNumber: number;
  readonly status: JobStatus;
  readonly statusDetails?: Readonly<Record<string, string>>;
  readonly queuedAt: number;
  readonly startedAt?: number;
  readonly lastUpdatedAt: number;
  readonly jobDocument: JsonObject;
}

/** Whether it waits to be done, or is being done. */
export function isPending({ status }: Execution): boolean {
  return status in NEXT;
}

/** Whether a status may follow. */
export function mayBecome({ status }: Execution, next: JobStatus, queuedToTerminal: boolean): boolean {
  const isShortcut = status === 'QUEUED' && (next === 'SUCCEEDED' || next === 'FAILED');
  return (NEXT[status]?.includes(next) ?? false) && (queuedToTerminal || !isShortcut);
}

/** The execution with its next status. Details that are not given stay. */
export function become(
  execution: Execution,
  status: JobStatus,
  now: number,
  statusDetails: Execution['statusDetails'] = execution.statusDetails,
): Execution {
  const startedAt = execution.startedAt ?? (status === 'IN_PROGRESS' ? now : undefined);
  return {
    ...execution,
    status,
    versionNumber: execution.versionNumber + 1,
    lastUpdatedAt: now,
    ...(statusDetails !== undefined && { statusDetails }),
    ...(startedAt !== undefined && { startedAt }),
  };
}

/** The one that `$next` stands for: the oldest that is in progress, or else the oldest in the queue. */
export function nextOf(executions: readonly Execution[]): Execution | undefined {
  return executions.find(({ status }) => status === 'IN_PROGRESS') ?? executions.find(isPending);
}

/** As lists show it. */
export function summaryOf({ jobId, executionNumber, versionNumber, queuedAt, startedAt, lastUpdatedAt }: Execution) {
  const started = startedAt === undefined ? {} : { startedAt };
  return { jobId, executionNumber, versionNumber, queuedAt, ...started, lastUpdatedAt };
}

/** As a device gets it. */
export function describe(execution: Execution, includesDocument = true): object {
  const { thingName, status, statusDetails, jobDocument } = execution;
  return {
    ...summaryOf(execution),
    thingName,
    status,
    ...(statusDetails !== undefined && { statusDetails }),
    ...(includesDocument && { jobDocument }),
  };
}

/** What a rejected update is answered with. */
export function stateOf({ status, statusDetails, versionNumber }: Execution): object {
  return { status, ...(statusDetails !== undefined && { statusDetails }), versionNumber };
}
