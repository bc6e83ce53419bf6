import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { executeNode } from './processes.mjs';
import { inRoot, tool } from './workspace.mjs';

/** @typedef {import('./steps.mjs').Outcome} Outcome */
/** @typedef {import('./steps.mjs').Tests} Tests */
/** @typedef {{ stats: { expected: number, unexpected: number, flaky: number } }} PlaywrightReport */

/**
 * Runs vitest and counts its tests.
 * @param {string} name of the report, one for each run
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Outcome>}
 */
export async function runVitest(name, args, env = {}) {
  const report = freshReport(name);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const finished = await executeNode(tool('vitest'), ['run', ...args, ...reporters], { env });
  return counted(finished, report, (/** @type {{ numPassedTests: number, numFailedTests: number }} */ json) => ({
    passed: json.numPassedTests,
    failed: json.numFailedTests,
  }));
}

/**
 * Runs Playwright and counts its tests.
 * @param {readonly string[]} args
 * @returns {Promise<Outcome>}
 */
export async function runPlaywright(args) {
  const report = freshReport('e2e');
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  const finished = await executeNode(tool('playwright'), ['test', '--reporter=dot,json', ...args], { env });
  return counted(finished, report, (/** @type {PlaywrightReport} */ { stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    again: stats.flaky,
  }));
}

/** @param {string} name */
function freshReport(name) {
  const report = inRoot('node_modules', '.cache', 'reports', `${name}.json`);
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  return report;
}

/**
 * A run that failed counts as a failed test even when none of its tests did: a file may not have loaded at all.
 * @template Report
 * @param {import('./processes.mjs').Finished} finished
 * @param {string} report
 * @param {(json: Report) => Tests} count
 * @returns {Outcome}
 */
function counted({ ok, output }, report, count) {
  const tests = countIn(report, count);
  return { ok, output, tests: { ...tests, failed: ok ? tests.failed : Math.max(tests.failed, 1) } };
}

/**
 * @template Report
 * @param {string} report
 * @param {(json: Report) => Tests} count
 * @returns {Tests}
 */
function countIn(report, count) {
  try {
    return count(JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    // The run ended before it could write its report.
    return { passed: 0, failed: 0 };
  }
}
