// `pnpm check`: what to run before every commit, in about a minute. `npm test` runs everything.
import { QUICK_CHECKS } from './lib/checks.mjs';
import { runSteps } from './lib/steps.mjs';

const { failed } = await runSteps(QUICK_CHECKS);
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
