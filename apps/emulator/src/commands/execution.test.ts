import { expect, test } from 'vitest';
import type { JsonObject } from '../services/json.ts';
import { type CommandExecution, type CommandRejection, timeOutCommand, updateCommand } from './execution.ts';

const CREATED: CommandExecution = {
  commandId: 'reboot',
  executionId: 'e1',
  deviceType: 'things',
  deviceId: 'lamp',
  status: 'CREATED',
  isOver: false,
};

function update(execution: CommandExecution, request: JsonObject): CommandExecution {
  const updated = updateCommand(execution, request, { binIsBase64: true });
  if ('error' in updated) throw new Error(updated.error);
  return updated;
}

const refusal = (execution: CommandExecution, request: JsonObject): CommandRejection | undefined => {
  const updated = updateCommand(execution, request, { binIsBase64: true });
  return 'error' in updated ? updated : undefined;
};

test('in progress any number of times, then over', () => {
  const running = update(update(CREATED, { status: 'IN_PROGRESS' }), { status: 'IN_PROGRESS' });
  const done = update(running, {
    status: 'SUCCEEDED',
    result: { text: { s: '' }, flag: { b: false }, bytes: { bin: 'AQI=' } },
  });
  expect(done).toMatchObject({ status: 'SUCCEEDED', isOver: true, result: { text: { s: '' } } });
  expect(refusal(done, { status: 'FAILED' })).toMatchObject({ error: 'TerminalStateReached' });
  expect(timeOutCommand(done)).toBe(done);
});

test('when the cloud has given up the device still has the last word, once', () => {
  const timedOut = timeOutCommand(update(CREATED, { status: 'IN_PROGRESS' }));
  expect(timedOut).toMatchObject({ status: 'TIMED_OUT', statusReason: { reasonCode: '$NO_RESPONSE_FROM_DEVICE' } });
  expect(refusal(timedOut, { status: 'IN_PROGRESS' })).toMatchObject({ error: 'InvalidStateTransition' });
  for (const status of ['SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT']) {
    const over = update(timedOut, { status });
    expect(over).toMatchObject({ status, isOver: true });
    expect(refusal(over, { status })).toMatchObject({ error: 'TerminalStateReached' });
  }
});

test.each([
  [{}],
  [{ status: 'CREATED' }],
  [{ status: 'FAILED', statusReason: 'text' }],
  [{ status: 'FAILED', statusReason: {} }],
  [{ status: 'FAILED', statusReason: { reasonCode: 'lower' } }],
  [{ status: 'FAILED', statusReason: { reasonCode: 'A', reasonDescription: '\u0007' } }],
  [{ status: 'FAILED', statusReason: { reasonCode: 'A', reasonDescription: 'x'.repeat(1025) } }],
  [{ status: 'SUCCEEDED', result: {} }],
  [{ status: 'SUCCEEDED', result: { a: 'text' } }],
  [{ status: 'SUCCEEDED', result: { a: {} } }],
  [{ status: 'SUCCEEDED', result: { a: { s: 1 } } }],
  [{ status: 'SUCCEEDED', result: { a: { s: 'x', b: true } } }],
  [{ status: 'SUCCEEDED', result: { a: { bin: 'no base64!' } } }],
])('the update %j is no request', (request) => {
  expect(refusal(CREATED, request as JsonObject)).toMatchObject({ error: 'InvalidRequest' });
});
