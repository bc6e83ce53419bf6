import { defineConfig } from 'vite';

export default defineConfig({
  // The built page works from any folder of any server.
  base: './',
  // The packages of this repository from their TypeScript source: no build before the page, and hot reload through all.
  resolve: { conditions: ['@mqtide/source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2022', sourcemap: true },
});
