import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const pages = ['index', 'workers', 'react', 'aws'];

/** Bundles the pages as an application would: from the built packages, not from their source. */
export default defineConfig({
  // React mounts twice in development only.
  define: { 'process.env.NODE_ENV': '"development"' },
  build: {
    target: 'es2022',
    rolldownOptions: { input: pages.map((name) => fileURLToPath(new URL(`${name}.html`, import.meta.url))) },
  },
  worker: { format: 'es' },
  logLevel: 'warn',
});
