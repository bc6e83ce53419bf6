import { expect, test } from 'vitest';
import { mayBePublished, mayBeSubscribed } from './reserved-topics.ts';

test.each([
  ['plants/p1', true],
  ['$aws/things/t/shadow/update', true],
  ['$aws/things/t/shadow/name/n/get', true],
  ['$aws/things/t/shadow/update/accepted', false],
  ['$aws/things/t/shadow/update/delta', false],
  ['$aws/things/t/jobs/start-next', true],
  ['$aws/things/t/jobs/$next/get', true],
  ['$aws/things/t/jobs/unheard-of', true],
  ['$aws/things/t/jobs/notify', false],
  ['$aws/things/t/jobs/get/accepted', false],
  ['$aws/certificates/create/json', true],
  ['$aws/certificates/create/yaml', false],
  ['$aws/provisioning-templates/t/provision/json', true],
  ['$aws/commands/things/t/executions/e/response/json', true],
  ['$aws/commands/things/t/executions/e/request/json', false],
  ['$aws/rules/r/anything/at/all', true],
  ['$aws/events/presence/connected/c', false],
  ['$aws/other', false],
  ['$SYS/x', false],
])('publishing to %s: %s', (topic, isAllowed) => {
  expect(mayBePublished(topic)).toBe(isAllowed);
});

test.each([
  ['#', true],
  ['$aws/things/+/shadow/#', true],
  ['$aws/events/presence/+/+', true],
  ['$aws/commands/things/t/executions/+/request/json', true],
  ['$aws/commands/things/t/executions/+/request', true],
  ['$aws/commands/things/t/executions/+/request/+', false],
  ['$aws/commands/things/t/executions/+/request/#', false],
  ['$aws/rules/r/x', false],
  ['$SYS/#', false],
])('subscribing to %s: %s', (filter, isAllowed) => {
  expect(mayBeSubscribed(filter, true)).toBe(isAllowed);
});
