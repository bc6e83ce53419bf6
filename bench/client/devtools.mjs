/*
 * Chromium by its DevTools protocol over a pipe, and nothing in between. Playwright would not do: it has the browser
 * report the bytes of every WebSocket frame, which costs more than the frame.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { chromiumLaunchOptions } from '../../scripts/lib/engines.mjs';

const FLAGS = [
  '--headless',
  '--remote-debugging-pipe',
  '--no-first-run',
  '--disable-extensions',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  // A process kept ready for the next page would start during the sample.
  '--disable-features=SpareRendererForSitePerProcess',
  // Chromium refuses to run as root with its sandbox.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

/** A running Chromium. */
export class DevTools {
  #child;
  #folder;
  #lastId = 0;
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void, method: string }>} */
  #waiting = new Map();

  constructor(child, folder) {
    this.#child = child;
    this.#folder = folder;
    let text = '';
    child.stdio[4].setEncoding('utf8').on('data', (data) => {
      const messages = (text + data).split('\0');
      text = messages.pop();
      for (const message of messages) this.#received(JSON.parse(message));
    });
    child.once('exit', () => {
      for (const { reject, method } of this.#waiting.values()) reject(new Error(`${method}: Chromium has ended`));
    });
  }

  static async launch() {
    const program = chromiumLaunchOptions().executablePath ?? chromium.executablePath();
    const folder = await mkdtemp(join(tmpdir(), 'mqtide-bench-'));
    const child = spawn(program, [...FLAGS, `--user-data-dir=${folder}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    await once(child, 'spawn');
    return new DevTools(child, folder);
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @param {string} [sessionId] a page's; absent: the browser
   * @returns {Promise<any>}
   */
  send(method, params = {}, sessionId) {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, method }));
  }

  async close() {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #received({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(result);
    else waiting.reject(new Error(`${waiting.method}: ${error.message}`));
  }
}
