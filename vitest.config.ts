import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumLaunchOptions } from './scripts/lib/engines.mjs';
import { inBrowser, inNode } from './scripts/lib/vitest-settings.mjs';

/** The unit tests in Node and in Chromium: `vitest run --project node` for one of the two. */
export default defineConfig({
  test: {
    projects: [
      { ...inNode.settings, test: { ...inNode.tests, name: 'node', environment: 'node' } },
      {
        ...inBrowser.settings,
        test: {
          ...inBrowser.tests,
          name: 'browser',
          browser: {
            ...inBrowser.browser,
            headless: true,
            provider: playwright({ launchOptions: chromiumLaunchOptions() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
