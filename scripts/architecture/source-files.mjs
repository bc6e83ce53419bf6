import { readdirSync, readFileSync } from 'node:fs';
import { inRoot, packageFolders } from '../lib/workspace.mjs';

/**
 * @typedef {object} SourceFile
 * @property {string} path inside the repository, with slashes
 * @property {string} source
 */

const NOT_OURS = ['node_modules', 'dist'];

/**
 * Every TypeScript file of the packages, the apps and the browser tests.
 * @returns {SourceFile[]}
 */
export function readSourceFiles() {
  const folders = [...packageFolders('packages'), ...packageFolders('apps')].map((folder) => `${folder}/src`);
  return [...folders, 'e2e'].flatMap(filesUnder).map((path) => ({ path, source: readFileSync(inRoot(path), 'utf8') }));
}

/**
 * Links are not followed: those of the packages to one another go round in circles.
 * @param {string} folder
 * @returns {string[]}
 */
function filesUnder(folder) {
  return readdirSync(inRoot(folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return NOT_OURS.includes(entry.name) ? [] : filesUnder(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}
