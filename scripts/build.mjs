// `pnpm build`: the packages (JavaScript by rolldown, declarations by tsc), the dashboard, and the pages of the browser tests.
import { existsSync, rmSync } from 'node:fs';
import { executeNode } from './lib/processes.mjs';
import { runSteps } from './lib/steps.mjs';
import { inRoot, packageFolders, tool } from './lib/workspace.mjs';

const packages = packageFolders('packages');

/** The declarations. What tsc remembers of its last build does not include that somebody deleted the output. */
function declarations() {
  const complete = packages.every((folder) => existsSync(inRoot(folder, 'dist/index.d.ts')));
  return executeNode(tool('tsc'), ['-b', ...packages, ...(complete ? [] : ['--force'])]);
}

/** @param {string} folder of a package */
function bundle(folder) {
  // Their names carry a hash: those of the last build would stay for ever.
  rmSync(inRoot(folder, 'dist/chunks'), { recursive: true, force: true });
  return executeNode(tool('rolldown'), ['-c', 'rolldown.config.mjs'], { cwd: inRoot(folder) });
}

/** @param {string} folder of a page */
const page = (folder) => executeNode(tool('vite'), ['build', folder, '--logLevel', 'warn', '--emptyOutDir']);

const { failed } = await runSteps([
  { name: 'declarations', run: declarations },
  ...packages.map((folder) => ({ name: folder, run: () => bundle(folder) })),
  { name: 'apps/dashboard', run: () => page('apps/dashboard') },
  { name: 'e2e/harness', needs: 'packages/client', run: () => page('e2e/harness') },
]);
if (failed.length > 0) {
  console.error(`The build failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
