import { spawn } from 'node:child_process';
import { root } from './workspace.mjs';

/**
 * @typedef {object} Finished
 * @property {boolean} ok whether it ended with status 0
 * @property {string} output what it wrote to both outputs
 */

/**
 * @typedef {object} ExecuteOptions
 * @property {NodeJS.ProcessEnv} [env] variables to add to this process's own
 * @property {boolean} [show] write straight to the terminal instead of collecting the output
 * @property {string} [cwd]
 */

/** Colours are for terminals. */
const PLAIN = process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: undefined };

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Runs a program to its end. Never rejects: a program that cannot be started has failed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {ExecuteOptions} [options]
 * @returns {Promise<Finished>}
 */
export function execute(command, args, { env = {}, show = false, cwd = root } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...PLAIN, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      // npx and brew are scripts on Windows.
      shell: process.platform === 'win32' && command !== process.execPath,
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', (error) => {
      output += `${error.message}\n`;
    });
    child.once('close', (status) => {
      running.delete(child);
      resolve({ ok: status === 0, output });
    });
  });
}

/**
 * Runs a script with this very Node.
 * @param {string} script
 * @param {readonly string[]} [args]
 * @param {ExecuteOptions} [options]
 */
export const executeNode = (script, args = [], options = {}) => execute(process.execPath, [script, ...args], options);

/**
 * Calls back once when this process is asked to end: Ctrl-C, a signal, or the death of the `npm` that started it. npm
 * passes a SIGTERM only to its shell, which leaves this process an orphan. What `execute` still runs is asked to end, too.
 * @param {() => void | Promise<void>} shutDown
 */
export function onShutdown(shutDown) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) begin('SIGTERM');
  }, 500).unref();
  let begun = false;
  /** @param {NodeJS.Signals} signal */
  const begin = (signal) => {
    clearInterval(watch);
    if (begun) return;
    begun = true;
    // Ctrl-C in a terminal reaches the whole group. Who hears it twice may end at once and leave something behind.
    if (signal !== 'SIGINT') for (const child of running) child.kill('SIGINT');
    void shutDown();
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, begin);
}
