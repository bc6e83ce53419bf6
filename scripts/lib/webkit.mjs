import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './ports.mjs';

const START_ATTEMPTS = 100;

/** A WebKitGTK browser with one window, driven over WebDriver. */
export class WebKit {
  #programs;
  /** @type {import('node:child_process').ChildProcess[]} */
  #children = [];
  #driverUrl = '';
  /** @type {string | undefined} */
  #session;

  /** @param {NonNullable<ReturnType<typeof import('./engines.mjs').findWebKit>>} programs */
  constructor(programs) {
    this.#programs = programs;
    process.once('exit', () => this.#endChildren());
  }

  /** Starts a display, the driver and the browser. */
  async start() {
    const display = process.env['DISPLAY'] ?? (await this.#startDisplay());
    const port = await freePort();
    this.#driverUrl = `http://127.0.0.1:${port}`;
    this.#spawn(this.#programs.driver, ['--host=127.0.0.1', `--port=${port}`], {
      DISPLAY: display,
      GDK_BACKEND: 'x11',
    });
    await this.#driverAnswers();
    const options = { binary: this.#programs.browser, args: ['--automation'] };
    const { sessionId } = await this.#request('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
    });
    this.#session = sessionId;
  }

  /** @param {string} url */
  async show(url) {
    await this.#request('POST', `/session/${this.#session}/url`, { url });
  }

  /** Closes the browser and ends what was started for it. */
  async stop() {
    // When the driver is gone already, so is the browser.
    if (this.#session !== undefined) await this.#request('DELETE', `/session/${this.#session}`).catch(() => {});
    this.#endChildren();
  }

  /** @returns {Promise<string>} the name of the display, such as `:99`; the X server chooses a free one */
  async #startDisplay() {
    const program = this.#programs.display ?? 'Xvfb';
    const server = this.#spawn(program, ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp']);
    const output = server.stdio[3];
    if (!output) throw new Error('Xvfb has no output');
    const [number] = await once(output, 'data');
    return `:${String(number).trim()}`;
  }

  /**
   * @param {string} program
   * @param {readonly string[]} args
   * @param {NodeJS.ProcessEnv} [env]
   */
  #spawn(program, args, env = {}) {
    const stdio = /** @type {const} */ (['ignore', 'ignore', 'ignore', 'pipe']);
    const child = spawn(program, args, { stdio: [...stdio], env: { ...process.env, ...env } });
    this.#children.push(child);
    return child;
  }

  #endChildren() {
    // The driver before the display it draws on.
    for (let child = this.#children.pop(); child; child = this.#children.pop()) child.kill();
  }

  async #driverAnswers() {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#request('GET', '/status');
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
        await wait(50);
      }
    }
  }

  /**
   * One command of the WebDriver protocol.
   * @param {'GET' | 'POST' | 'DELETE'} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>} the value of the answer
   */
  async #request(method, path, body) {
    const response = await fetch(this.#driverUrl + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const { value } = /** @type {any} */ (await response.json());
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error} ${value.message}`);
    return value;
  }
}
