import { expect, test } from 'vitest';
import { Cloud } from '../cloud/cloud.ts';
import type { ShadowOperation } from './shadows.ts';
import { Shadows } from './shadows.ts';

function setUp() {
  const cloud = new Cloud();
  const shadows = new Shadows(cloud);
  const ask = (operation: ShadowOperation, request: unknown, key = 'k') => {
    const payload = request instanceof Uint8Array ? request : new TextEncoder().encode(JSON.stringify(request));
    return Object.fromEntries(
      shadows.handle(operation, key, 'lamp', payload).map(({ suffix, content }) => [suffix, content]),
    );
  };
  return { cloud, ask };
}

const seconds = expect.any(Number);

test('the first update: version 1, documents, and a delta with the token', () => {
  const { ask } = setUp();
  expect(ask('update', { state: { desired: { on: true }, reported: { on: false } }, clientToken: 't' })).toEqual({
    'update/accepted': {
      state: { desired: { on: true }, reported: { on: false } },
      metadata: { desired: { on: { timestamp: seconds } }, reported: { on: { timestamp: seconds } } },
      version: 1,
      timestamp: seconds,
      clientToken: 't',
    },
    'update/documents': {
      previous: { state: {}, metadata: {}, version: 0 },
      current: {
        state: { desired: { on: true }, reported: { on: false } },
        metadata: { desired: { on: { timestamp: seconds } }, reported: { on: { timestamp: seconds } } },
        version: 1,
      },
      timestamp: seconds,
      clientToken: 't',
    },
    'update/delta': {
      state: { on: true },
      metadata: { on: { timestamp: seconds } },
      version: 1,
      timestamp: seconds,
      clientToken: 't',
    },
  });
});

test('get has a delta only where there is one, and echoes the token', () => {
  const { ask } = setUp();
  ask('update', { state: { desired: { on: true } } });
  expect(ask('get', { clientToken: 'g' })).toMatchObject({
    'get/accepted': { state: { desired: { on: true }, delta: { on: true } }, version: 1, clientToken: 'g' },
  });
  ask('update', { state: { reported: { on: true } } });
  const got = ask('get', new Uint8Array())['get/accepted'];
  expect(got).not.toHaveProperty('clientToken');
  expect(got).toEqual({
    state: { desired: { on: true }, reported: { on: true } },
    metadata: expect.any(Object),
    version: 2,
    timestamp: seconds,
  });
});

test('the delta is repeated while it lasts, or not', () => {
  const { ask, cloud } = setUp();
  ask('update', { state: { desired: { on: true } } });
  expect(ask('update', { state: { reported: { other: 1 } } })).toHaveProperty('update/delta');
  cloud.switches.repeatDelta = false;
  expect(ask('update', { state: { reported: { other: 2 } } })).not.toHaveProperty('update/delta');
  expect(ask('update', { state: { desired: { more: 1 } } })).toHaveProperty('update/delta');
});

test('nesting without end is refused, and not followed', () => {
  const { ask } = setUp();
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const deep = `${open.repeat(20_000)}1${close.repeat(20_000)}`;
    const payload = new TextEncoder().encode(`{"state":{"desired":{"a":${deep}}},"clientToken":"t"}`);
    expect(ask('update', payload)['update/rejected']).toMatchObject({ code: 400, clientToken: 't' });
  }
});

test('a version that is not the current one conflicts, and nothing changes', () => {
  const { ask } = setUp();
  ask('update', { state: { desired: { a: 1 } } });
  expect(ask('update', { state: { desired: { a: 2 } }, version: 2, clientToken: 't' })).toEqual({
    'update/rejected': { code: 409, message: 'Version conflict', clientToken: 't' },
  });
  expect(ask('update', { state: { desired: { a: 3 } }, version: 1 })).toMatchObject({
    'update/accepted': { version: 2 },
  });
});

test('a shadow that does not exist', () => {
  const { ask } = setUp();
  const missing = { code: 404, message: "No shadow exists with name: 'lamp'", timestamp: seconds };
  expect(ask('get', {})).toEqual({ 'get/rejected': missing });
  expect(ask('delete', { clientToken: 'd' })).toEqual({ 'delete/rejected': { ...missing, clientToken: 'd' } });
});

test('a version where there is no shadow conflicts, or does not matter', () => {
  const { ask, cloud } = setUp();
  const request = { state: { desired: { a: 1 } }, version: 0 };
  expect(ask('update', request)).toEqual({ 'update/rejected': { code: 409, message: 'Version conflict' } });
  cloud.switches.versionWhenAbsent = 'ignore';
  expect(ask('update', request)).toMatchObject({ 'update/accepted': { version: 1 } });
});

