import type { Switches } from '../switches.ts';
import { describe, type Execution, isPending, nextOf, summaryOf } from './execution.ts';

/** A notification: the end of its topic, and its content without the timestamp. */
export interface Notification {
  readonly suffix: 'notify' | 'notify-next';
  readonly content: object;
}

const LISTED = 10;

/** What subscribers are told of a change: that other jobs are pending, and that another is the next. */
export function notificationsOf(
  before: readonly Execution[],
  after: readonly Execution[],
  { notifyProgress }: Pick<Switches, 'notifyProgress'>,
): readonly Notification[] {
  const next = nextOf(after);
  const hasOthers = namesOf(before, notifyProgress) !== namesOf(after, notifyProgress);
  return [
    ...(hasOthers ? [{ suffix: 'notify', content: { jobs: listOf(after) } } as const] : []),
    ...(nextOf(before)?.jobId === next?.jobId
      ? []
      : [{ suffix: 'notify-next', content: next === undefined ? {} : { execution: describe(next) } } as const]),
  ];
}

/** What is compared: which jobs are pending, and how far they are where that counts. */
function namesOf(executions: readonly Execution[], withStatus: boolean): string {
  return JSON.stringify(
    executions.filter(isPending).map(({ jobId, status }) => (withStatus ? [jobId, status] : jobId)),
  );
}

/** By status, what is in progress first. */
function listOf(executions: readonly Execution[]): object {
  const withStatus = (wanted: string) => executions.filter(({ status }) => status === wanted);
  const listed = [...withStatus('IN_PROGRESS'), ...withStatus('QUEUED')].slice(0, LISTED);
  const lists = (['IN_PROGRESS', 'QUEUED'] as const).map(
    (wanted) => [wanted, listed.filter(({ status }) => status === wanted).map((one) => summaryOf(one))] as const,
  );
  return Object.fromEntries(lists.filter(([, list]) => list.length > 0));
}
