/*
 * The client's part of the benchmark: every scenario, every contestant in turn, round after round. `other` is a second
 * mqtide, from another working copy, for whoever wants to know what a change is worth.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import { median } from '../statistics.mjs';
import { startNullBroker } from './broker-process.mjs';
import { Browser } from './browser.mjs';
import { bundle } from './bundle.mjs';
import { selfTimes } from './profile.mjs';
import { CONTESTANTS, SCENARIOS, TARGET_OF_FLOOR } from './scenarios.mjs';

/** This working copy's. */
const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url));

/**
 * @typedef {object} Result
 * @property {string} scenario
 * @property {string} title
 * @property {Record<string, { perSecond: number, cpuMicroseconds: number }>} medians by contestant
 * @property {number} ofFloor mqtide's throughput, the floor's being 1
 * @property {number} ofMqtt mqtide's throughput, that of `mqtt` being 1
 * @property {boolean} meetsTargets
 */

/**
 * @param {object} options
 * @param {number} options.rounds
 * @param {readonly string[]} options.scenarios names; empty for all
 * @param {readonly string[]} options.contestants names; empty for all
 * @param {readonly string[]} options.against folders of the packages of other working copies
 * @param {string} [options.profileFolder] where to write processor profiles
 * @param {(line: string) => void} options.progress
 * @returns {Promise<{ chromium: string, results: Result[], profiles: object[] }>}
 */
export async function run({ rounds, scenarios, contestants, against, profileFolder, progress }) {
  const profiled = profileFolder !== undefined;
  const chosen = SCENARIOS.filter(({ name }) => scenarios.length === 0 || scenarios.includes(name));
  const names = CONTESTANTS.filter((name) => contestants.length === 0 || contestants.includes(name));
  const scripts = new Map();
  for (const name of names) scripts.set(name, await bundle(name, { packages: PACKAGES, minify: !profiled }));
  for (const [index, packages] of against.entries()) {
    const name = index === 0 ? 'other' : `other ${index + 1}`;
    names.push(name);
    scripts.set(name, await bundle('mqtide', { packages: resolve(packages), minify: !profiled }));
  }
  const broker = await startNullBroker();
  const browser = await Browser.launch();
  try {
    const results = [];
    const profiles = [];
    for (const scenario of chosen) {
      const samples = new Map(names.map((name) => [name, []]));
      for (let round = 0; round < rounds; round++) {
        for (const name of rotated(names, round)) {
          const sample = await browser.sample({ script: scripts.get(name), port: broker.port, scenario, profiled });
          samples.get(name).push(sample);
          progress(`${scenario.name} ${round + 1}/${rounds} ${name} ${Math.round(sample.perSecond)}/s`);
        }
      }
      results.push(resultOf(scenario, samples));
      if (profiled) profiles.push(...(await writeProfiles(profileFolder, scenario, samples)));
    }
    return { chromium: browser.version, results, profiles };
  } finally {
    await browser.close();
    broker.stop();
  }
}

/** Nobody is always the first. */
const rotated = (names, by) => names.map((_, index) => names[(index + by) % names.length]);

function resultOf({ name, title }, samples) {
  const medians = Object.fromEntries(
    [...samples].map(([contestant, each]) => [
      contestant,
      {
        perSecond: median(each.map(({ perSecond }) => perSecond)),
        cpuMicroseconds: median(each.map(({ cpuMicroseconds }) => cpuMicroseconds)),
        samples: each.map(({ perSecond, cpuMicroseconds }) => ({ perSecond, cpuMicroseconds })),
      },
    ]),
  );
  const { floor, mqtide, mqtt } = medians;
  const ofFloor = mqtide?.perSecond / floor?.perSecond;
  const ofMqtt = mqtide?.perSecond / mqtt?.perSecond;
  return { scenario: name, title, medians, ofFloor, ofMqtt, meetsTargets: ofFloor >= TARGET_OF_FLOOR && ofMqtt > 1 };
}

async function writeProfiles(folder, scenario, samples) {
  await mkdir(folder, { recursive: true });
  const summaries = [];
  for (const [contestant, each] of samples) {
    const { profile } = each.at(-1);
    await writeFile(join(folder, `${scenario.name}.${contestant}.cpuprofile`), JSON.stringify(profile));
    summaries.push({ scenario: scenario.name, contestant, functions: selfTimes(profile) });
  }
  return summaries;
}
