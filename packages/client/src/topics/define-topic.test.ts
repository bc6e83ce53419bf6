import { describe, expect, expectTypeOf, it } from 'vitest';
import { ReceivedMessage } from '../message.ts';
import { InvalidMessageError, defineTopic } from './define-topic.ts';
import type { StandardSchema } from './standard-schema.ts';

function message(topic: string, payload: unknown): ReceivedMessage {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const bytes = new TextEncoder().encode(text);
  return new ReceivedMessage({ type: 'publish', topic, payload: bytes, qos: 0, retain: false, duplicate: false });
}

const celsius: StandardSchema<{ c: number }, { kelvin: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const { c } = value as { c?: unknown };
      return typeof c === 'number' ? { value: { kelvin: c + 273 } } : { issues: [{ message: 'c is a number' }] };
    },
  },
};

describe('defineTopic', () => {
  it('makes the filter to subscribe to', () => {
    expect(defineTopic('plants/{plant}/temp').filter).toBe('plants/+/temp');
    expect(defineTopic('plants/{plant}/{rest...}').filter).toBe('plants/+/#');
    expect(defineTopic('plain').filter).toBe('plain');
  });

  it('writes a topic and reads it back', () => {
    const topic = defineTopic('plants/{plant}/{rest...}');
    expect(topic.format({ plant: 'p1', rest: 'a/b' })).toBe('plants/p1/a/b');
    expect(topic.match('plants/p1/a/b')).toEqual({ plant: 'p1', rest: 'a/b' });
    expect(topic.match('other/p1/a')).toBeUndefined();
    expect(defineTopic('a/{b}').match('a/b/c')).toBeUndefined();
    expect(defineTopic('a/{b}').match('a')).toBeUndefined();
  });

  it.each(['', 'a/b', '+', '#', 'x#', 'a\0b'])('refuses %j for one level', (plant) => {
    expect(() => defineTopic('plants/{plant}/temp').format({ plant })).toThrow(TypeError);
  });

  it.each(['a/{b}c', 'a/+/b', 'a/#', '{rest...}/x', '', 'a/{}'])('refuses the pattern %j', (pattern) => {
    expect(() => defineTopic(pattern)).toThrow(TypeError);
  });

  it('knows the names of the levels as types', () => {
    const topic = defineTopic('plants/{plant}/{rest...}');
    expectTypeOf(topic.format).parameter(0).toEqualTypeOf<{ readonly plant: string; readonly rest: string }>();
  });

  it('gives a handler the levels and the checked data, and leaves the message whole', async () => {
    const topic = defineTopic('plants/{plant}/temp', { schema: celsius });
    const seen: unknown[] = [];
    const handler = topic.handler((typed) => {
      expectTypeOf(typed.data).toEqualTypeOf<{ kelvin: number }>();
      seen.push([typed.params.plant, typed.data, typed.topic, typed.text()]);
    });
    await handler(message('plants/p1/temp', { c: 1 }));
    expect(seen).toEqual([['p1', { kelvin: 274 }, 'plants/p1/temp', '{"c":1}']]);
  });

  it('leaves acknowledging to the message', async () => {
    const topic = defineTopic('plants/{plant}/temp', { schema: celsius });
    let acknowledged = 0;
    const original = message('plants/p1/temp', { c: 1 });
    const typed = await topic.read(Object.assign(original, { acknowledge: () => void (acknowledged += 1) }));
    typed.acknowledge();
    (await topic.read(message('plants/p1/temp', { c: 1 }))).acknowledge();
    expect(acknowledged).toBe(1);
  });

  it('gives a loop the levels and the checked data, and tells of what cannot be read', async () => {
    const topic = defineTopic('plants/{plant}/temp', { schema: celsius });
    async function* source(): AsyncGenerator<ReceivedMessage> {
      yield await Promise.resolve(message('plants/p1/temp', { c: 1 }));
      yield message('plants/p1/temp', 'no JSON');
      yield message('plants/p2/temp', { c: 2 });
    }
    const invalid: string[] = [];
    const seen = [];
    for await (const { params, data } of topic.messages(source(), (error) => void invalid.push(error.topic))) {
      expectTypeOf(params).toEqualTypeOf<{ readonly plant: string }>();
      expectTypeOf(data).toEqualTypeOf<{ kelvin: number }>();
      seen.push([params.plant, data.kelvin]);
    }
    expect([seen, invalid]).toEqual([
      [
        ['p1', 274],
        ['p2', 275],
      ],
      ['plants/p1/temp'],
    ]);
    const strict = topic.messages(source());
    await strict.next();
    await expect(strict.next()).rejects.toBeInstanceOf(InvalidMessageError);
  });

  it.each([
    ['another topic', message('other/p1/temp', { c: 1 }), 0],
    ['a payload that is no JSON', message('plants/p1/temp', '{'), 0],
    ['data that the schema refuses', message('plants/p1/temp', { c: 'warm' }), 1],
  ])('rejects a message with %s', async (_, bad, issues) => {
    const topic = defineTopic('plants/{plant}/temp', { schema: celsius });
    const error = await topic.read(bad).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect((error as InvalidMessageError).issues).toHaveLength(issues);
    expect((error as InvalidMessageError).topic).toBe(bad.topic);
  });
});
