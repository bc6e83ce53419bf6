import { readdirSync, readFileSync } from 'node:fs';
import { inRoot, packageFolders } from '../lib/workspace.mjs';

/**
 * @typedef {object} SourceFile
 * @property {string} path inside the repository, with slashes
 * @property {string} source
 */

const NOT_OURS = /(^|\/)(node_modules|dist)\//;

/**
 * Every TypeScript file of the packages, the apps and the browser tests.
 * @returns {SourceFile[]}
 */
export function readSourceFiles() {
  const folders = [...packageFolders('packages'), ...packageFolders('apps')].map((folder) => `${folder}/src`);
  return [...folders, 'e2e'].flatMap(filesUnder).map((path) => ({ path, source: readFileSync(inRoot(path), 'utf8') }));
}

/** @param {string} folder */
function filesUnder(folder) {
  return readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !NOT_OURS.test(path));
}
