import { defineConfig } from 'rolldown';

export default defineConfig({
  input: 'src/index.ts',
  platform: 'neutral',
  tsconfig: './tsconfig.json',
  output: { file: 'dist/index.js', format: 'esm', sourcemap: true },
});
