import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { index: 'src/index.ts' },
  platform: 'node',
  tsconfig: './tsconfig.json',
  external: [/^@mqtide\//, 'ws'],
  output: { dir: 'dist', format: 'esm', sourcemap: true, entryFileNames: '[name].js' },
});