test.each([{}, { desired: {} }, { desired: null }])('an update with nothing in it makes a shadow: %j', (state) => {
  const { ask } = setUp();
  expect(ask('update', { state })).toMatchObject({ 'update/accepted': { version: 1 } });
  expect(ask('get', {})).toMatchObject({ 'get/accepted': { state: {}, version: 1 } });
  expect(ask('update', { state })).toMatchObject({ 'update/accepted': { version: 2 } });
});

test('a deleted shadow goes on counting for two days', () => {
  const { ask, cloud } = setUp();
  ask('update', { state: { desired: { a: 1 } } });
  expect(ask('delete', { clientToken: 'd' })).toEqual({
    'delete/accepted': { version: 1, timestamp: seconds, clientToken: 'd' },
  });
  expect(ask('update', { state: { desired: { a: 1 } } })).toMatchObject({ 'update/accepted': { version: 2 } });
  ask('delete', {});
  cloud.clock.offsetMs = 49 * 3_600_000;
  expect(ask('update', { state: {} })).toMatchObject({ 'update/accepted': { version: 1 } });
});

test('shadows are independent of each other', () => {
  const { ask } = setUp();
  ask('update', { state: { desired: { a: 1 } } }, 'one');
  expect(ask('update', { state: { desired: { a: 1 } } }, 'two')).toMatchObject({ 'update/accepted': { version: 1 } });
});

const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) });

test.each([
  ['no JSON', new TextEncoder().encode('{'), 400, 'Invalid JSON'],
  ['no UTF-8', Uint8Array.of(0xff), 415, 'Unsupported documented encoding; supported encoding is UTF-8'],
  ['a list', [], 400, 'Invalid JSON'],
  ['no state', {}, 400, 'Missing required node: state'],
  ['a state that is no object', { state: 1 }, 400, 'State node must be an object'],
  ['a desired section that is no object', { state: { desired: 1 } }, 400, 'Desired node must be an object'],
  ['a reported section that is no object', { state: { reported: [] } }, 400, 'Reported node must be an object'],
  ['another section', { state: { other: {} } }, 400, 'State contains an invalid node'],
  ['a version that is none', { state: {}, version: 'x' }, 400, 'Invalid version'],
  ['a token that is too long', { state: {}, clientToken: 'x'.repeat(65) }, 400, 'Invalid clientToken'],
  ['a token that is no text', { state: {}, clientToken: 1 }, 400, 'Invalid clientToken'],
  ['too many levels', { state: { desired: deep(8) } }, 400, 'JSON contains too many levels of nesting; maximum is 8'],
  ['a null in a list', { state: { desired: { a: [{ b: [null] }] } } }, 400, 'Invalid JSON'],
])('an update with %s is rejected', (_, request, code, message) => {
  expect(setUp().ask('update', request)).toEqual({ 'update/rejected': { code, message, timestamp: seconds } });
});

test('the size is that of the whole document: a small update can be too much', () => {
  const { ask } = setUp();
  expect(ask('update', { state: { desired: { a: 'x'.repeat(8000) } } })).toHaveProperty('update/accepted');
  expect(ask('update', { state: { reported: { b: 'x'.repeat(200) } } })).toMatchObject({
    'update/rejected': { code: 413 },
  });
});

test.each([
  ['empty', { previous: { state: {}, metadata: {}, version: 0 } }],
  ['absent', {}],
] as const)('what was before the first version is a switch: %s', (previousOfFirst, previous) => {
  const { ask, cloud } = setUp();
  Object.assign(cloud.switches, { previousOfFirst });
  const { 'update/documents': document } = ask('update', { state: { desired: { a: 1 } } }) as Record<string, object>;
  expect(Object.hasOwn(document ?? {}, 'previous')).toBe('previous' in previous);
  expect(document).toMatchObject(previous);
});

test('the first version, and what else may be in a state, are switches', () => {
  const { ask, cloud } = setUp();
  Object.assign(cloud.switches, { firstShadowVersion: 0, otherStateKeys: 'ignore' });
  expect(ask('update', { state: { desired: { a: 1 }, other: 1 } })).toMatchObject({
    'update/accepted': { version: 0, state: { desired: { a: 1 } } },
  });
  expect(ask('get', {})).toMatchObject({ 'get/accepted': { version: 0, state: { desired: { a: 1 } } } });
  expect(ask('update', { state: { reported: { a: 1 } }, version: 0 })).toMatchObject({
    'update/accepted': { version: 1 },
  });
});
