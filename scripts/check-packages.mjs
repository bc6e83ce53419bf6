// Packs each package as it would be published and examines the tarball: publint, Are the types wrong, and our own rules.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pnpm } from './lib/pnpm.mjs';
import { execute, executeNode } from './lib/processes.mjs';
import { tool } from './lib/workspace.mjs';

/** What may not be in a tarball. Each rule is given all its files and tells which of them break it. */
const RULES = [
  { rule: 'a test', findBroken: filesLike(/\.test[.-]|\/test\//) },
  { rule: 'a TypeScript project', findBroken: filesLike(/tsconfig|\.tsbuildinfo$/) },
  { rule: 'a declaration without its source, left by an older build', findBroken: staleDeclarations },
];

const folder = mkdtempSync(join(tmpdir(), 'mqtide-packages-'));
try {
  const packed = await pnpm(['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', folder]);
  report('pnpm pack', packed);
  for (const name of readdirSync(folder)) await examine(name);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} name of a tarball */
async function examine(name) {
  const tarball = join(folder, name);
  report(`publint ${name}`, await executeNode(tool('publint'), ['run', tarball, '--strict']));
  report(`attw ${name}`, await executeNode(tool('attw'), [tarball, '--profile', 'esm-only', '--no-color']));
  const { ok, output } = await execute('tar', ['-tzf', tarball]);
  const files = output.split('\n').map((line) => line.trim().replace(/^package\//, ''));
  const broken = RULES.flatMap(({ rule, findBroken }) => findBroken(files).map((file) => `${file}: ${rule}`));
  report(`files of ${name}`, { ok: ok && broken.length === 0, output: broken.join('\n') });
}

/**
 * @param {string} name
 * @param {import('./lib/processes.mjs').Finished} finished
 */
function report(name, { ok, output }) {
  console.log(`${name}: ${ok ? 'ok' : 'FAILED'}`);
  if (ok) return;
  console.log(output);
  process.exitCode = 1;
}

/**
 * @param {RegExp} pattern
 * @returns {(files: readonly string[]) => string[]}
 */
function filesLike(pattern) {
  return (files) => files.filter((file) => pattern.test(file));
}

/** @param {readonly string[]} files */
function staleDeclarations(files) {
  const sources = new Set(files.filter((file) => file.startsWith('src/')));
  return files.filter(
    (file) => /^dist\/.*\.d\.ts$/.test(file) && !sources.has(file.replace(/^dist\/(.*)\.d\.ts$/, 'src/$1.ts')),
  );
}
