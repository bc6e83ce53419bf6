import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { chromiumLaunchOptions } from '../../scripts/lib/engines.mjs';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--no-first-run',
  '--disable-sync',
  '--disable-component-update',
  '--remote-debugging-port=0',
  // Five minutes otherwise, until the timers of a hidden page are held back to one a minute.
  '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/2',
];

/**
 * Chromium as people use it: tabs that are hidden, throttled, frozen and kept in the back/forward cache. Playwright's own
 * has none of that: it switches throttling and the cache off, and tells every page that it is in front.
 */
export class RealBrowser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #browser: Browser;

  static async start(): Promise<RealBrowser> {
    const profile = await mkdtemp(join(tmpdir(), 'mqtide-browser-'));
    const { executablePath = chromium.executablePath() } = chromiumLaunchOptions();
    const child = spawn(executablePath, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], { stdio: 'ignore' });
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${await portOf(profile)}`, { noDefaults: true });
    return new RealBrowser(child, profile, browser);
  }

  private constructor(child: ChildProcess, profile: string, browser: Browser) {
    this.#process = child;
    this.#profile = profile;
    this.#browser = browser;
  }

  /** A tab in front of the others. */
  async openPage(url: string): Promise<Page> {
    const page = await (this.#browser.contexts()[0] as ReturnType<Browser['contexts']>[number]).newPage();
    await page.goto(url);
    await page.bringToFront();
    return page;
  }

  async dispose(): Promise<void> {
    await this.#browser.close().catch(() => {});
    const exited = once(this.#process, 'exit');
    if (this.#process.exitCode === null && this.#process.kill('SIGTERM')) await exited;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Chromium writes it down when it listens. */
async function portOf(profile: string): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    const written = await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '');
    const [port = '', path] = written.split('\n');
    if (path !== undefined) return port;
    await sleep(100);
  }
  throw new Error('Chromium does not listen');
}
