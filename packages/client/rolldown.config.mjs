import { defineConfig } from 'rolldown';

/** Entries of the package. Adding one is a line here and its rows under "exports" in package.json. */
const entries = {
  index: 'src/index.ts',
  indexeddb: 'src/io/indexeddb/index.ts',
  scram: 'src/scram/index.ts',
  topics: 'src/topics/index.ts',
  aws: 'src/aws/index.ts',
  'worker-client': 'src/worker/index.ts',
  internal: 'src/internal.ts',
};

/** @satisfies {import('rolldown').InputOptions} */
const common = {
  platform: 'browser',
  tsconfig: './tsconfig.json',
};

/** For files that stand alone: the codec is bundled from its source, so that source maps lead to TypeScript. */
const standalone = {
  ...common,
  input: 'src/index.ts',
  resolve: { conditionNames: ['@mqtide/source', 'browser', 'import', 'default'] },
};

export default defineConfig([
  {
    ...common,
    input: entries,
    external: [/^@mqtide\//, /^@aws-/, 'idb'],
    output: {
      dir: 'dist',
      format: 'esm',
      sourcemap: true,
      entryFileNames: '[name].js',
      chunkFileNames: 'chunks/[name]-[hash].js',
    },
  },
  {
    // Whoever resolves `new URL('@mqtide/client/worker', import.meta.url)` may copy the file and not look into it.
    ...standalone,
    input: 'src/worker/worker.ts',
    output: { file: 'dist/worker.js', format: 'esm', sourcemap: true, minify: true, comments: false },
  },
  {
    ...standalone,
    output: { file: 'dist/mqtide.min.js', format: 'esm', sourcemap: true, minify: true, comments: false },
  },
  {
    ...standalone,
    input: 'src/global.ts',
    output: {
      file: 'dist/mqtide.global.min.js',
      format: 'iife',
      name: 'mqtide',
      exports: 'named',
      sourcemap: true,
      minify: true,
      comments: false,
    },
  },
]);
