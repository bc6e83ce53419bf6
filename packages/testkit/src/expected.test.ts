import { describe, expect, it } from 'vitest';
import { differences } from './expected.ts';

describe('differences', () => {
  const actual = {
    type: 'publish',
    topic: 'a',
    payload: Uint8Array.of(1, 2),
    properties: { receiveMaximum: 2, userProperties: [['k', 'v']] },
  };

  it('finds none where the given fields are as expected, whatever the others are', () => {
    const expected = { topic: 'a', payload: Uint8Array.of(1, 2), properties: { userProperties: [['k', 'v']] } };
    expect(differences(actual, expected)).toEqual([]);
    expect(differences(actual, {})).toEqual([]);
    expect(differences({ a: undefined }, { a: undefined })).toEqual([]);
  });

  it('names every field that differs, with its path', () => {
    expect(differences(actual, { topic: 'b', properties: { receiveMaximum: 3, maximumQoS: 1 } })).toEqual([
      'topic: expected "b", got "a"',
      'properties.receiveMaximum: expected 3, got 2',
      'properties.maximumQoS: expected 1, got undefined',
    ]);
  });

  it('compares bytes and arrays whole', () => {
    expect(differences(actual, { payload: Uint8Array.of(1) })).toEqual([
      'payload: expected bytes [1], got bytes [1 2]',
    ]);
    expect(differences(actual, { properties: { userProperties: [] } })).toHaveLength(1);
    expect(differences({ payload: Uint8Array.of(1) }, { payload: [1] })).toHaveLength(1);
  });

  it('sees where something is missing altogether', () => {
    expect(differences({}, { properties: { receiveMaximum: 1 } })).toEqual([
      'properties: expected {"receiveMaximum":1}, got undefined',
    ]);
  });
});
