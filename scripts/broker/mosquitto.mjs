import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../lib/ports.mjs';
import { findProgram } from '../lib/programs.mjs';
import { mosquittoConfig } from './mosquitto-config.mjs';

/** @typedef {import('./mosquitto-config.mjs').MosquittoSettings} MosquittoSettings */

/**
 * @typedef {object} MosquittoPorts
 * @property {number} [port] for MQTT over WebSocket; a free one by default
 * @property {number | 'free'} [tcpPort] for MQTT over TCP; none by default
 */

/** @typedef {MosquittoSettings & MosquittoPorts} MosquittoOptions */

const RUNNING = /mosquitto version \S+ running/;
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;
/** How often a free port may be lost to another program before the broker has taken it. */
const PORT_ATTEMPTS = 5;

/** @returns {string | undefined} the machine's mosquitto */
export const findMosquitto = () =>
  findProgram([process.env['MQTIDE_MOSQUITTO_PATH'], 'mosquitto', 'C:\\Program Files\\mosquitto\\mosquitto.exe']);

/** A mosquitto of our own on the loopback interface, with a private folder that disappears with it. */
export class Mosquitto {
  #folder = mkdtempSync(join(tmpdir(), 'mqtide-broker-'));
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #log = '';
  #ports;
  #settings;

  /**
   * Starts a broker and resolves when it accepts connections.
   * @param {MosquittoOptions} [options]
   */
  static async start({ port, tcpPort, ...settings } = {}) {
    for (let attempt = 1; ; attempt += 1) {
      const broker = new Mosquitto({ port: port ?? (await freePort()), ...(await tcpListener(tcpPort)) }, settings);
      try {
        await broker.restart();
        return broker;
      } catch (error) {
        await broker.dispose();
        const portLost = port === undefined && /address already in use/i.test(broker.log);
        if (!portLost || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  /**
   * @param {import('./mosquitto-config.mjs').MosquittoListeners} ports
   * @param {MosquittoSettings} settings
   */
  constructor(ports, settings) {
    this.#ports = ports;
    this.#settings = settings;
    process.once('exit', this.#removeAtExit);
  }

  /** Where clients connect over WebSocket. */
  get url() {
    return `ws://127.0.0.1:${this.#ports.port}/`;
  }

  /** For MQTT over WebSocket. */
  get port() {
    return this.#ports.port;
  }

  /** For MQTT over TCP, when it was asked for. */
  get tcpPort() {
    return this.#ports.tcpPort;
  }

  /** What the broker has logged since it was first started. */
  get log() {
    return this.#log;
  }

  /** Settles when the running broker has ended, whoever ended it. */
  get ended() {
    return this.#child === undefined ? Promise.resolve() : endOf(this.#child);
  }

  /** Stops the broker if it runs, and starts it on the same ports with what it kept. */
  async restart() {
    await this.stop();
    const program = findMosquitto();
    if (program === undefined) throw new Error('mosquitto is not installed');
    const config = join(this.#folder, 'mosquitto.conf');
    writeFileSync(config, mosquittoConfig(this.#folder, this.#ports, this.#settings));
    // In a process group of its own, so that Ctrl-C in the terminal leaves the order of the shutdown to us.
    const child = spawn(program, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#log += text;
    });
    child.once('error', (error) => {
      this.#log += `${error.message}\n`;
    });
    await this.#listening(child);
  }

  /** Ends the broker in order (SIGTERM): it writes down what it has to keep. */
  async stop() {
    await this.#end('SIGTERM');
  }

  /** Ends the broker at once (SIGKILL): it keeps what it had written down before, which may be nothing. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Stops the broker for good and removes its folder. */
  async dispose() {
    await this.stop();
    process.off('exit', this.#removeAtExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    child.kill(signal);
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await endOf(child);
    clearTimeout(impatience);
  }

  /**
   * It is ready when it says so. To ask its port could reach another program that took the port first.
   * @param {import('node:child_process').ChildProcess} child
   */
  async #listening(child) {
    const giveUpAt = Date.now() + START_TIMEOUT_MS;
    const before = this.#log.length;
    while (!hasEnded(child) && Date.now() < giveUpAt) {
      if (RUNNING.test(this.#log.slice(before))) return;
      await wait(10);
    }
    await this.#end('SIGKILL');
    throw new Error(`mosquitto did not start on port ${this.#ports.port}:\n${this.#log}`);
  }

  #removeAtExit = () => {
    this.#child?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  };
}

/** @param {number | 'free' | undefined} tcpPort */
async function tcpListener(tcpPort) {
  if (tcpPort === undefined) return {};
  return { tcpPort: tcpPort === 'free' ? await freePort() : tcpPort };
}

/** @param {import('node:child_process').ChildProcess} child */
const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<void>}
 */
function endOf(child) {
  return new Promise((resolve) => {
    if (hasEnded(child)) resolve();
    else child.once('exit', () => resolve());
  });
}
