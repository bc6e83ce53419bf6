import { onShutdown } from './processes.mjs';

/**
 * @typedef {object} Tests
 * @property {number} passed
 * @property {number} failed
 * @property {number} [again] how many of those that passed did so only when they were tried again
 */

/**
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {string} output shown when it failed
 * @property {Tests} [tests] how many tests ran, when the step runs tests
 */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<Outcome>} run
 * @property {string} [needs] the name of a step without whose success this one means nothing
 */

/**
 * Runs all steps in order and says what became of each. A failed step does not keep the others from running, except
 * those that need it: one run shows all that is wrong.
 * @param {readonly Step[]} steps
 * @returns {Promise<{ failed: string[], tests: Tests }>} the names of the steps that failed, and all tests together
 */
export async function runSteps(steps) {
  let interrupted = false;
  onShutdown(() => {
    interrupted = true;
  });
  /** @type {string[]} */
  const failed = [];
  const tests = { passed: 0, failed: 0 };
  const width = Math.max(...steps.map(({ name }) => name.length));

  for (const { name, run, needs } of steps) {
    process.stdout.write(`  ${name.padEnd(width)}  `);
    const obstacle = interrupted
      ? 'the run was interrupted'
      : failed.includes(needs ?? '')
        ? `${needs} failed`
        : undefined;
    if (obstacle !== undefined) {
      console.log(`FAILED  not run, because ${obstacle}`);
      failed.push(name);
      continue;
    }
    const startedAt = performance.now();
    const outcome = await run();
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${outcome.ok ? 'ok    ' : 'FAILED'} ${seconds.padStart(6)} s${describe(outcome.tests)}`);
    if (!outcome.ok) {
      failed.push(name);
      console.log(`\n${outcome.output.trim()}\n`);
    }
    tests.passed += outcome.tests?.passed ?? 0;
    tests.failed += outcome.tests?.failed ?? 0;
  }
  return { failed, tests };
}

/** @param {Tests | undefined} tests */
function describe(tests) {
  if (tests === undefined) return '';
  const again = tests.again ? `, ${tests.again} of them only when tried again` : '';
  if (tests.failed === 0) return `  ${tests.passed} tests${again}`;
  return `  ${tests.failed} of ${tests.passed + tests.failed} tests`;
}
