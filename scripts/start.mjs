// `npm start`: installs what is missing, builds the dashboard, starts a broker and a stand-in for AWS IoT Core, and prints
// one URL.
// `pnpm dev`: the same with Vite's development server, which shows every change at once.
import { installDependencies } from './lib/install.mjs';
import { preferredPort } from './lib/ports.mjs';
import { onShutdown } from './lib/processes.mjs';

const BROKER_PORT = 9001;
const PAGE_PORT = 5173;
const EMULATOR_PORT = 8883;

/** What was started, the last first. @type {(() => Promise<void>)[]} */
const running = [];
onShutdown(() => end(0));

try {
  await installDependencies();
  // Only now: these import what was installed.
  const { startBroker } = await import('./broker/index.mjs');
  const { findMosquitto } = await import('./broker/mosquitto.mjs');
  const { startDashboard } = await import('./lib/dashboard.mjs');
  const { startEmulator } = await import('./lib/emulator.mjs');

  const broker = await startBroker(await portFor('broker', BROKER_PORT));
  running.unshift(() => broker.dispose());
  const brokers = [broker.ended];
  /** @type {{ aws?: object, awsProblem?: string, admin?: string }} */
  let local = { awsProblem: 'The presets for AWS need mosquitto, which is not on this machine.' };
  if (findMosquitto() !== undefined) {
    const started = await startEmulator({ port: await portFor('AWS emulator', EMULATOR_PORT) });
    const { emulator, account, ended } = started;
    brokers.push(ended);
    running.unshift(() => started.dispose());
    local = {
      aws: { ...account, endpoint: emulator.endpoint, region: emulator.cloud.region },
      admin: `${emulator.httpUrl}/admin/`,
    };
  }
  const page = await startDashboard({
    port: await portFor('page', PAGE_PORT),
    development: process.argv.includes('--dev'),
    local,
  });
  running.unshift(() => page.close());

  console.log(`
  mqtide is running. Open

      ${page.url}?url=${broker.url}

  Broker: ${broker.description}.
  AWS IoT Core: ${local.aws === undefined ? local.awsProblem : `emulated, ${local.admin}; choose it as “Server” on the page.`}
  Ctrl-C stops everything.
`);
  await Promise.race(brokers);
  if (running.length > 0) throw new Error('A broker has ended.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await end(1);
}

/**
 * @param {string} what listens there
 * @param {number} preferred
 */
async function portFor(what, preferred) {
  const port = await preferredPort(preferred);
  if (port !== preferred) console.log(`Port ${preferred} is taken: the ${what} uses ${port}.`);
  return port;
}

/** @param {number} status */
async function end(status) {
  for (const stop of running.splice(0)) await stop();
  process.exit(status);
}
