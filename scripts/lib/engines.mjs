import { existsSync } from 'node:fs';
import { findProgram } from './programs.mjs';

/** @typedef {'chromium' | 'firefox' | 'webkit'} Engine */

/** The programs that stand for each engine, the first one found is used. */
const CHROMIUM = [
  process.env['MQTIDE_CHROMIUM_PATH'],
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const FIREFOX = [process.env['MQTIDE_FIREFOX_PATH'], 'firefox-esr'];
const MINI_BROWSER = [
  process.env['MQTIDE_MINIBROWSER_PATH'],
  '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
  '/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
];

/** @returns {string | undefined} the machine's own Chromium or Chrome */
const findChromium = () => findProgram(CHROMIUM);

/** @returns {string | undefined} the machine's own Firefox, which Playwright drives over WebDriver BiDi */
export const findFirefox = () => findProgram(FIREFOX);

/**
 * WebKitGTK needs three programs: the driver, a browser for it to drive, and a display.
 * @returns {{ driver: string, browser: string, display: string | undefined } | undefined}
 */
export function findWebKit() {
  const driver = findProgram(['WebKitWebDriver']);
  const browser = findProgram(MINI_BROWSER);
  const display = findProgram(['Xvfb']);
  if (driver === undefined || browser === undefined) return undefined;
  if (display === undefined && process.env['DISPLAY'] === undefined) return undefined;
  return { driver, browser, display };
}

/**
 * How Playwright starts Chromium: the machine's own when there is one, otherwise the build that
 * `playwright install chromium` put into its cache.
 * @returns {{ executablePath?: string }}
 */
export function chromiumLaunchOptions() {
  const executablePath = findChromium();
  return executablePath === undefined ? {} : { executablePath };
}

/**
 * Which engines tests can run in on this machine.
 * @returns {Promise<Engine[]>}
 */
export async function availableEngines() {
  const { chromium } = await import('playwright');
  /** @type {[Engine, boolean][]} */
  const engines = [
    ['chromium', findChromium() !== undefined || existsSync(chromium.executablePath())],
    ['firefox', findFirefox() !== undefined],
    ['webkit', findWebKit() !== undefined],
  ];
  return engines.filter(([, available]) => available).map(([engine]) => engine);
}
