import { expect, test } from 'vitest';
import { formatOf, readDocument, writeDocument } from './format.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

test('a topic says its format', () => {
  expect(formatOf('$aws/certificates/create/cbor')).toBe('cbor');
  expect(formatOf('$aws/certificates/create/json')).toBe('json');
  expect(formatOf('$aws/things/cbor/jobs/get')).toBe('json');
});

test.each([
  ['an empty map', 'a0', {}],
  ['text and a number', 'a2616163c3a9786162182a', { a: 'éx', b: 42 }],
  ['a map in a map', 'a16161a16162f4', { a: { b: false } }],
  ['an indefinite map', 'bf616101ff', { a: 1 }],
  ['bytes, which become Base64', 'a16162430102ff', { b: 'AQL/' }],
  ['bytes in a list', 'a1616281420102', { b: ['AQI='] }],
  ['null and a fraction', 'a26161f66162f93e00', { a: null, b: 1.5 }],
  ['a list, which is no object', '80', undefined],
  ['something cut off', 'a16161', undefined],
  ['something behind the end', 'a000', undefined],
  ['nothing', '', undefined],
])('CBOR: %s', (_, hex, expected) => {
  expect(readDocument(bytes(hex), 'cbor')).toEqual(expected);
});

test.each(['json', 'cbor'] as const)('what is written as %s is read again', (format) => {
  const document = { a: '', b: 0, c: false, d: { e: [1, 'é', null] }, f: -1.25, g: 2 ** 40 };
  expect(readDocument(writeDocument(document, format), format)).toEqual(document);
});

test('JSON that is none, or no object', () => {
  for (const text of ['{', '[]', '"a"', 'null']) {
    expect(readDocument(new TextEncoder().encode(text), 'json')).toBe(undefined);
  }
  expect(readDocument(Uint8Array.of(0x22, 0xff, 0x22), 'json')).toBe(undefined);
});
