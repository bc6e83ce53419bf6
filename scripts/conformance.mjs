// `pnpm conformance`: which rules of the standards that bind a client are named by a test, and which are not.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { testFiles } from './lib/test-files.mjs';
import { inRoot } from './lib/workspace.mjs';

/**
 * @typedef {{ id: string, version: '5.0' | '3.1.1', role: 'client' | 'both' | 'observe', level: string, category: string,
 *   must: string }} Rule
 */

const { values: options } = parseArgs({ options: { all: { type: 'boolean', default: false } } });

/** @type {Rule[]} */
const rules = JSON.parse(readFileSync(inRoot('docs/conformance/rules.json'), 'utf8'));
/** @type {Record<string, string>} */
const exceptions = JSON.parse(readFileSync(inRoot('docs/conformance/exceptions.json'), 'utf8'));

const named = namesInTests();
const rows = rules.map((rule) => ({ rule, name: nameOf(rule), tests: named.get(nameOf(rule)) ?? [] }));
const unknown = [...named.keys()].filter((name) => !rows.some((row) => row.name === name));

if (options.all) for (const { name, tests } of rows) console.log(`${name.padEnd(24)} ${tests.join(', ') || '–'}`);

const missing = rows.filter(({ rule, name, tests }) => binds(rule) && tests.length === 0 && !(name in exceptions));
for (const { rule, name } of missing) console.log(`no test names ${name} (${rule.category}): ${rule.must}`);
for (const [name, reason] of Object.entries(exceptions)) console.log(`exception ${name}: ${reason}`);
for (const name of unknown) console.log(`a test names ${name}, which is no rule: ${named.get(name)?.join(', ')}`);

for (const version of /** @type {const} */ (['5.0', '3.1.1'])) {
  const of = rows.filter(({ rule }) => rule.version === version);
  console.log(
    `MQTT ${version}: ${share(of.filter(({ rule }) => binds(rule)))} rules that bind a client have a test, ` +
      `${share(of.filter(({ rule }) => !binds(rule)))} of the others`,
  );
}
if (missing.length > 0 || unknown.length > 0) process.exitCode = 1;

/** @param {Rule} rule */
function binds({ role, level }) {
  return role !== 'observe' && level === 'MUST';
}

/** The rules of 3.1.1 have identifiers of 5.0 with other meanings, so tests name them with a 3. @param {Rule} rule */
function nameOf({ id, version }) {
  return version === '5.0' ? id : id.replace(/^(MQTT|SEC)/, '$13');
}

/** @param {{ tests: string[] }[]} some */
function share(some) {
  return `${some.filter(({ tests }) => tests.length > 0).length} of ${some.length}`;
}

/** @returns {Map<string, string[]>} rule → the files with a test that names it */
function namesInTests() {
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const { path, text } of testFiles()) {
    for (const [, name = ''] of text.matchAll(/\[((?:MQTT|SEC)3?-[\w.-]+)\]/g)) {
      const files = names.get(name) ?? [];
      if (!files.includes(path)) names.set(name, [...files, path]);
    }
  }
  return names;
}
