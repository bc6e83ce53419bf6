import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Payload, payloadBytes } from './payload.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const numbers = (bytes: Uint8Array): number[] => Array.from(bytes);

/** What callers without types pass. */
const untyped = (value: unknown): Payload => value as Payload;

describe('Payload', () => {
  interface Reading {
    readonly celsius: number;
    readonly at?: string;
  }
  class Point {
    x = 1;
    y = 2;
  }

  it('is an object of any interface or class, and what is made of such', () => {
    expectTypeOf<Reading>().toExtend<Payload>();
    expectTypeOf<readonly Reading[]>().toExtend<Payload>();
    expectTypeOf<{ readonly latest: Reading | null }>().toExtend<Payload>();
    expectTypeOf<Point>().toExtend<Payload>();
    expectTypeOf<Date>().toExtend<Payload>();
    expect(text(payloadBytes(new Point()))).toBe('{"x":1,"y":2}');
  });

  it('is bytes in any view', () => {
    expectTypeOf<DataView>().toExtend<Payload>();
    expectTypeOf<Float32Array>().toExtend<Payload>();
    expectTypeOf<Uint8Array>().toExtend<Payload>();
  });

  it('is nothing that JSON says nothing of', () => {
    expectTypeOf<unknown>().not.toExtend<Payload>();
    expectTypeOf<undefined>().not.toExtend<Payload>();
    expectTypeOf<bigint>().not.toExtend<Payload>();
    expectTypeOf<() => number>().not.toExtend<Payload>();
    expectTypeOf<Promise<string>>().not.toExtend<Payload>();
    expectTypeOf<Blob>().not.toExtend<Payload>();
    expectTypeOf<Map<string, string>>().not.toExtend<Payload>();
    expectTypeOf<Set<string>>().not.toExtend<Payload>();
  });
});

describe('payloadBytes', () => {
  it('sends a string as UTF-8', () => {
    expect(numbers(payloadBytes('grün 🌱'))).toEqual([0x67, 0x72, 0xc3, 0xbc, 0x6e, 0x20, 0xf0, 0x9f, 0x8c, 0xb1]);
    expect(payloadBytes('')).toHaveLength(0);
  });

  it('sends of a view exactly the view', () => {
    const whole = Uint8Array.of(1, 2, 3, 4, 5, 6);
    expect(numbers(payloadBytes(whole.subarray(2, 4)))).toEqual([3, 4]);
    expect(numbers(payloadBytes(new Uint8Array(whole.buffer, 5)))).toEqual([6]);
    expect(numbers(payloadBytes(new DataView(whole.buffer, 1, 3)))).toEqual([2, 3, 4]);
  });

  it('sends the bytes of an ArrayBuffer', () => {
    expect(numbers(payloadBytes(Uint8Array.of(7, 8, 9).buffer))).toEqual([7, 8, 9]);
    expect(payloadBytes(new ArrayBuffer(0))).toHaveLength(0);
  });

  const words = Uint16Array.of(0x0201, 0x0403, 0x0605);
  it.each([
    ['a Uint16Array', words.subarray(1), [3, 4, 5, 6]],
    ['a Float32Array', Float32Array.of(1), [0, 0, 128, 63]],
    ['an Int8Array', Int8Array.of(-1, 1), [255, 1]],
    ['a Uint8ClampedArray', Uint8ClampedArray.of(4), [4]],
    ['a BigInt64Array', BigInt64Array.of(1n), [1, 0, 0, 0, 0, 0, 0, 0]],
  ])('sends the bytes of %s, not its JSON', (_, view, expected) => {
    expect(numbers(payloadBytes(view))).toEqual(expected);
  });

  it("copies what is like Node's Buffer, whose `slice` copies nothing", () => {
    class LikeBuffer extends Uint8Array {
      override slice(): Uint8Array<ArrayBuffer> {
        return this.subarray() as Uint8Array<ArrayBuffer>;
      }
    }
    const buffer = LikeBuffer.of(1, 2, 3);
    const sent = payloadBytes(buffer);
    buffer.fill(9);
    expect(numbers(sent)).toEqual([1, 2, 3]);
  });

  it('copies: what the caller does to its buffer afterwards changes nothing', () => {
    const buffer = Uint8Array.of(1, 2, 3);
    const sent = [payloadBytes(buffer), payloadBytes(buffer.buffer), payloadBytes(new DataView(buffer.buffer))];
    buffer.fill(9);
    expect(sent.map(numbers)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  it.each<[Payload, string]>([
    [{ c: 21, on: true, note: undefined }, '{"c":21,"on":true}'],
    [[1, 'a', null], '[1,"a",null]'],
    [21.5, '21.5'],
    [false, 'false'],
    [null, 'null'],
  ])('sends %j as JSON', (value, expected) => {
    expect(text(payloadBytes(value))).toBe(expected);
  });

  it('asks an object how it is written', () => {
    expect(text(payloadBytes(new Date(0)))).toBe('"1970-01-01T00:00:00.000Z"');
  });

  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a bigint', 10n],
    ['a Blob, whose JSON is {}', new Blob(['x'])],
    ['a promise', Promise.resolve(1)],
    ['a Map', new Map([[1, 2]])],
    ['an error', new Error('x')],
    ['what contains itself', circular],
  ])('refuses %s with INVALID_ARGUMENT', (_, value) => {
    expect(() => payloadBytes(untyped(value))).toThrowError(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
