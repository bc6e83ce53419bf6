import { defineConfig, devices } from '@playwright/test';
import { chromiumLaunchOptions, findFirefox } from './scripts/lib/engines.mjs';

const firefox = findFirefox();

/**
 * The browser tests. They need the built pages (`pnpm e2e` builds them) and nothing that listens: every worker starts
 * its own web server and its own broker on free ports, see e2e/fixtures.
 */
export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  forbidOnly: process.env['CI'] !== undefined,
  workers: 2,
  // Twice and thrice the usual: a machine with other work takes its time, and what passes does not wait for it.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  // Continuous integration tries once more what fails, and says how much that was: a busy machine misses a deadline now
  // and then. Here nothing is tried again.
  retries: process.env['CI'] === undefined ? 0 : 1,
  reporter: 'list',
  use: { screenshot: 'only-on-failure' },
  projects: [
    { name: 'chromium', use: { ...devices['Desktop Chrome'], launchOptions: chromiumLaunchOptions() } },
    // The machine's own Firefox over WebDriver BiDi. It leaves out what is tagged as Chromium's.
    ...(firefox === undefined
      ? []
      : [
          {
            name: 'firefox',
            grepInvert: /@chromium/,
            use: {
              browserName: 'firefox' as const,
              channel: 'moz-firefox',
              launchOptions: { executablePath: firefox },
            },
          },
        ]),
  ],
});
