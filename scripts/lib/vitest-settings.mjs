import { readSourceFiles } from '../architecture/source-files.mjs';

/**
 * @param {string} path
 * @param {string} source
 */
function needsNode(path, source) {
  return path.endsWith('.node.test.ts') || /^import .*from 'node:/m.test(source);
}

/** Packages of this repository resolve to their TypeScript source, so that tests need no build. */
const condition = '@mqtide/source';

const settings = {
  resolve: { conditions: [condition, 'module', 'browser', 'development|production'] },
  ssr: { resolve: { conditions: [condition, 'node', 'development|production'] } },
};

/** `name.browser.test.ts` needs what only a browser has, everything else runs in Node. */
export const inNode = {
  settings,
  tests: {
    include: ['{packages,apps}/*/src/**/*.test.ts'],
    exclude: ['**/*.browser.test.ts'],
  },
};

/**
 * What ships to browsers is tested in browsers: the unit tests of the codec and the client run there too, except those
 * that import something of Node or are named `name.node.test.ts`. The test kit is a package for Node.
 */
export const inBrowser = {
  settings: {
    ...settings,
    // Known before the first test, so that Vite does not find them in the middle of a run and reload the page.
    optimizeDeps: { include: ['fast-check'] },
  },
  tests: {
    include: ['packages/{aws-iot,codec,client}/src/**/*.test.ts', 'packages/*/src/**/*.browser.test.ts'],
    exclude: readSourceFiles().flatMap(({ path, source }) => (needsNode(path, source) ? [path] : [])),
  },
  browser: { enabled: true, screenshotFailures: false },
};
