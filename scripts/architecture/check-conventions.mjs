import { parseSync, Visitor } from 'rolldown/utils';
import { isTest } from './layers.mjs';

/** @typedef {import('./source-files.mjs').SourceFile} SourceFile */

/** Deciding code is told the time and the random number; it never asks. */
const PURE = /^packages\/(codec\/src|client\/src\/session)\//;
const IMPURE_GLOBALS = new Set(['Date', 'performance']);

/** What starts a test, and what must not be done to it. */
const TEST_FUNCTIONS = new Set(['bench', 'describe', 'it', 'suite', 'test']);
const TEST_ESCAPES = new Set(['fixme', 'only', 'skip', 'todo']);

const FORBIDDEN_COMMENTS = ['@ts-ignore', '@ts-nocheck', 'TODO', 'FIXME'];

const MAXIMUM_LINES = 300;
const IN_SOURCE_FOLDER = /^(packages|apps)\/[^/]+\/src\//;

/**
 * What a file may not contain: the type any, silenced type errors, plans, tests that are left out, and, in pure code,
 * the time and randomness.
 * @param {SourceFile} file
 * @returns {string[]} a sentence each
 */
export function checkContents({ path, source }) {
  /** @type {string[]} */
  const findings = [];
  const { program, comments } = parseSync(path, source);
  /**
   * @param {{ start: number }} node
   * @param {string} what
   */
  const report = ({ start }, what) => {
    findings.push(`${path}:${source.slice(0, start).split('\n').length} contains ${what}`);
  };

  for (const comment of comments) {
    for (const word of FORBIDDEN_COMMENTS) if (comment.value.includes(word)) report(comment, word);
  }
  const pure = PURE.test(path) && !isTest(path);
  /** Names of properties are identifiers, too. @type {WeakSet<object>} */
  const propertyNames = new WeakSet();
  new Visitor({
    TSAnyKeyword: (node) => report(node, 'the type any'),
    Property: ({ key, shorthand }) => shorthand || propertyNames.add(key),
    MemberExpression(node) {
      if (node.computed || node.property.type !== 'Identifier') return;
      propertyNames.add(node.property);
      const { name } = node.property;
      const object = rootOf(node);
      if (TEST_ESCAPES.has(name) && TEST_FUNCTIONS.has(object)) report(node, `${object}.${name}`);
      if (pure && object === 'Math' && name === 'random') report(node, 'Math.random');
      if (pure && object === 'globalThis' && IMPURE_GLOBALS.has(name)) report(node, name);
    },
    Identifier(node) {
      if (pure && IMPURE_GLOBALS.has(node.name) && !propertyNames.has(node)) report(node, node.name);
    },
  }).visit(program);
  return findings;
}

/**
 * Files that are too long without a reason, and reasons that are no longer needed.
 * @param {readonly SourceFile[]} files
 * @param {Readonly<Record<string, string>>} reasons by path
 * @returns {string[]} a sentence each
 */
export function checkLengths(files, reasons) {
  const tooLong = files
    .map(({ path, source }) => ({ path, lines: source.split('\n').length - 1 }))
    .filter(({ path, lines }) => IN_SOURCE_FOLDER.test(path) && lines > MAXIMUM_LINES);
  const paths = new Set(tooLong.map(({ path }) => path));
  return [
    ...tooLong
      .filter(({ path }) => !(path in reasons))
      .map(({ path, lines }) => `${path} has ${lines} lines, over ${MAXIMUM_LINES}: look for its second idea`),
    ...Object.keys(reasons)
      .filter((path) => !paths.has(path))
      .map((path) => `${path} is short enough and needs no reason`),
  ];
}

/**
 * The leftmost name of `test.describe.only`, which is `test`.
 * @param {import('rolldown/utils').ESTree.Expression} expression
 * @returns {string}
 */
function rootOf(expression) {
  if (expression.type === 'MemberExpression') return rootOf(expression.object);
  return expression.type === 'Identifier' ? expression.name : '';
}
