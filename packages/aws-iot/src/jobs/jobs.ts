import type { RequestOptions } from '../bounds.ts';
import { parseObject } from '../json.ts';
import type { Messenger } from '../messenger.ts';
import { topicOf } from '../operation.ts';
import { Requests, type ServiceOptions } from '../request.ts';
import { Stream, type StreamOptions } from '../stream.ts';
import { JOB_EVENTS, JOBS } from './operations.ts';
import type {
  DescribeJobRequest,
  JobAnswer,
  PendingJobs,
  PendingJobsChanged,
  StartNextRequest,
  UpdatedJob,
  UpdateJobRequest,
} from './types.ts';

/** The jobs of a thing. Requests reject with a `ServiceError`, a `RequestError` or the client's error. */
export interface Jobs {
  /** The jobs that are not over. */
  getPending(options?: RequestOptions): Promise<PendingJobs>;
  /** Begins the oldest job that waits. The answer has no `execution` when none does. */
  startNext(request?: StartNextRequest, options?: RequestOptions): Promise<JobAnswer>;
  /** Tells everything about a job; `'$next'` is the one that `startNext` would begin. */
  describe(jobId: string, request?: DescribeJobRequest, options?: RequestOptions): Promise<JobAnswer>;
  /** Tells how the job is getting on. */
  update(jobId: string, request: UpdateJobRequest, options?: RequestOptions): Promise<UpdatedJob>;
  /** The pending jobs, whenever one is added or is over. */
  notifications(options?: StreamOptions): Stream<PendingJobsChanged>;
  /** The job that comes next, whenever it is another one. */
  nextNotifications(options?: StreamOptions): Stream<JobAnswer>;
  /** Ends the subscriptions to answers. Streams have a `close()` of their own. */
  close(): void;
}

/** The jobs of a thing. Throws `INVALID_ARGUMENT` for a name that is none. */
export function createJobs(messenger: Messenger, options: { readonly thingName: string } & ServiceOptions): Jobs {
  const { thingName } = options;
  const requests = new Requests(messenger, options);
  const stream = <Event extends object>(template: string, streamOptions?: StreamOptions): Stream<Event> =>
    new Stream(messenger, [topicOf(template, names)], ({ payload }) => parseObject<Event>(payload), streamOptions);
  const names = { thingName };
  // A wrong name is said now, not by the first request.
  topicOf(JOB_EVENTS.pending, names);
  return {
    getPending: (request) => requests.call(JOBS.getPending, names, {}, request),
    startNext: (request = {}, bounds) => requests.call(JOBS.startNext, names, request, bounds),
    describe: (jobId, request = {}, bounds) => requests.call(JOBS.describe, { thingName, jobId }, request, bounds),
    update: (jobId, request, bounds) => requests.call(JOBS.update, { thingName, jobId }, request, bounds),
    notifications: (streamOptions) => stream(JOB_EVENTS.pending, streamOptions),
    nextNotifications: (streamOptions) => stream(JOB_EVENTS.next, streamOptions),
    close: () => requests.close(),
  };
}
