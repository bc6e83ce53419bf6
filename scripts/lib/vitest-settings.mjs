/** Unit tests that need nothing but a JavaScript engine, or Node. */
export const NODE_TESTS = ['packages/*/src/**/*.test.ts'];

/** Unit tests that need what only a browser has. */
export const BROWSER_TESTS = ['packages/*/src/**/*.browser.test.ts'];

/** Packages of this repository resolve to their TypeScript source, so that tests need no build. */
const condition = '@mqtide/source';

/** Goes to the top level of every vitest configuration. */
export const sourceConditions = {
  resolve: { conditions: [condition, 'module', 'browser', 'development|production'] },
  ssr: { resolve: { conditions: [condition, 'module', 'node', 'development|production'] } },
};
