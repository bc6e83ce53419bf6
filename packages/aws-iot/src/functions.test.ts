import { beforeEach, describe, expect, it } from 'vitest';
import * as all from './functions.ts';
import type { Granted, Messenger } from './messenger.ts';
import { FakeMessenger } from './testing/fake-messenger.test-helpers.ts';

let messenger: FakeMessenger;
beforeEach(() => {
  messenger = new FakeMessenger();
});

/** By their names: a test of each is a row. */
const functions: typeof all = { ...all };

const thing = { thingName: 'lamp' };
const SHADOW = '$aws/things/lamp/shadow';
const JOBS = '$aws/things/lamp/jobs';

describe('the publish and subscribe style', () => {
  it.each<[string, () => Promise<void>, string, object]>([
    [
      'publishGetShadow',
      () => functions.publishGetShadow(messenger, { ...thing, clientToken: 't' }),
      `${SHADOW}/get`,
      { clientToken: 't' },
    ],
    [
      'publishUpdateShadow',
      () =>
        functions.publishUpdateShadow(messenger, {
          ...thing,
          shadowName: 's',
          state: { desired: { a: 0 } },
          version: 0,
        }),
      `${SHADOW}/name/s/update`,
      { state: { desired: { a: 0 } }, version: 0 },
    ],
    ['publishDeleteShadow', () => functions.publishDeleteShadow(messenger, thing), `${SHADOW}/delete`, {}],
    [
      'publishGetPendingJobExecutions',
      () => functions.publishGetPendingJobExecutions(messenger, thing),
      `${JOBS}/get`,
      {},
    ],
    [
      'publishStartNextPendingJobExecution',
      () => functions.publishStartNextPendingJobExecution(messenger, { ...thing, stepTimeoutInMinutes: 1 }),
      `${JOBS}/start-next`,
      { stepTimeoutInMinutes: 1 },
    ],
    [
      'publishDescribeJobExecution',
      () => functions.publishDescribeJobExecution(messenger, { ...thing, jobId: '$next', includeJobDocument: false }),
      `${JOBS}/$next/get`,
      { includeJobDocument: false },
    ],
    [
      'publishUpdateJobExecution',
      () => functions.publishUpdateJobExecution(messenger, { ...thing, jobId: 'j', status: 'FAILED' }),
      `${JOBS}/j/update`,
      { status: 'FAILED' },
    ],
  ])('%s', async (_, publish, topic, body) => {
    await publish();
    expect(messenger.published).toEqual([{ topic, body, token: expect.anything() }]);
  });

  type Subscribe = (client: Messenger, request: never, handler: never) => Promise<Granted>;
  const job = { ...thing, jobId: 'j' };
  const subscribers: [name: keyof typeof functions, request: object, filter: string][] = [
    ['subscribeToGetShadowAccepted', thing, `${SHADOW}/get/accepted`],
    ['subscribeToGetShadowRejected', thing, `${SHADOW}/get/rejected`],
    ['subscribeToUpdateShadowAccepted', { ...thing, shadowName: 's' }, `${SHADOW}/name/s/update/accepted`],
    ['subscribeToUpdateShadowRejected', thing, `${SHADOW}/update/rejected`],
    ['subscribeToDeleteShadowAccepted', thing, `${SHADOW}/delete/accepted`],
    ['subscribeToDeleteShadowRejected', thing, `${SHADOW}/delete/rejected`],
    ['subscribeToShadowDeltaUpdatedEvents', thing, `${SHADOW}/update/delta`],
    ['subscribeToShadowUpdatedEvents', thing, `${SHADOW}/update/documents`],
    ['subscribeToGetPendingJobExecutionsAccepted', thing, `${JOBS}/get/accepted`],
    ['subscribeToGetPendingJobExecutionsRejected', thing, `${JOBS}/get/rejected`],
    ['subscribeToStartNextPendingJobExecutionAccepted', thing, `${JOBS}/start-next/accepted`],
    ['subscribeToStartNextPendingJobExecutionRejected', thing, `${JOBS}/start-next/rejected`],
    ['subscribeToDescribeJobExecutionAccepted', job, `${JOBS}/j/get/accepted`],
    ['subscribeToDescribeJobExecutionRejected', job, `${JOBS}/j/get/rejected`],
    ['subscribeToUpdateJobExecutionAccepted', job, `${JOBS}/j/update/accepted`],
    ['subscribeToUpdateJobExecutionRejected', job, `${JOBS}/j/update/rejected`],
    ['subscribeToJobExecutionsChangedEvents', thing, `${JOBS}/notify`],
    ['subscribeToNextJobExecutionChangedEvents', thing, `${JOBS}/notify-next`],
  ];

  it.each(subscribers)('%s', async (name, request, filter) => {
    const heard: unknown[][] = [];
    const handler = (...args: unknown[]): unknown => heard.push(args);
    const granted = await (functions[name] as Subscribe)(messenger, request as never, handler as never);
    messenger.deliver(filter, { version: 1 });
    messenger.deliver(filter, '{ "privateKey');
    expect(heard).toEqual([[undefined, { version: 1 }], [new Error(`A message on ${filter} is no JSON.`)]]);
    await granted.unsubscribe();
    expect(messenger.filters).toEqual([]);
  });

  it('refuses names that are none', async () => {
    const bad = { thingName: 'a/b' };
    await expect(functions.publishGetShadow(messenger, bad)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(functions.subscribeToGetShadowAccepted(messenger, bad, () => {})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
