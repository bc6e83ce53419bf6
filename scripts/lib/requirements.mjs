import { findMosquitto } from '../broker/mosquitto.mjs';
import { availableEngines } from './engines.mjs';
import { executeNode } from './processes.mjs';
import { systemInstall } from './system-install.mjs';
import { tool } from './workspace.mjs';

/**
 * @typedef {object} Requirement
 * @property {string} name
 * @property {() => Promise<boolean>} isThere
 * @property {readonly (() => Promise<boolean>)[]} ways to get it, the first that succeeds is enough
 * @property {string} advice for people, when no way succeeds
 */

/** What `npm test` cannot do without. @type {readonly Requirement[]} */
const REQUIREMENTS = [
  {
    name: 'mosquitto',
    isThere: async () => findMosquitto() !== undefined,
    ways: [() => systemInstall({ apt: ['mosquitto'], brew: ['mosquitto'] })],
    advice: 'install it (apt-get install mosquitto, brew install mosquitto, or https://mosquitto.org/download)',
  },
  {
    name: 'Chromium',
    isThere: async () => (await availableEngines()).includes('chromium'),
    ways: [
      () => systemInstall({ apt: ['chromium'] }),
      async () => (await executeNode(tool('playwright'), ['install', 'chromium'])).ok,
    ],
    advice: 'install it (apt-get install chromium, or npx playwright install chromium), or any Chrome',
  },
];

/**
 * Sees to it that mosquitto and a Chromium are on this machine.
 * @returns {Promise<string | undefined>} one sentence about the first that is not and cannot be had
 */
export async function meetRequirements() {
  for (const { name, isThere, ways, advice } of REQUIREMENTS) {
    if (await isThere()) continue;
    console.log(`Installing ${name} …`);
    for (const way of ways) {
      if ((await way()) && (await isThere())) break;
    }
    if (!(await isThere())) return `The tests need ${name}, which could not be installed here: ${advice}.`;
  }
  return undefined;
}
