/*
 * The publish and subscribe style of the device SDKs' first clients, for those who come from there: a request is one
 * function, each of its answers another. Thin functions over the tables of operations; requests and answers are not
 * joined, as there.
 */
import { parseObject, toJson } from './json.ts';
import type { Granted, Messenger } from './messenger.ts';
import { type Names, type Operation, topicOf } from './operation.ts';
import { JOB_EVENTS, JOBS } from './jobs/operations.ts';
import type {
  DescribeJobRequest,
  JobAnswer,
  PendingJobs,
  PendingJobsChanged,
  StartNextRequest,
  UpdatedJob,
  UpdateJobRequest,
} from './jobs/types.ts';
import type { ErrorDocument } from './errors.ts';
import { type ShadowNames, type ShadowOperations, shadowOperations } from './shadow/operations.ts';
import type {
  DeletedShadow,
  ShadowChange,
  ShadowDelta,
  ShadowDocument,
  UpdatedShadow,
  UpdateShadowRequest,
} from './shadow/types.ts';

/** Called with every message, or with an error for one that is no JSON. */
export type ResponseHandler<Response> = (error: Error | undefined, response?: Response) => void;

type Token = { readonly clientToken?: string };
type Thing = { readonly thingName: string };
type Job = Thing & { readonly jobId: string };

/** Publishes a request with the names of its topic in it. Resolves with the PUBACK. */
type Publisher<Request> = (messenger: Messenger, request: Request) => Promise<void>;
/** Subscribes to a topic whose names are in the request. Resolves with the SUBACK. */
type Subscriber<Request, Response> = (
  messenger: Messenger,
  request: Request,
  handler: ResponseHandler<Response>,
) => Promise<Granted>;

/** The names in a request, and what is left of it. */
function split(request: object): { readonly names: Names; readonly body: object } {
  const { thingName, shadowName, jobId, ...body } = request as Record<string, string>;
  return { names: { thingName, shadowName, jobId } as Names, body };
}

async function send(messenger: Messenger, { topic }: Operation, request: object): Promise<void> {
  const { names, body } = split(request);
  await messenger.publish(topicOf(topic, names), toJson(body), { qos: 1 });
}

async function listen<Response extends object>(
  messenger: Messenger,
  template: string,
  request: object,
  handler: ResponseHandler<Response>,
): Promise<Granted> {
  return messenger.subscribe(topicOf(template, split(request).names), { qos: 1 }, ({ topic, payload }) => {
    const response = parseObject<Response>(payload);
    if (response === undefined) handler(new Error(`A message on ${topic} is no JSON.`));
    else handler(undefined, response);
  });
}

type ShadowName = 'get' | 'update' | 'delete';
const publishShadow =
  <Request extends ShadowNames>(name: ShadowName): Publisher<Request> =>
  (messenger, request) =>
    send(messenger, shadowOperations(request).operations[name], request);
const onShadow =
  <Response extends object>(filterOf: (operations: ShadowOperations) => string): Subscriber<ShadowNames, Response> =>
  (messenger, request, handler) =>
    listen(messenger, filterOf(shadowOperations(request).operations), request, handler);
const publishJob =
  <Request extends object>(row: Operation): Publisher<Request> =>
  (messenger, request) =>
    send(messenger, row, request);
const onTopic =
  <Request extends object, Response extends object>(template: string): Subscriber<Request, Response> =>
  (messenger, request, handler) =>
    listen(messenger, template, request, handler);

export const publishGetShadow: Publisher<ShadowNames & Token> = /* @__PURE__ */ publishShadow('get');
export const publishUpdateShadow: Publisher<ShadowNames & Token & UpdateShadowRequest> =
  /* @__PURE__ */ publishShadow('update');
