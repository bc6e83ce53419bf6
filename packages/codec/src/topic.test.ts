import { describe, expect, it } from 'vitest';
import { isSharedFilter, matchTopic, parseSharedFilter, validateTopicFilter, validateTopicName } from './topic.ts';

const LONGEST = 'a'.repeat(65_535);

describe('validateTopicName', () => {
  it.each(['a', '/', '/a', 'a//b', ' ', '$SYS/x', '$share/g/t', 'é', '\ufeff', '\u{1f600}', LONGEST])(
    'takes %j',
    (topic) => {
      expect(validateTopicName(topic)).toBeUndefined();
    },
  );

  it.each([
    ['', 'empty', '[MQTT-4.7.3-1] [MQTT3-4.7.3-1]'],
    ['a/+', 'wildcard', '[MQTT-4.7.0-1] [MQTT3-4.7.1-1]'],
    ['#', 'wildcard', '[MQTT-4.7.0-1] [MQTT3-4.7.1-1]'],
    ['a+b', 'wildcard', '[MQTT-4.7.0-1] [MQTT3-4.7.1-1]'],
    ['t\0', 'U+0000', '[MQTT-4.7.3-2] [MQTT3-4.7.3-2]'],
    ['a\ud800', 'surrogate', '[MQTT-1.5.4-1] [MQTT3-1.5.3-1]'],
    ['\udc00a', 'surrogate', '[MQTT-1.5.4-1] [MQTT3-1.5.3-1]'],
    [`${LONGEST}a`, '65535', '[MQTT-4.7.3-3] [MQTT3-4.7.3-3]'],
    ['€'.repeat(21_846), '65535', '[MQTT-4.7.3-3] [MQTT3-4.7.3-3]'],
  ])('refuses %j: %s %s', (topic, problem) => {
    expect(validateTopicName(topic)).toContain(problem);
  });
});

describe('validateTopicFilter', () => {
  it.each([
    'a',
    '#',
    '+',
    'a/#',
    '/#',
    '+/a/#',
    'a/+/b',
    '+/+',
    '$SYS/#',
    '$share',
    '$share/g/t',
    '$share/g//t',
    '$share/g/#',
    LONGEST,
  ])('takes %j [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT3-4.7.1-2] [MQTT3-4.7.1-3]', (filter) => {
    expect(validateTopicFilter(filter)).toBeUndefined();
    expect(validateTopicFilter(filter, 4)).toBeUndefined();
  });

  it.each([
    ['a#', '[MQTT-4.7.1-1] [MQTT3-4.7.1-2]'],
    ['a/#/b', '[MQTT-4.7.1-1] [MQTT3-4.7.1-2]'],
    ['#/a', '[MQTT-4.7.1-1] [MQTT3-4.7.1-2]'],
    ['a/b#', '[MQTT-4.7.1-1] [MQTT3-4.7.1-2]'],
    ['##', '[MQTT-4.7.1-1] [MQTT3-4.7.1-2]'],
    ['a+', '[MQTT-4.7.1-2] [MQTT3-4.7.1-3]'],
    ['+a', '[MQTT-4.7.1-2] [MQTT3-4.7.1-3]'],
    ['a/b+/c', '[MQTT-4.7.1-2] [MQTT3-4.7.1-3]'],
    ['++', '[MQTT-4.7.1-2] [MQTT3-4.7.1-3]'],
    ['+#', '[MQTT-4.7.1-2] [MQTT3-4.7.1-3]'],
    ['', '[MQTT-4.7.3-1] [MQTT3-4.7.3-1]'],
    ['a\0b', '[MQTT-4.7.3-2] [MQTT3-4.7.3-2]'],
    ['\ud800', '[MQTT-3.8.3-1] [MQTT3-3.8.3-1]'],
    [`${LONGEST}a`, '[MQTT-4.7.3-3] [MQTT3-4.7.3-3]'],
  ])('refuses %j in both versions %s', (filter) => {
    expect(validateTopicFilter(filter)).toBeTypeOf('string');
    expect(validateTopicFilter(filter, 4)).toBeTypeOf('string');
  });

  it.each(['$share/', '$share//t', '$share/g', '$share/g/'])('refuses %j in 5.0 only [MQTT-4.8.2-1]', (filter) => {
    expect(validateTopicFilter(filter)).toContain('share');
    expect(validateTopicFilter(filter, 4)).toBeUndefined();
  });

  it.each(['$share/+/t', '$share/#/t', '$share/a+/t', '$share/a#/t'])(
    'refuses %j: a wildcard in the share name [MQTT-4.8.2-2]',
    (filter) => {
      expect(validateTopicFilter(filter)).toContain('share');
    },
  );
});

