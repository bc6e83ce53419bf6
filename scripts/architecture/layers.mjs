/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {readonly string[]} paths files, or folders when they end with a slash
 * @property {readonly string[]} layers which other layers it may reach by relative imports
 * @property {readonly string[]} packages which packages it may import; a `*` at the end stands for anything
 */

/**
 * The arrows of this repository, the whole list: what is not allowed here is forbidden. A file belongs to the first layer
 * that has its path, so the special ones come before the general ones.
 * @type {readonly Layer[]}
 */
export const LAYERS = [
  { name: 'codec', paths: ['packages/codec/src/'], layers: [], packages: [] },

  { name: 'session', paths: ['packages/client/src/session/'], layers: [], packages: ['@mqtide/codec'] },
  {
    name: 'io ports',
    paths: [
      'packages/client/src/io/transport.ts',
      'packages/client/src/io/clock.ts',
      'packages/client/src/io/session-store.ts',
      'packages/client/src/io/page-lifecycle.ts',
    ],
    layers: [],
    packages: [],
  },
  { name: 'indexeddb', paths: ['packages/client/src/io/indexeddb/'], layers: ['io ports'], packages: ['idb'] },
  { name: 'io adapters', paths: ['packages/client/src/io/'], layers: ['io ports'], packages: [] },
  {
    // What applications and the client hand to each other, without knowing of either.
    name: 'shapes',
    paths: ['packages/client/src/authentication.ts', 'packages/client/src/message.ts'],
    layers: [],
    packages: ['@mqtide/codec'],
  },
  {
    name: 'aws signer',
    paths: ['packages/client/src/aws/signer.ts'],
    layers: ['helpers'],
    packages: ['@aws-sdk/signature-v4', '@aws-crypto/sha256-js'],
  },
  {
    name: 'aws identity',
    paths: ['packages/client/src/aws/identity.ts'],
    layers: ['helpers'],
    packages: ['@aws-sdk/credential-provider-cognito-identity'],
  },
  {
    // These make values for ClientOptions and know nothing of what happens to them.
    name: 'helpers',
    paths: ['packages/client/src/aws/', 'packages/client/src/scram/', 'packages/client/src/topics/'],
    layers: ['shapes', 'aws signer', 'aws identity'],
    packages: ['@mqtide/codec'],
  },
  {
    name: 'engine',
    paths: ['packages/client/src/engine.ts', 'packages/client/src/engine/'],
    layers: ['session', 'io ports', 'shapes'],
    packages: ['@mqtide/codec'],
  },
  {
    // The file for a plain script element: one bundle of several entries.
    name: 'global file',
    paths: ['packages/client/src/global.ts'],
    layers: ['client', 'indexeddb', 'helpers'],
    packages: [],
  },
  {
    name: 'worker',
    paths: ['packages/client/src/worker/'],
    layers: ['client', 'engine', 'session', 'io ports', 'io adapters'],
    packages: ['@mqtide/codec'],
  },
  {
    name: 'client',
    paths: ['packages/client/src/'],
    layers: ['engine', 'session', 'io ports', 'io adapters', 'shapes'],
    packages: ['@mqtide/codec'],
  },

  // Any client fits: it knows none.
  { name: 'aws-iot', paths: ['packages/aws-iot/src/'], layers: [], packages: [] },

  {
    // One suite for every implementation of a port, called by the tests of each.
    name: 'contracts',
    paths: ['packages/testkit/src/contracts/'],
    layers: [],
    packages: ['@mqtide/client/internal', 'vitest'],
  },
  {
    name: 'testkit',
    paths: ['packages/testkit/src/'],
    layers: [],
    packages: ['@mqtide/codec', '@mqtide/client/internal', 'ws', 'node:*'],
  },
  {
    // It stands in for AWS: what the client signs and asks for is judged by other code than the client's.
    name: 'emulator',
    paths: ['apps/emulator/src/'],
    layers: [],
    packages: ['@mqtide/codec', 'cborg', 'ws', 'node:*'],
  },
  { name: 'dashboard', paths: ['apps/dashboard/src/'], layers: [], packages: ['@mqtide/client', '@mqtide/client/aws'] },
  {
    name: 'e2e',
    paths: ['e2e/'],
    layers: ['scripts'],
    packages: [
      '@mqtide/aws-iot',
      '@mqtide/client',
      '@mqtide/client/aws',
      '@mqtide/client/indexeddb',
      '@mqtide/client/scram',
      '@mqtide/client/topics',
      '@mqtide/client/worker',
      '@mqtide/client/worker-client',
      '@mqtide/codec',
      '@mqtide/emulator',
      'cborg',
      '@mqtide/testkit',
      '@playwright/test',
      'mqtt',
      'react',
      'react-dom/client',
      'vite',
      'ws',
      'node:*',
    ],
  },
  // Nothing of these folders is checked; the row is there to be reached.
  { name: 'scripts', paths: ['scripts/'], layers: [], packages: [] },
];

/** What a test beside a file may import on top of what the file's layer may. No published file is a test. */
export const TESTS = {
  layers: ['contracts', 'scripts'],
  packages: ['@mqtide/codec', '@mqtide/client/internal', '@mqtide/testkit', 'fast-check', 'vitest', 'ws', 'node:*'],
};

/**
 * Whether a file is a test, or helps tests. Such files are in no tarball.
 * @param {string} path
 */
export const isTest = (path) => /\.test(-helpers)?\.ts$/.test(path);
