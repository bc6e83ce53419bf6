import { execute } from './processes.mjs';
import { findProgram } from './programs.mjs';

/**
 * Installs packages of the operating system, where that is possible without asking anybody: by apt-get as root or with a
 * sudo that wants no password, or by Homebrew. MQTIDE_NO_SYSTEM_INSTALL=1 forbids it.
 * @param {{ apt?: readonly string[], brew?: readonly string[] }} packages
 * @returns {Promise<boolean>} whether it worked
 */
export async function systemInstall({ apt, brew }) {
  if (process.env['MQTIDE_NO_SYSTEM_INSTALL'] === '1') return false;
  if (apt !== undefined && findProgram(['apt-get']) !== undefined) return aptInstall(apt);
  if (brew !== undefined && findProgram(['brew']) !== undefined)
    return (await execute('brew', ['install', ...brew])).ok;
  return false;
}

/** @param {readonly string[]} packages */
async function aptInstall(packages) {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  /** @param {readonly string[]} args */
  const aptGet = async (args) => {
    const [command = '', ...rest] = [...asRoot, 'apt-get', ...args];
    return (await execute(command, rest, { env: { DEBIAN_FRONTEND: 'noninteractive' } })).ok;
  };
  const install = () => aptGet(['install', '-y', '--no-install-recommends', ...packages]);
  // A fresh machine knows no packages before the first update.
  return (await install()) || ((await aptGet(['update', '-q'])) && (await install()));
}
