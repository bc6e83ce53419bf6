import { executeNode } from './processes.mjs';
import { runVitest } from './test-runners.mjs';
import { inRoot, tool } from './workspace.mjs';

/** @typedef {import('./steps.mjs').Step} Step */

/** What needs neither a browser nor a broker. @type {readonly Step[]} */
export const QUICK_CHECKS = [
  { name: 'types', run: () => executeNode(tool('tsc'), ['-b']) },
  { name: 'snippets of the documentation', run: () => executeNode(inRoot('scripts/check-snippets.mjs')) },
  { name: 'lint', run: () => executeNode(tool('oxlint'), ['--type-aware', '--deny-warnings']) },
  { name: 'format', run: () => executeNode(tool('biome'), ['format']) },
  { name: 'unit tests in Node', run: () => runVitest('node', ['--project', 'node']) },
  { name: 'conformance', run: () => executeNode(inRoot('scripts/conformance.mjs')) },
  { name: 'sizes', run: () => executeNode(inRoot('scripts/size.mjs')) },
];
