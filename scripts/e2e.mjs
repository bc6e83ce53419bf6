// `pnpm e2e`: builds, and runs the browser tests. Its arguments go to Playwright.
import { findMosquitto } from './broker/mosquitto.mjs';
import { executeNode } from './lib/processes.mjs';
import { inRoot, tool } from './lib/workspace.mjs';

if (findMosquitto() === undefined) {
  console.error('The browser tests need mosquitto: install it (apt-get install mosquitto, brew install mosquitto).');
  process.exit(1);
}
const built = await executeNode(inRoot('scripts/build.mjs'), [], { show: true });
const tested = built.ok && (await executeNode(tool('playwright'), ['test', ...process.argv.slice(2)], { show: true }));
process.exitCode = tested && tested.ok ? 0 : 1;
