import { describe, expect, it } from 'vitest';
import { change, numbers, topicLevel } from './fields.ts';

describe('what the admin API is given', () => {
  it.each(['', 'a/b', '#', '+', 'a\0', 'x'.repeat(129), 7, undefined])('%j is no level of a topic', (value) => {
    expect(() => topicLevel({ thing: value }, 'thing')).toThrow('thing must');
  });

  it('is a level of a topic where it can be one', () => {
    expect(topicLevel({ thing: '$a:b c' }, 'thing')).toBe('$a:b c');
  });

  it('changes the fields that a table has, and no other', () => {
    const limits = { rate: 1, burst: 2 };
    expect(change(limits, numbers({ rate: null }))).toEqual({ rate: Number.POSITIVE_INFINITY, burst: 2 });
    expect(() => change(limits, { size: 1 })).toThrow('There is no size.');
    expect(() => change(limits, { toString: 1 })).toThrow('There is no toString.');
    expect(() => change(limits, numbers({ rate: '1' }))).toThrow('rate must be a number.');
  });
});
