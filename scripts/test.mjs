// `npm test`: installs what is missing and runs everything. On a fresh machine it needs nothing but Node and npm.
import { installDependencies } from './lib/install.mjs';
import { executeNode } from './lib/processes.mjs';
import { inRoot, tool } from './lib/workspace.mjs';

const startedAt = performance.now();
await installDependencies();

// Only now: these import what was installed.
const { QUICK_CHECKS } = await import('./lib/checks.mjs');
const { engineSteps } = await import('./lib/engine-steps.mjs');
const { meetRequirements } = await import('./lib/requirements.mjs');
const { runSteps } = await import('./lib/steps.mjs');
const { runPlaywright } = await import('./lib/test-runners.mjs');

const missing = await meetRequirements();
if (missing !== undefined) {
  console.error(missing);
  process.exit(1);
}

const engines = await engineSteps();
const { failed, tests } = await runSteps([
  ...QUICK_CHECKS,
  { name: 'unused code', run: () => executeNode(tool('knip')) },
  { name: 'build', run: () => executeNode(inRoot('scripts/build.mjs')) },
  { name: 'packages', needs: 'build', run: () => executeNode(inRoot('scripts/check-packages.mjs')) },
  ...engines.steps,
  { name: 'browser tests', needs: 'build', run: () => runPlaywright([]) },
]);

console.log('');
for (const line of engines.notRun) console.log(line);
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
console.log(
  failed.length === 0
    ? `Everything passed in ${minutes} min.`
    : `Failed after ${minutes} min: ${failed.join(', ')}. What they said is above.`,
);
// Continuous integration reads this line.
console.log(`${tests.passed} passed, ${tests.failed} failed`);
if (failed.length > 0) process.exitCode = 1;
