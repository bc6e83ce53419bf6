export type { RequestOptions } from './bounds.ts';
export { type Commands, type CommandTarget, createCommands } from './commands/commands.ts';
export type { Command, CommandResultValue, UpdateCommandRequest, UpdatedCommand } from './commands/types.ts';
export { type ErrorDocument, RequestError, type RequestErrorCode, ServiceError } from './errors.ts';
export {
  publishDeleteShadow,
  publishDescribeJobExecution,
  publishGetPendingJobExecutions,
  publishGetShadow,
  publishStartNextPendingJobExecution,
  publishUpdateJobExecution,
  publishUpdateShadow,
  type ResponseHandler,
  subscribeToDeleteShadowAccepted,
  subscribeToDeleteShadowRejected,
  subscribeToDescribeJobExecutionAccepted,
  subscribeToDescribeJobExecutionRejected,
  subscribeToGetPendingJobExecutionsAccepted,
  subscribeToGetPendingJobExecutionsRejected,
  subscribeToGetShadowAccepted,
  subscribeToGetShadowRejected,
  subscribeToJobExecutionsChangedEvents,
  subscribeToNextJobExecutionChangedEvents,
  subscribeToShadowDeltaUpdatedEvents,
  subscribeToShadowUpdatedEvents,
  subscribeToStartNextPendingJobExecutionAccepted,
  subscribeToStartNextPendingJobExecutionRejected,
  subscribeToUpdateJobExecutionAccepted,
  subscribeToUpdateJobExecutionRejected,
  subscribeToUpdateShadowAccepted,
  subscribeToUpdateShadowRejected,
} from './functions.ts';
export { createJobs, type Jobs } from './jobs/jobs.ts';
export type {
  DescribeJobRequest,
  JobAnswer,
  JobExecution,
  JobExecutionState,
  JobStatus,
  JobSummary,
  PendingJobs,
  PendingJobsChanged,
  StartNextRequest,
  StatusDetails,
  UpdatedJob,
  UpdateJobRequest,
} from './jobs/types.ts';
export { type EpochSeconds, type JsonObject, type JsonValue, toDate } from './json.ts';
export type { ConnectionEvent, ConnectionEventName, Granted, Messenger, ReceivedMessage } from './messenger.ts';
export { createPresence, type Presence, type PresenceStatus, watchPresence } from './presence.ts';
export type { PrivateKey } from './provisioning/private-key.ts';
export { createFleetProvisioning, type FleetProvisioning } from './provisioning/provisioning.ts';
export type {
  CreatedCertificate,
  CreatedKeys,
  CsrRequest,
  RegisteredThing,
  RegisterThingRequest,
} from './provisioning/types.ts';
export type { ServiceOptions } from './request.ts';
export type { ShadowVersion } from './shadow/follower.ts';
export type { ShadowNames } from './shadow/operations.ts';
export { createShadow, type Shadow } from './shadow/shadow.ts';
export type { ShadowCopy, ShadowPatch, SyncOptions } from './shadow/sync.ts';
export type {
  DeletedShadow,
  ShadowChange,
  ShadowDelta,
  ShadowDocument,
  ShadowMetadata,
  ShadowSnapshot,
  ShadowState,
  StatePatch,
  UpdatedShadow,
  UpdateShadowRequest,
} from './shadow/types.ts';
export type { Stream, StreamOptions } from './stream.ts';
