import { type Operation, operation } from '../operation.ts';
import type {
  DescribeJobRequest,
  JobAnswer,
  PendingJobs,
  StartNextRequest,
  UpdatedJob,
  UpdateJobRequest,
} from './types.ts';

const PREFIX = '$aws/things/{thingName}/jobs';

/** The operations of Jobs. */
export const JOBS: {
  readonly getPending: Operation<object, PendingJobs>;
  readonly startNext: Operation<StartNextRequest, JobAnswer>;
  readonly describe: Operation<DescribeJobRequest, JobAnswer>;
  readonly update: Operation<UpdateJobRequest, UpdatedJob>;
} = {
  getPending: /* @__PURE__ */ operation(`${PREFIX}/get`, { reads: true }),
  startNext: /* @__PURE__ */ operation(`${PREFIX}/start-next`),
  describe: /* @__PURE__ */ operation(`${PREFIX}/{jobId}/get`, { reads: true }),
  update: /* @__PURE__ */ operation(`${PREFIX}/{jobId}/update`),
};

/** Where Jobs tells of changes. */
export const JOB_EVENTS: { readonly pending: string; readonly next: string } = {
  pending: `${PREFIX}/notify`,
  next: `${PREFIX}/notify-next`,
};
