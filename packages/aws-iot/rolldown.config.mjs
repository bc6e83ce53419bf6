import { defineConfig } from 'rolldown';

export default defineConfig({
  input: { index: 'src/index.ts' },
  platform: 'browser',
  tsconfig: './tsconfig.json',
  output: { dir: 'dist', format: 'esm', sourcemap: true, entryFileNames: '[name].js' },
});
