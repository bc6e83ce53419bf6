/*
 * The jobs of one thing: requests in, answers out. It knows no broker; what the answers lead to is seen by comparing the
 * executions before and after.
 */
import type { Limits } from '../limits.ts';
import { isObject, type JsonObject } from '../services/json.ts';
import type { Switches } from '../switches.ts';
import {
  become,
  DEVICE_STATUSES,
  describe,
  type Execution,
  isPending,
  type JobStatus,
  mayBecome,
  nextOf,
  stateOf,
  summaryOf,
} from './execution.ts';

/** An answer without its timestamp and token. */
export type JobAnswer =
  | { readonly accepted: object; readonly stepTimeout?: { readonly jobId: string; readonly minutes: number } }
  | { readonly rejected: { readonly code: string; readonly message: string; readonly executionState?: object } };

/** What the queue is judged by. */
export interface JobRules {
  /** Seconds since 1970. */
  readonly now: number;
  readonly limits: Limits;
  readonly switches: Switches;
}

const reject = (code: string, message: string, execution?: Execution): JobAnswer => ({
  rejected: { code, message, ...(execution && { executionState: stateOf(execution) }) },
});

/** Executions of one thing, the oldest first. */
export class JobQueue {
  #executions: readonly Execution[] = [];

  get executions(): readonly Execution[] {
    return this.#executions;
  }

  /** Puts a job into the queue. */
  add(jobId: string, thingName: string, jobDocument: JsonObject, now: number): void {
    const times = { queuedAt: now, lastUpdatedAt: now };
    const execution = { jobId, thingName, executionNumber: 1, versionNumber: 1, ...times, jobDocument } as const;
    this.#executions = [...this.#executions.filter((one) => one.jobId !== jobId), { ...execution, status: 'QUEUED' }];
  }

  /** What the service itself does to an execution; whether it could. */
  set(jobId: string, status: JobStatus, now: number): boolean {
    const execution = this.#find(jobId);
    if (execution === undefined || !mayBecome(execution, status, true)) return false;
    this.#replace(become(execution, status, now));
    return true;
  }

  /** The operation GetPendingJobExecutions. */
  pending(): JobAnswer {
    const withStatus = (wanted: JobStatus) =>
      this.#executions.filter(({ status }) => status === wanted).map((execution) => summaryOf(execution));
    return { accepted: { inProgressJobs: withStatus('IN_PROGRESS'), queuedJobs: withStatus('QUEUED') } };
  }

  /** The operation StartNextPendingJobExecution. */
  startNext(request: JsonObject, { now, limits }: JobRules): JobAnswer {
    const problem = problemOfDetails(request, limits);
    if (problem !== undefined) return reject('InvalidRequest', problem);
    const next = nextOf(this.#executions);
    if (next === undefined) return { accepted: {} };
    const details = request['statusDetails'] as Execution['statusDetails'];
    const started = next.status === 'QUEUED' ? this.#replace(become(next, 'IN_PROGRESS', now, details)) : next;
    return { accepted: { execution: describe(started) }, ...stepTimeout(started, request) };
  }

  /** The operation DescribeJobExecution. */
  describe(jobId: string, request: JsonObject): JobAnswer {
    const execution = jobId === '$next' ? nextOf(this.#executions) : this.#find(jobId);
    if (execution === undefined) {
      return jobId === '$next' ? { accepted: {} } : reject('ResourceNotFound', `There is no job '${jobId}'.`);
    }
    if (!isPending(execution)) return reject('TerminalStateReached', `Job '${jobId}' is over.`, execution);
    if (isOtherNumber(execution, request)) return reject('ResourceNotFound', 'There is no such execution number.');
    return { accepted: { execution: describe(execution, request['includeJobDocument'] !== false) } };
  }

  /** The operation UpdateJobExecution. */
  update(jobId: string, request: JsonObject, { now, limits, switches }: JobRules): JobAnswer {
    const status = request['status'] as JobStatus;
    if (!DEVICE_STATUSES.includes(status)) return reject('InvalidRequest', `The status '${status}' is not a device's.`);
    const problem = problemOfDetails(request, limits);
    if (problem !== undefined) return reject('InvalidRequest', problem);
    const execution = this.#find(jobId);
    if (execution === undefined || isOtherNumber(execution, request)) {
      return reject('ResourceNotFound', `There is no job '${jobId}'.`);
    }
    const expected = request['expectedVersion'];
    if (expected !== undefined && expected !== execution.versionNumber) {
      return reject('VersionMismatch', `The version is ${execution.versionNumber}.`, execution);
    }
    if (!mayBecome(execution, status, switches.queuedToTerminal)) {
      return reject(
        'InvalidStateTransition',
        `A job that is ${execution.status} does not become ${status}.`,
        execution,
      );
    }
    const updated = this.#replace(
      become(execution, status, now, request['statusDetails'] as Execution['statusDetails']),
    );
    const accepted = {
      ...(request['includeJobExecutionState'] === true && { executionState: stateOf(updated) }),
      ...(request['includeJobDocument'] === true && { jobDocument: updated.jobDocument }),
    };
    return { accepted, ...stepTimeout(updated, request) };
  }

  #find(jobId: string): Execution | undefined {
    return this.#executions.find((execution) => execution.jobId === jobId);
  }

  #replace(execution: Execution): Execution {
    this.#executions = this.#executions.map((one) => (one.jobId === execution.jobId ? execution : one));
    return execution;
  }
}

function isOtherNumber({ executionNumber }: Execution, { executionNumber: asked }: JsonObject): boolean {
  return asked !== undefined && asked !== executionNumber;
}

function stepTimeout({ jobId, status }: Execution, { stepTimeoutInMinutes: minutes }: JsonObject) {
  return typeof minutes === 'number' && status === 'IN_PROGRESS' ? { stepTimeout: { jobId, minutes } } : {};
}

function problemOfDetails({ statusDetails: details }: JsonObject, limits: Limits): string | undefined {
  if (details === undefined) return undefined;
  if (!isObject(details)) return 'statusDetails must be an object.';
  const texts = Object.entries(details).flat();
  if (texts.length > 2 * limits.statusDetails) return `statusDetails has more than ${limits.statusDetails} entries.`;
  return texts.every((one) => typeof one === 'string' && one.length > 0 && one.length <= limits.statusDetailLength)
    ? undefined
    : 'statusDetails must have names and values of text, neither empty nor too long.';
}