export const publishDeleteShadow: Publisher<ShadowNames & Token> = /* @__PURE__ */ publishShadow('delete');
export const subscribeToGetShadowAccepted: Subscriber<ShadowNames, ShadowDocument & Token> = /* @__PURE__ */ onShadow(
  ({ get }) => get.accepted,
);
export const subscribeToGetShadowRejected: Subscriber<ShadowNames, ErrorDocument> = /* @__PURE__ */ onShadow(
  ({ get }) => get.rejected,
);
export const subscribeToUpdateShadowAccepted: Subscriber<ShadowNames, UpdatedShadow & Token> = /* @__PURE__ */ onShadow(
  ({ update }) => update.accepted,
);
export const subscribeToUpdateShadowRejected: Subscriber<ShadowNames, ErrorDocument> = /* @__PURE__ */ onShadow(
  ({ update }) => update.rejected,
);
export const subscribeToDeleteShadowAccepted: Subscriber<ShadowNames, DeletedShadow & Token> = /* @__PURE__ */ onShadow(
  (rows) => rows.delete.accepted,
);
export const subscribeToDeleteShadowRejected: Subscriber<ShadowNames, ErrorDocument> = /* @__PURE__ */ onShadow(
  (rows) => rows.delete.rejected,
);
export const subscribeToShadowDeltaUpdatedEvents: Subscriber<ShadowNames, ShadowDelta> = /* @__PURE__ */ onShadow(
  ({ deltas }) => deltas,
);
export const subscribeToShadowUpdatedEvents: Subscriber<ShadowNames, ShadowChange> = /* @__PURE__ */ onShadow(
  ({ documents }) => documents,
);

export const publishGetPendingJobExecutions: Publisher<Thing & Token> = /* @__PURE__ */ publishJob(JOBS.getPending);
export const publishStartNextPendingJobExecution: Publisher<Thing & Token & StartNextRequest> =
  /* @__PURE__ */ publishJob(JOBS.startNext);
export const publishDescribeJobExecution: Publisher<Job & Token & DescribeJobRequest> = /* @__PURE__ */ publishJob(
  JOBS.describe,
);
export const publishUpdateJobExecution: Publisher<Job & Token & UpdateJobRequest> = /* @__PURE__ */ publishJob(
  JOBS.update,
);
export const subscribeToGetPendingJobExecutionsAccepted: Subscriber<Thing, PendingJobs & Token> =
  /* @__PURE__ */ onTopic(JOBS.getPending.accepted);
export const subscribeToGetPendingJobExecutionsRejected: Subscriber<Thing, ErrorDocument> = /* @__PURE__ */ onTopic(
  JOBS.getPending.rejected,
);
export const subscribeToStartNextPendingJobExecutionAccepted: Subscriber<Thing, JobAnswer & Token> =
  /* @__PURE__ */ onTopic(JOBS.startNext.accepted);
export const subscribeToStartNextPendingJobExecutionRejected: Subscriber<Thing, ErrorDocument> =
  /* @__PURE__ */ onTopic(JOBS.startNext.rejected);
export const subscribeToDescribeJobExecutionAccepted: Subscriber<Job, JobAnswer & Token> = /* @__PURE__ */ onTopic(
  JOBS.describe.accepted,
);
export const subscribeToDescribeJobExecutionRejected: Subscriber<Job, ErrorDocument> = /* @__PURE__ */ onTopic(
  JOBS.describe.rejected,
);
export const subscribeToUpdateJobExecutionAccepted: Subscriber<Job, UpdatedJob & Token> = /* @__PURE__ */ onTopic(
  JOBS.update.accepted,
);
export const subscribeToUpdateJobExecutionRejected: Subscriber<Job, ErrorDocument> = /* @__PURE__ */ onTopic(
  JOBS.update.rejected,
);
export const subscribeToJobExecutionsChangedEvents: Subscriber<Thing, PendingJobsChanged> = /* @__PURE__ */ onTopic(
  JOB_EVENTS.pending,
);
export const subscribeToNextJobExecutionChangedEvents: Subscriber<Thing, JobAnswer> = /* @__PURE__ */ onTopic(
  JOB_EVENTS.next,
);
