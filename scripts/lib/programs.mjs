import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Folders that hold programs but are missing from the PATH of many shells. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin', '/snap/bin'];

const SUFFIXES = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];

/**
 * The first of the given programs that is on this machine. A candidate is an absolute path or a name to look up.
 * @param {readonly (string | undefined)[]} candidates
 * @returns {string | undefined} its path
 */
export function findProgram(candidates) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...MORE_FOLDERS];
  return candidates
    .flatMap((candidate) => (candidate ? possiblePaths(candidate, folders) : []))
    .find((path) => existsSync(path));
}

/**
 * @param {string} candidate
 * @param {readonly string[]} folders
 */
function possiblePaths(candidate, folders) {
  if (isAbsolute(candidate)) return [candidate];
  return folders.flatMap((folder) => SUFFIXES.map((suffix) => join(folder, candidate + suffix)));
}
