import { describe, expect, it } from 'vitest';
import { checkArrows } from '../../../scripts/architecture/check-arrows.mjs';
import { checkContents, checkLengths } from '../../../scripts/architecture/check-conventions.mjs';
import { readSourceFiles } from '../../../scripts/architecture/source-files.mjs';

const files = readSourceFiles();

/** Files over 300 lines, each with the reason why it is better whole. */
const LONG_FILES: Readonly<Record<string, string>> = {};

describe('this repository', () => {
  it('is read: every package and app, and the browser tests', () => {
    const folders = new Set(files.map(({ path }) => path.split('/').slice(0, 2).join('/')));
    expect([...folders]).toEqual(
      expect.arrayContaining([
        'packages/aws-iot',
        'packages/codec',
        'packages/client',
        'packages/testkit',
        'apps/dashboard',
        'e2e/fixtures',
      ]),
    );
  });

  it('has no import that the table of layers does not list', () => {
    expect(checkArrows(files)).toEqual([]);
  });

  it('has no silenced types, no plans, no test left out, and no clock or randomness in pure code', () => {
    expect(files.flatMap(checkContents)).toEqual([]);
  });

  it('has no file over 300 lines without a reason', () => {
    expect(checkLengths(files, LONG_FILES)).toEqual([]);
  });
});

describe('the check of imports', () => {
  const forbidden = [
    ['packages/codec/src/a.ts', "import 'left-pad';", 'codec may not import left-pad'],
    [
      'packages/codec/src/a.ts',
      "import { b } from '../../client/src/b.ts';",
      'codec may not import ../../client/src/b.ts',
    ],
    ['packages/client/src/session/a.ts', "export * from '../io/transport.ts';", 'session may not import'],
    ['packages/client/src/session/a.ts', "import type { Engine } from '../engine.ts';", 'session may not import'],
    ['packages/client/src/engine.ts', "import { dial } from './io/websocket.ts';", 'engine may not import'],
    ['packages/client/src/engine.ts', "import { Client } from './client.ts';", 'engine may not import'],
    ['packages/client/src/io/websocket.ts', "import { Session } from '../session/session.ts';", 'io adapters may not'],
    ['packages/client/src/aws/a.ts', "import type { Engine } from '../engine.ts';", 'helpers may not import'],
    ['packages/client/src/client.ts', "const kit = await import('@mqtide/testkit');", 'client may not import'],
    [
      'packages/testkit/src/a.ts',
      "import { createClient } from '@mqtide/client';",
      'testkit may not import @mqtide/client',
    ],
    ['packages/testkit/src/a.ts', "import { expect } from 'vitest';", 'testkit may not import vitest'],
    ['apps/dashboard/src/a.ts', "type S = import('@mqtide/client/internal').Session;", 'dashboard may not import'],
    ['apps/dashboard/src/a.ts', "import '../../../packages/client/src/index.ts';", 'dashboard may not import'],
    ['e2e/a.spec.ts', "export { Session } from '@mqtide/client/internal';", 'e2e may not import'],
    ['packages/other/src/a.ts', "import './b.ts';", 'belongs to no layer'],
  ] as const;

  it.each(forbidden)('refuses in %s: %s', (path, source, finding) => {
    expect(checkArrows([{ path, source }])).toEqual([expect.stringContaining(finding)]);
  });

  const allowed = [
    ['packages/codec/src/a.ts', "import { b } from './b.ts';"],
    [
      'packages/codec/src/packets/a.test.ts',
      "import fc from 'fast-check'; import { test } from 'vitest'; import '../a.ts';",
    ],
    ['packages/client/src/session/a.ts', "import type { Packet } from '@mqtide/codec';"],
    ['packages/client/src/session/a.test.ts', "import { pair } from '@mqtide/testkit';"],
    [
      'packages/client/src/engine.ts',
      "import type { Transport } from './io/transport.ts'; import './session/session.ts';",
    ],
    ['packages/client/src/client.ts', "import './engine.ts'; import './io/websocket.ts';"],
    [
      'packages/testkit/src/broker/a.ts',
      "import { once } from 'node:events'; import { Session } from '@mqtide/client/internal';",
    ],
    ['apps/dashboard/src/a.ts', "import { createClient } from '@mqtide/client'; import './style.css';"],
  ] as const;

  it.each(allowed)('allows in %s: %s', (path, source) => {
    expect(checkArrows([{ path, source }])).toEqual([]);
  });
});

describe('the check of contents', () => {
  const pure = 'packages/client/src/session/a.ts';
  const findings = [
    [pure, 'const now = Date.now();', 'Date'],
    [pure, 'const at: Date | undefined = undefined;', 'Date'],
    [pure, 'const { now } = globalThis.performance;', 'performance'],
    ['packages/codec/src/a.ts', 'const id = Math.random();', 'Math.random'],
    ['e2e/a.ts', 'let value: any;', 'the type any'],
    ['e2e/a.spec.ts', "test.skip('is left out', () => {});", 'test.skip'],
    ['e2e/a.spec.ts', "test.describe.only('is alone', () => {});", 'test.only'],
    ['e2e/a.ts', '// @ts-ignore', '@ts-ignore'],
    ['e2e/a.ts', '/* TODO: later */', 'TODO'],
  ] as const;

  it.each(findings)('finds in %s: %s', (path, source, what) => {
    expect(checkContents({ path, source: `\n${source}` })).toEqual([`${path}:2 contains ${what}`]);
  });

  const fine = [
    [pure, 'export const row = { Date: 1 }; row.Date;'],
    [pure, "export const greeting = 'any Date';"],
    ['packages/client/src/session/a.test.ts', 'const seed = Date.now();'],
    ['packages/client/src/session/a.test-helpers.ts', 'const seed = Date.now();'],
    ['packages/client/src/io/clock.ts', 'const now = performance.now();'],
    ['packages/client/src/a.ts', 'list.skip(1);'],
  ] as const;

  it.each(fine)('finds nothing in %s: %s', (path, source) => {
    expect(checkContents({ path, source })).toEqual([]);
  });
});

describe('the check of lengths', () => {
  const long = { path: 'packages/codec/src/a.ts', source: 'line\n'.repeat(301) };
  const short = { path: 'packages/codec/src/b.ts', source: 'line\n'.repeat(300) };

  it('finds a file of 301 lines and leaves one of 300', () => {
    expect(checkLengths([long, short], {})).toEqual([expect.stringContaining('a.ts has 301 lines')]);
  });

  it('accepts a reason, and refuses one that is no longer needed', () => {
    expect(checkLengths([long], { [long.path]: 'one table' })).toEqual([]);
    expect(checkLengths([short], { [short.path]: 'one table' })).toEqual([expect.stringContaining('needs no reason')]);
  });
});
