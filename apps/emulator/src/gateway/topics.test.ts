import { expect, test } from 'vitest';
import { LIMITS } from '../limits.ts';
import { getsRetained, isBadFilter, isBadTopic, isDeliveredTo } from './topics.ts';

const slashes = (count: number): string => Array.from({ length: count + 1 }, () => 'a').join('/');

test.each([
  ['256 bytes', 'é'.repeat(128), false],
  ['257 bytes', `${'é'.repeat(128)}a`, true],
  ['7 slashes', slashes(7), false],
  ['8 slashes', slashes(8), true],
  ['7 slashes after the name of a rule', `$aws/rules/r/${slashes(7)}`, false],
  ['8 slashes after the name of a rule', `$aws/rules/r/${slashes(8)}`, true],
  ['256 bytes after the name of a rule', `$aws/rules/r/${'a'.repeat(256)}`, false],
  ['a topic of AWS with 8 slashes', '$aws/commands/things/t/executions/e/response/accepted/json', false],
])('a topic of %s', (_, topic, isBad) => {
  expect(isBadTopic(topic, LIMITS)).toBe(isBad);
});

test.each([
  ['7 slashes', slashes(7), false],
  ['8 slashes', slashes(8), true],
  ['7 slashes after the share name', `$share/group/${slashes(7)}`, false],
  ['8 slashes after the share name', `$share/group/${slashes(8)}`, true],
  ['256 bytes after the share name', `$share/group/${'a'.repeat(256)}`, false],
  ['a share name of 129 bytes', `$share/${'a'.repeat(129)}/b`, true],
])('a filter of %s', (_, filter, isBad) => {
  expect(isBadFilter(filter, LIMITS)).toBe(isBad);
});

test('a filter with # does not match the level above it', () => {
  expect(isDeliveredTo('sensor/#', 'sensor')).toBe(false);
  expect(isDeliveredTo('sensor/#', 'sensor/')).toBe(true);
  expect(isDeliveredTo('sensor/#', 'sensor/a/b')).toBe(true);
  expect(isDeliveredTo('+/#', 'sensor')).toBe(false);
  expect(isDeliveredTo('#', 'sensor')).toBe(true);
  expect(isDeliveredTo('$share/g/sensor/#', 'sensor')).toBe(false);
  expect(isDeliveredTo('$share/g/sensor/#', 'sensor/a')).toBe(true);
  expect(isDeliveredTo('sensor', 'other')).toBe(false);
});

test('retained messages go to exact filters alone', () => {
  expect(['a/b', 'a/+', 'a/#', '$share/g/a'].map(getsRetained)).toEqual([true, false, false, false]);
});
