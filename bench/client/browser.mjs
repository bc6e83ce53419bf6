import { chromium } from 'playwright';
import { chromiumLaunchOptions } from '../../scripts/lib/engines.mjs';

/** Longer than any sample takes. */
const TIMEOUT_MS = 60_000;

/** @typedef {import('./scenarios.mjs').Scenario} Scenario */

/**
 * @typedef {object} Sample
 * @property {number} perSecond messages per second
 * @property {number} cpuMicroseconds main thread's processor time per message
 * @property {object} [profile] of the timed part, as the DevTools protocol gives it
 */

/** Headless Chromium, with a fresh page for every sample: no sample profits from what another one left behind. */
export class Browser {
  #browser;

  /** @param {import('playwright').Browser} browser */
  constructor(browser) {
    this.#browser = browser;
  }

  static async launch() {
    return new Browser(await chromium.launch({ ...chromiumLaunchOptions(), headless: true }));
  }

  get version() {
    return this.#browser.version();
  }

  close() {
    return this.#browser.close();
  }

  /**
   * @param {{ script: string, port: number, scenario: Scenario, profiled: boolean }} what
   * @returns {Promise<Sample>}
   */
  async sample({ script, port, scenario, profiled }) {
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    const failed = new Promise((_, reject) => page.on('pageerror', reject));
    try {
      return await Promise.race([this.#run(page, { script, port, scenario, profiled }), failed, tooLong(scenario)]);
    } finally {
      await context.close();
    }
  }

  async #run(page, { script, port, scenario, profiled }) {
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.addScriptTag({ content: script });
    await page.evaluate((origin) => globalThis.benchmark.connect(origin), `ws://127.0.0.1:${port}`);
    const count = await page.evaluate((what) => globalThis.benchmark.warmUp(what), scenario);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    await devtools.send('HeapProfiler.collectGarbage');
    if (profiled) await startProfiler(devtools);
    const before = await threadSeconds(devtools);
    const milliseconds = await page.evaluate(([what, n]) => globalThis.benchmark.sample(what, n), [scenario, count]);
    const cpuSeconds = (await threadSeconds(devtools)) - before;
    const { profile } = profiled ? await devtools.send('Profiler.stop') : {};
    return { perSecond: (count / milliseconds) * 1_000, cpuMicroseconds: (cpuSeconds / count) * 1e6, profile };
  }
}

async function startProfiler(devtools) {
  await devtools.send('Profiler.enable');
  await devtools.send('Profiler.setSamplingInterval', { interval: 100 });
  await devtools.send('Profiler.start');
}

/** Processor time of the main thread so far, garbage collection on that thread included. */
async function threadSeconds(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ThreadTime').value;
}

function tooLong({ name }) {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${name}: no end after ${TIMEOUT_MS} ms`)), TIMEOUT_MS).unref();
  });
}
