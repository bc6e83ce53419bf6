// `pnpm size`: what the libraries cost a page, minified and gzipped, each against its budget.
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { inRoot } from './lib/workspace.mjs';

/** 1 kB is 1,000 bytes. */
const BUDGETS = [
  { name: '@mqtide/codec, all of it', input: 'packages/codec/src/index.ts', kilobytes: 6.5 },
  { name: '@mqtide/client with the codec', input: 'packages/client/src/index.ts', kilobytes: 16 },
  {
    name: 'mqtide.global.min.js',
    input: 'packages/client/src/index.ts',
    kilobytes: 18,
    output: /** @type {const} */ ({ format: 'iife', name: 'mqtide', exports: 'named' }),
  },
];

const rows = await Promise.all(BUDGETS.map(async (budget) => ({ ...budget, ...(await measure(budget)) })));
console.log(`${'minified'.padStart(44)}${'gzipped'.padStart(11)}${'budget'.padStart(11)}`);
for (const { name, minified, gzipped, kilobytes } of rows) {
  const verdict = gzipped > kilobytes * 1000 ? '  OVER BUDGET' : '';
  console.log(
    `${name.padEnd(32)}${inKilobytes(minified)}${inKilobytes(gzipped)}${inKilobytes(kilobytes * 1000)}${verdict}`,
  );
}
if (rows.some(({ gzipped, kilobytes }) => gzipped > kilobytes * 1000)) process.exitCode = 1;

/**
 * Bundles an entry from source, as an application that uses all of it would.
 * @param {(typeof BUDGETS)[number]} budget
 */
async function measure({ input, output }) {
  const bundle = await rolldown({
    input: inRoot(input),
    platform: 'browser',
    resolve: { conditionNames: ['@mqtide/source', 'browser', 'import', 'default'] },
  });
  const { output: chunks } = await bundle.generate({ format: 'esm', ...output, minify: true });
  await bundle.close();
  const code = Buffer.from(chunks.map((chunk) => ('code' in chunk ? chunk.code : '')).join(''));
  return { minified: code.length, gzipped: gzipSync(code, { level: 9 }).length };
}

/** @param {number} bytes */
function inKilobytes(bytes) {
  return `${(bytes / 1000).toFixed(2)} kB`.padStart(11);
}
