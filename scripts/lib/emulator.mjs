import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { Mosquitto } from '../broker/mosquitto.mjs';
import { inRoot } from './workspace.mjs';

/** @typedef {typeof import('../../apps/emulator/src/index.ts')} EmulatorModule */

const FOLDER = 'node_modules/.cache/emulator';

/**
 * Starts the stand-in for AWS IoT Core, with a mosquitto of its own behind it.
 * @param {{ port?: number }} [options]
 */
export async function startEmulator({ port = 0 } = {}) {
  const { addDemoAccount, Emulator, MOSQUITTO_LINES } = await loadEmulator();
  const broker = await Mosquitto.start({ tcpPort: 'free', lines: MOSQUITTO_LINES });
  const emulator = await Emulator.start({ brokerPort: broker.tcpPort ?? 0, port });
  return {
    emulator,
    account: addDemoAccount(emulator),
    ended: broker.ended,
    async dispose() {
      await emulator.dispose();
      await broker.dispose();
    },
  };
}

/**
 * Node 20 reads no TypeScript: it is bundled first, which takes a moment.
 * @returns {Promise<EmulatorModule>}
 */
async function loadEmulator() {
  const file = inRoot(FOLDER, 'emulator.mjs');
  mkdirSync(inRoot(FOLDER), { recursive: true });
  await build({
    input: inRoot('apps/emulator/src/index.ts'),
    platform: 'node',
    external: ['ws'],
    resolve: { conditionNames: ['@mqtide/source', 'node', 'import'] },
    output: { file, format: 'esm' },
    logLevel: 'warn',
  });
  return import(pathToFileURL(file).href);
}
