import { posix } from 'node:path';
import { isTest, LAYERS, TESTS } from './layers.mjs';
import { readImports } from './read-imports.mjs';

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */

/**
 * Every import that the table of layers does not allow.
 * @param {readonly SourceFile[]} files
 * @returns {string[]} a sentence each
 */
export function checkArrows(files) {
  return files.flatMap((file) => readImports(file).flatMap((specifier) => judge(file.path, specifier)));
}

/**
 * @param {string} path of the importing file
 * @param {string} specifier
 * @returns {string[]} nothing, or what is wrong
 */
function judge(path, specifier) {
  const from = layerOf(path);
  if (from === undefined) return [`${path} belongs to no layer`];
  const more = isTest(path) ? TESTS : { layers: [], packages: [] };

  if (!specifier.startsWith('.')) {
    const allowed = [...from.packages, ...more.packages];
    return allowed.some((pattern) => matches(pattern, specifier)) ? [] : [forbidden(path, from.name, specifier)];
  }
  const to = layerOf(posix.join(posix.dirname(path), specifier));
  if (to === undefined) return [`${path} imports ${specifier}, which belongs to no layer`];
  const allowed = [from.name, ...from.layers, ...more.layers];
  return allowed.includes(to.name) ? [] : [forbidden(path, from.name, `${specifier} (${to.name})`)];
}

/** @param {string} path */
function layerOf(path) {
  return LAYERS.find(({ paths }) =>
    paths.some((candidate) => (candidate.endsWith('/') ? path.startsWith(candidate) : path === candidate)),
  );
}

/**
 * @param {string} pattern
 * @param {string} specifier
 */
function matches(pattern, specifier) {
  return pattern.endsWith('*') ? specifier.startsWith(pattern.slice(0, -1)) : specifier === pattern;
}

/**
 * @param {string} path
 * @param {string} layer
 * @param {string} target
 */
function forbidden(path, layer, target) {
  return `${path}: ${layer} may not import ${target}`;
}
