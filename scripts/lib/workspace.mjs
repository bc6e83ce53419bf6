import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * An absolute path inside the repository.
 * @param {...string} segments
 */
export const inRoot = (...segments) => join(root, ...segments);

/**
 * @param {string} path inside the repository
 * @returns {any} the parsed JSON file
 */
const readJson = (path) => JSON.parse(readFileSync(inRoot(path), 'utf8'));

/**
 * @param {'packages' | 'apps'} group
 * @returns {string[]} the folders of a group of packages, such as `packages/codec`
 */
export const packageFolders = (group) => readdirSync(inRoot(group)).map((name) => `${group}/${name}`);

/** The npm package that brings each tool. */
const TOOLS = {
  attw: '@arethetypeswrong/cli',
  biome: '@biomejs/biome',
  knip: 'knip',
  oxlint: 'oxlint',
  playwright: '@playwright/test',
  publint: 'publint',
  rolldown: 'rolldown',
  tsc: 'typescript',
  vite: 'vite',
  vitest: 'vitest',
};

/**
 * The script behind a tool's command. It is run with this very Node, so nothing but node_modules has to be there:
 * neither pnpm nor a PATH.
 * @param {keyof typeof TOOLS} name
 */
export function tool(name) {
  const folder = join('node_modules', TOOLS[name]);
  const { bin } = readJson(join(folder, 'package.json'));
  return inRoot(folder, typeof bin === 'string' ? bin : bin[name]);
}
