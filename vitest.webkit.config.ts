import { preview } from '@vitest/browser-preview';
import { defineConfig } from 'vitest/config';
import { inBrowser } from './scripts/lib/vitest-settings.mjs';

/** The unit tests in WebKitGTK: BROWSER=scripts/webkit-open.js opens the page that runs them. */
export default defineConfig({
  ...inBrowser.settings,
  test: {
    ...inBrowser.tests,
    watch: false,
    browser: {
      ...inBrowser.browser,
      // Where the variable CI is set, headless is the default, which this provider refuses.
      headless: false,
      provider: preview(),
      instances: [{ browser: 'webkit' }],
    },
  },
});
