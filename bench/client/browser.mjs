import { DevTools } from './devtools.mjs';

/** Longer than any sample takes. */
const TIMEOUT_MS = 60_000;

const SETTLING_MS = 2_000;

/** @typedef {import('./scenarios.mjs').Scenario} Scenario */

/**
 * @typedef {object} Sample
 * @property {number} perSecond messages per second
 * @property {number} cpuMicroseconds main thread's processor time per message
 * @property {object} [profile] of the timed part, as the DevTools protocol gives it
 */

/** Headless Chromium, with a fresh page for every sample: no sample profits from what another one left behind. */
export class Browser {
  #devtools;
  /** For example `Chrome/140.0.0.0`. */
  version;

  constructor(devtools, version) {
    this.#devtools = devtools;
    this.version = version;
  }

  static async launch() {
    const devtools = await DevTools.launch();
    const { product } = await devtools.send('Browser.getVersion');
    // The browser's own pages are loading.
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    return new Browser(devtools, product);
  }

  close() {
    return this.#devtools.close();
  }

  /**
   * @param {{ script: string, port: number, scenario: Scenario, profiled: boolean }} what
   * @returns {Promise<Sample>}
   */
  async sample({ script, port, scenario, profiled }) {
    // A tab and not a context: that would be a window, whose own pages take the processor's time while they load.
    const page = await Page.open(this.#devtools, `http://127.0.0.1:${port}/`);
    try {
      await page.evaluate(script);
      await page.evaluate(`benchmark.connect('ws://127.0.0.1:${port}')`);
      const what = JSON.stringify(scenario);
      const count = await page.evaluate(`benchmark.warmUp(${what})`);
      await page.send('HeapProfiler.collectGarbage');
      if (profiled) await startProfiler(page);
      await page.send('Performance.enable');
      const before = await threadSeconds(page);
      const milliseconds = await page.evaluate(`benchmark.sample(${what}, ${count})`);
      const cpuSeconds = (await threadSeconds(page)) - before;
      const { profile } = profiled ? await page.send('Profiler.stop') : {};
      return { perSecond: (count / milliseconds) * 1_000, cpuMicroseconds: (cpuSeconds / count) * 1e6, profile };
    } finally {
      await page.close();
    }
  }
}

class Page {
  #devtools;
  #targetId;
  #sessionId;

  constructor(devtools, targetId, sessionId) {
    this.#devtools = devtools;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
  }

  static async open(devtools, url) {
    const { targetId } = await devtools.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(devtools, targetId, sessionId);
    await page.send('Page.navigate', { url });
    while ((await page.evaluate('location.href + document.readyState')) !== `${url}complete`);
    return page;
  }

  send(method, params) {
    return this.#devtools.send(method, params, this.#sessionId);
  }

  close() {
    return this.#devtools.send('Target.closeTarget', { targetId: this.#targetId });
  }

  /** Runs a script in the page; a promise is awaited. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await inTime(
      this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }),
    );
    if (exceptionDetails === undefined) return result.value;
    throw new Error(`in the page: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
  }
}

function startProfiler(page) {
  return Promise.all([
    page.send('Profiler.enable'),
    page.send('Profiler.setSamplingInterval', { interval: 100 }),
    page.send('Profiler.start'),
  ]);
}

/** Processor time of the main thread so far, garbage collection on that thread included. */
async function threadSeconds(page) {
  const { metrics } = await page.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ThreadTime').value;
}

/**
 * @template Value
 * @param {Promise<Value>} promise
 * @returns {Promise<Value>}
 */
function inTime(promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no end after ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