describe('shared filters', () => {
  it('are told from others by their prefix', () => {
    expect(isSharedFilter('$share/g/t')).toBe(true);
    expect(isSharedFilter('$share')).toBe(false);
    expect(isSharedFilter('a/$share/g/t')).toBe(false);
  });

  it('are split into share name and filter', () => {
    expect(parseSharedFilter('$share/g/a/+')).toEqual({ shareName: 'g', filter: 'a/+' });
    expect(parseSharedFilter('$share/g//t')).toEqual({ shareName: 'g', filter: '/t' });
    for (const filter of ['a', '$share', '$share/', '$share//t', '$share/g', '$share/g/']) {
      expect(parseSharedFilter(filter), `filter ${filter}`).toBeUndefined();
    }
  });
});

describe('matchTopic', () => {
  it.each([
    ['a', 'a'],
    ['a/b', 'a/b'],
    ['a//b', 'a//b'],
    ['/a', '/a'],
    ['+', 'a'],
    ['a/+', 'a/'],
    ['+/+', '/'],
    ['/+', '/a'],
    ['a/+/c', 'a/b/c'],
    ['a/+/c', 'a//c'],
    ['#', 'a'],
    ['#', '/'],
    ['#', 'a/b/c'],
    ['a/#', 'a'],
    ['a/#', 'a/'],
    ['a/#', 'a/b/c'],
    ['a/+/#', 'a/b'],
    ['+/#', 'a'],
    ['+/a/#', 'x/a'],
    ['$SYS/#', '$SYS'],
    ['$SYS/#', '$SYS/x'],
    ['$SYS/+', '$SYS/x'],
    ['a/$b', 'a/$b'],
    ['+/$b', 'a/$b'],
    ['é', 'é'],
    ['$share/g/a/+', 'a/b'],
    ['$share/g/#', 'a'],
    ['$share/g//t', '/t'],
    ['$share/g/$SYS/#', '$SYS/x'],
  ])('%j matches %j', (filter, topic) => {
    expect(matchTopic(filter, topic)).toBe(true);
  });

  it.each([
    ['a', 'b', ''],
    ['a', 'ab', ''],
    ['ab', 'a', ''],
    ['a', 'a/', ''],
    ['a', '/a', ''],
    ['a/b', 'a', ''],
    ['a/+', 'a', ''],
    ['a/+', 'a/b/c', ''],
    ['+', 'a/b', ''],
    ['+', '/a', ''],
    ['a/#', 'ab', ''],
    ['a/#', 'b/a', ''],
    ['a/+/#', 'a', ''],
    ['A', 'a', '[MQTT-4.7.3-4] [MQTT3-4.7.3-4]'],
    ['a ', 'a', '[MQTT-4.7.3-4] [MQTT3-4.7.3-4]'],
    ['é', 'e\u0301', '[MQTT-4.7.3-4] [MQTT3-4.7.3-4]'],
    ['#', '$SYS/x', '[MQTT-4.7.2-1] [MQTT3-4.7.2-1]'],
    ['+/x', '$SYS/x', '[MQTT-4.7.2-1] [MQTT3-4.7.2-1]'],
    ['+', '$SYS', '[MQTT-4.7.2-1] [MQTT3-4.7.2-1]'],
    ['$share/g/#', '$SYS/x', '[MQTT-4.7.2-1]'],
    ['$share/g/a', '$share/g/a', ''],
  ])('%j does not match %j %s', (filter, topic) => {
    expect(matchTopic(filter, topic)).toBe(false);
  });

  it('agrees with matching level by level, for every short filter and topic', () => {
    const levels = ['', 'a', 'b', '$a'];
    const topics = [...levels, ...levels.flatMap((one) => levels.map((two) => `${one}/${two}`))].filter(Boolean);
    const parts = [...levels, '+'];
    const filters = [
      ...parts,
      ...parts.flatMap((one) => [...parts, '#'].map((two) => `${one}/${two}`)),
      ...parts.flatMap((one) => parts.map((two) => `${one}/${two}/#`)),
      '#',
    ].filter(Boolean);
    for (const filter of filters) {
      for (const topic of topics) {
        expect(matchTopic(filter, topic), `${filter} and ${topic}`).toBe(
          matchesByLevels(filter.split('/'), topic.split('/')),
        );
      }
    }
  });
});

function matchesByLevels(filter: readonly string[], topic: readonly string[]): boolean {
  if (topic[0]?.startsWith('$') && (filter[0] === '+' || filter[0] === '#')) return false;
  const isOpen = filter.at(-1) === '#';
  const fixed = isOpen ? filter.slice(0, -1) : filter;
  if (isOpen ? topic.length < fixed.length : topic.length !== fixed.length) return false;
  return fixed.every((level, index) => level === '+' || level === topic[index]);
}
