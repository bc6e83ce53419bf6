/*
 * pnpm bench: mqtide beside today's packages and beside the floor, in one run, interleaved. See README.md.
 */
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { run as runClient } from './client/index.mjs';
import { CONTESTANTS, SCENARIOS } from './client/scenarios.mjs';
import { clientTable, codecTable, profileTable } from './tables.mjs';

const LEAST_ROUNDS = 5;
const CODEC = new URL('codec.mjs', import.meta.url);

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: String(LEAST_ROUNDS) },
    scenario: { type: 'string', multiple: true, default: [] },
    contestant: { type: 'string', multiple: true, default: [] },
    against: { type: 'string', multiple: true, default: [] },
    profile: { type: 'string' },
    json: { type: 'string' },
  },
});

expectOneOf('--only', options.only === undefined ? [] : [options.only], ['codec', 'client', 'dispatch', 'queue']);
expectOneOf(
  '--scenario',
  options.scenario,
  SCENARIOS.map(({ name }) => name),
);
expectOneOf('--contestant', options.contestant, CONTESTANTS);
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds is a whole number from 1 on');

const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
console.log(`${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}`);
const [load] = loadavg();
if (load > machine.cores / 2) console.log(`The machine is busy (load ${load.toFixed(1)}): trust the CPU times more.`);

/** @type {{ [part: string]: unknown }} */
const report = { machine, rounds };
const runs = (part) => options.only === undefined || options.only === part;
if (runs('codec')) await benchCodec();
if (runs('dispatch')) await benchDispatch();
if (runs('queue')) await benchQueue();
if (runs('client')) await benchClient();
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);

async function benchCodec() {
  const { run } = await import(CODEC.href);
  const rows = await run();
  report.codec = rows;
  console.log(codecTable(rows));
}

async function benchDispatch() {
  const { run } = await import(new URL('dispatch.mjs', import.meta.url).href);
  report.dispatch = await run();
  console.log(codecTable(report.dispatch));
}

async function benchQueue() {
  const { run } = await import('./queue.mjs');
  const { heap, outside, target } = await run();
  report.queue = { heap, outside };
  console.log(`QoS 1 publish of 100 bytes, queued: ${heap} bytes on the heap (≤ ${target}), ${outside} outside\n`);
}

async function benchClient() {
  const { chromium, results, profiles } = await runClient({
    rounds,
    scenarios: options.scenario,
    contestants: options.contestant,
    against: options.against,
    profileFolder: options.profile,
    progress: showProgress,
  });
  showProgress('');
  report.machine = { ...machine, chromium };
  report.client = results;
  console.log(`Chromium ${chromium}, headless; medians of ${rounds} rounds`);
  console.log(clientTable(results));
  for (const profile of profiles) console.log(profileTable(profile));
}

/** @param {string} line */
function showProgress(line) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
}

/**
 * @param {string} option
 * @param {readonly string[]} values
 * @param {readonly string[]} allowed
 */
function expectOneOf(option, values, allowed) {
  const wrong = values.find((value) => !allowed.includes(value));
  if (wrong !== undefined) fail(`${option} ${wrong}: it is one of ${allowed.join(', ')}`);
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}
