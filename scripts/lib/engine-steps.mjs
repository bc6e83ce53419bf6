import { availableEngines } from './engines.mjs';
import { runVitest } from './test-runners.mjs';
import { inRoot } from './workspace.mjs';

/** @typedef {import('./engines.mjs').Engine} Engine */
/** @typedef {import('./steps.mjs').Step} Step */

/**
 * @typedef {object} EngineTests
 * @property {Engine} engine
 * @property {string} name
 * @property {() => ReturnType<typeof runVitest>} run its unit tests
 * @property {string} missing what to say when it is not on this machine
 */

/** The unit tests in each engine. @type {readonly EngineTests[]} */
const ENGINES = [
  {
    engine: 'chromium',
    name: 'Chromium',
    run: () => runVitest('chromium', ['--project', 'browser']),
    missing: 'install chromium',
  },
  {
    engine: 'firefox',
    name: 'Firefox',
    run: () => runVitest('firefox', ['--config', 'vitest.firefox.config.ts']),
    missing: 'the browser tests neither: install firefox-esr',
  },
  {
    engine: 'webkit',
    name: 'WebKit',
    run: () =>
      runVitest('webkit', ['--config', 'vitest.webkit.config.ts'], { BROWSER: inRoot('scripts/webkit-open.js') }),
    missing: 'install webkit2gtk-driver and xvfb',
  },
];

/**
 * A step for each engine on this machine. An engine that MQTIDE_REQUIRE_ENGINES lists (separated by commas) has to be
 * there; of the others a line says that they were not run.
 * @returns {Promise<{ steps: Step[], notRun: string[] }>}
 */
export async function engineSteps() {
  const available = await availableEngines();
  const required = (process.env['MQTIDE_REQUIRE_ENGINES'] ?? 'chromium').split(',');
  /** @type {Step[]} */
  const steps = [];
  const notRun = [];
  for (const { engine, name, run, missing } of ENGINES) {
    const step = `unit tests in ${name}`;
    if (available.includes(engine)) {
      steps.push({ name: step, run });
    } else if (required.includes(engine)) {
      steps.push({
        name: step,
        run: async () => ({ ok: false, output: `${name} is required and not here: ${missing}.` }),
      });
    } else {
      notRun.push(`Not run: ${step}, because this machine has no ${name} (${missing}).`);
    }
  }
  return { steps, notRun };
}
