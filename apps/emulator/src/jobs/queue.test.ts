import { expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import type { JsonObject } from '../services/json.ts';
import { SWITCHES } from '../switches.ts';
import { notificationsOf } from './notifications.ts';
import { JobQueue } from './queue.ts';

function setUp(...jobIds: readonly string[]) {
  const queue = new JobQueue();
  jobIds.forEach((jobId, index) => queue.add(jobId, 'lamp', { job: jobId }, 100 + index));
  const switches = { ...SWITCHES };
  const rules = (now = 200) => ({ now, limits: LIMITS, switches });
  const update = (jobId: string, request: JsonObject, now?: number) => queue.update(jobId, request, rules(now));
  const statuses = () => queue.executions.map(({ status }) => status);
  return { queue, switches, rules, update, statuses };
}

const rejected = (code: string, more: object = {}) => ({ rejected: { code, message: expect.any(String), ...more } });

test('from the queue to its end', () => {
  const { queue, rules, update, statuses } = setUp('a');
  expect(queue.startNext({ statusDetails: { step: 'one' } }, rules(110))).toEqual({
    accepted: {
      execution: {
        jobId: 'a',
        thingName: 'lamp',
        executionNumber: 1,
        versionNumber: 2,
        status: 'IN_PROGRESS',
        statusDetails: { step: 'one' },
        queuedAt: 100,
        startedAt: 110,
        lastUpdatedAt: 110,
        jobDocument: { job: 'a' },
      },
    },
  });
  expect(
    update('a', { status: 'IN_PROGRESS', statusDetails: { step: 'two' }, includeJobExecutionState: true }, 120),
  ).toEqual({
    accepted: { executionState: { status: 'IN_PROGRESS', statusDetails: { step: 'two' }, versionNumber: 3 } },
  });
  expect(update('a', { status: 'SUCCEEDED', includeJobDocument: true }, 130)).toEqual({
    accepted: { jobDocument: { job: 'a' } },
  });
  expect(queue.executions).toMatchObject([{ startedAt: 110, lastUpdatedAt: 130, statusDetails: { step: 'two' } }]);
  expect(statuses()).toEqual(['SUCCEEDED']);
});

test('starting the next one again changes nothing', () => {
  const { queue, rules } = setUp('a', 'b');
  queue.startNext({ statusDetails: { step: 'one' } }, rules());
  expect(queue.startNext({ statusDetails: { step: 'other' } }, rules())).toMatchObject({
    accepted: { execution: { jobId: 'a', versionNumber: 2, statusDetails: { step: 'one' } } },
  });
});

test('nothing is pending', () => {
  const { queue, rules } = setUp();
  expect(queue.startNext({}, rules())).toEqual({ accepted: {} });
  expect(queue.describe('$next', {})).toEqual({ accepted: {} });
  expect(queue.pending()).toEqual({ accepted: { inProgressJobs: [], queuedJobs: [] } });
});

test('what is in progress comes before what is older and queued', () => {
  const { queue, update } = setUp('a', 'b');
  update('b', { status: 'IN_PROGRESS' });
  expect(queue.describe('$next', {})).toMatchObject({ accepted: { execution: { jobId: 'b' } } });
  expect(queue.pending()).toMatchObject({
    accepted: { inProgressJobs: [{ jobId: 'b' }], queuedJobs: [{ jobId: 'a' }] },
  });
});

test('false and 0 are values', () => {
  const { queue, update } = setUp('a');
  const described = queue.describe('a', { includeJobDocument: false });
  expect(described).toMatchObject({ accepted: { execution: { jobId: 'a' } } });
  expect(described).not.toMatchObject({ accepted: { execution: { jobDocument: {} } } });
  expect(queue.describe('a', { executionNumber: 0 })).toEqual(rejected('ResourceNotFound'));
  expect(update('a', { status: 'FAILED', expectedVersion: 0 })).toEqual(
    rejected('VersionMismatch', { executionState: { status: 'QUEUED', versionNumber: 1 } }),
  );
});

test.each(['SUCCEEDED', 'FAILED', 'REJECTED'])('nothing follows %s', (status) => {
  const { queue, update } = setUp('a');
  update('a', { status });
  const executionState = { status, versionNumber: 2 };
  expect(update('a', { status: 'IN_PROGRESS' })).toEqual(rejected('InvalidStateTransition', { executionState }));
  expect(queue.describe('a', {})).toEqual(rejected('TerminalStateReached', { executionState }));
  expect(queue.set('a', 'TIMED_OUT', 1)).toBe(false);
});

test('whether a job may end without having begun is a switch', () => {
  const { switches, update, statuses } = setUp('a');
  switches.queuedToTerminal = false;
  expect(update('a', { status: 'SUCCEEDED' })).toMatchObject(rejected('InvalidStateTransition'));
  expect(update('a', { status: 'REJECTED' })).toEqual({ accepted: {} });
  expect(statuses()).toEqual(['REJECTED']);
});

test.each([
  [{}, 'InvalidRequest'],
  [{ status: 'CANCELED' }, 'InvalidRequest'],
  [{ status: 'FAILED', statusDetails: 'text' }, 'InvalidRequest'],
  [{ status: 'FAILED', statusDetails: { a: 1 } }, 'InvalidRequest'],
  [{ status: 'FAILED', statusDetails: { a: 'x'.repeat(129) } }, 'InvalidRequest'],
  [
    { status: 'FAILED', statusDetails: Object.fromEntries(Array.from('abcdefghijk', (name) => [name, 'x'])) },
    'InvalidRequest',
  ],
  [{ status: 'FAILED', executionNumber: 2 }, 'ResourceNotFound'],
  [{ status: 'FAILED', expectedVersion: 2 }, 'VersionMismatch'],
])('the update %j is rejected with %s', (request, code) => {
  const { update, statuses } = setUp('a');
  expect(update('a', request as JsonObject)).toMatchObject(rejected(code));
  expect(update('b', { status: 'FAILED' })).toEqual(rejected('ResourceNotFound'));
  expect(statuses()).toEqual(['QUEUED']);
});

test('a timer is asked for by what is in progress alone', () => {
  const { update } = setUp('a');
  expect(update('a', { status: 'IN_PROGRESS', stepTimeoutInMinutes: 5 })).toEqual({
    accepted: {},
    stepTimeout: { jobId: 'a', minutes: 5 },
  });
  expect(update('a', { status: 'SUCCEEDED', stepTimeoutInMinutes: 5 })).toEqual({ accepted: {} });
});

test('subscribers hear of what is added and what ends, not of progress', () => {
  const { queue, switches, rules, update } = setUp();
  const during = (act: () => void): string[] => {
    const before = queue.executions;
    act();
    return notificationsOf(before, queue.executions, switches).map(
      ({ suffix, content }) =>
        `${suffix} ${
          JSON.stringify(content)
            .match(/"jobId":"\w"/g)
            ?.join() ?? '-'
        }`,
    );
  };
  expect(during(() => queue.add('a', 'lamp', {}, 1))).toEqual(['notify "jobId":"a"', 'notify-next "jobId":"a"']);
  expect(during(() => queue.add('b', 'lamp', {}, 2))).toEqual(['notify "jobId":"a","jobId":"b"']);
  expect(during(() => queue.startNext({}, rules()))).toEqual([]);
  expect(during(() => update('a', { status: 'IN_PROGRESS' }))).toEqual([]);
  expect(during(() => update('a', { status: 'SUCCEEDED' }))).toEqual(['notify "jobId":"b"', 'notify-next "jobId":"b"']);
  switches.notifyProgress = true;
  expect(during(() => queue.startNext({}, rules()))).toEqual(['notify "jobId":"b"']);
  expect(during(() => queue.set('b', 'CANCELED', 3))).toEqual(['notify -', 'notify-next -']);
});
