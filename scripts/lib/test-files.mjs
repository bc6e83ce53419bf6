// Every test of the repository, and what helps tests, where tables have parts of their names; with its text.
import { readFileSync, readdirSync } from 'node:fs';
import { inRoot } from './workspace.mjs';

/** @returns {{ path: string, text: string }[]} */
export function testFiles() {
  const found = [];
  for (const folder of ['packages', 'apps', 'e2e']) {
    for (const entry of readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })) {
      const path = `${folder}/${entry}`;
      if (/\.(test|spec|test-helpers)\.ts$/.test(path) && !path.includes('node_modules'))
        found.push({ path, text: readFileSync(inRoot(path), 'utf8') });
    }
  }
  return found;
}
