import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumLaunchOptions } from './scripts/lib/engines.mjs';
import { BROWSER_TESTS, NODE_TESTS, sourceConditions } from './scripts/lib/vitest-settings.mjs';

/** The unit tests: everything in Node, and what needs a real browser in Chromium. */
export default defineConfig({
  ...sourceConditions,
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'node', environment: 'node', include: NODE_TESTS, exclude: BROWSER_TESTS },
      },
      {
        extends: true,
        optimizeDeps: { include: ['fast-check'] },
        test: {
          name: 'browser',
          include: BROWSER_TESTS,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunchOptions() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
