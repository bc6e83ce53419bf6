import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { findFirefox } from './scripts/lib/engines.mjs';
import { inBrowser } from './scripts/lib/vitest-settings.mjs';

const executablePath = findFirefox();
if (executablePath === undefined) throw new Error('These tests need Firefox: install firefox-esr.');

/** The unit tests in the machine's own Firefox, which Playwright drives over WebDriver BiDi. */
export default defineConfig({
  ...inBrowser.settings,
  test: {
    ...inBrowser.tests,
    browser: {
      ...inBrowser.browser,
      headless: true,
      provider: playwright({ launchOptions: { channel: 'moz-firefox', executablePath } }),
      instances: [{ browser: 'firefox' }],
    },
  },
});
