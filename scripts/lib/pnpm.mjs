import { execute } from './processes.mjs';
import { findProgram } from './programs.mjs';

const VERSION = '12.21.0';

/** What npm sets for its scripts must not reach another package manager, except where the network is concerned. */
const NPM_VARIABLE = /^npm_(config|lifecycle|package)_/i;
const NETWORK_VARIABLE = /^npm_config_(registry|cache|prefix|userconfig|https?_proxy|proxy|noproxy|cafile)$/i;

/**
 * Runs pnpm: the one on the PATH when its major version fits, otherwise the pinned one, fetched by npx.
 * @param {readonly string[]} args
 * @param {{ cwd?: string }} [options]
 */
export async function pnpm(args, options = {}) {
  const env = cleanEnvironment();
  const own = findProgram(['pnpm']);
  const version = own === undefined ? '' : (await execute(own, ['--version'], { env, ...options })).output.trim();
  return version.split('.')[0] === VERSION.split('.')[0]
    ? execute(own ?? 'pnpm', args, { env, ...options })
    : execute('npx', ['--yes', `pnpm@${VERSION}`, ...args], { env, ...options });
}

/** Variables with the value `undefined` are left out of a child's environment. */
function cleanEnvironment() {
  const unwanted = Object.keys(process.env).filter((name) => NPM_VARIABLE.test(name) && !NETWORK_VARIABLE.test(name));
  return { ...Object.fromEntries(unwanted.map((name) => [name, undefined])), CI: '1' };
}
