import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const page = (name) => fileURLToPath(new URL(`page/${name}.mjs`, import.meta.url));

/**
 * The script of a contestant's page. mqtide is bundled from its sources, so that a stale build is never measured.
 * @param {string} name
 * @param {{ packages: string, minify: boolean }} options `packages`: the folder that mqtide's packages are in
 * @returns {Promise<string>}
 */
export async function bundle(name, { packages, minify }) {
  const build = await rolldown({
    input: page(name),
    platform: 'browser',
    resolve: {
      conditionNames: ['@mqtide/source', 'browser', 'import', 'default'],
      alias: { '@mqtide/client': join(packages, 'client/src/index.ts') },
    },
    logLevel: 'silent',
  });
  try {
    const { output } = await build.generate({ format: 'iife', minify });
    return output[0].code;
  } finally {
    await build.close();
  }
}
