import { defineConfig } from 'vite';

/** Bundles the page as an application would: from the built packages, not from their source. */
export default defineConfig({ build: { target: 'es2022' }, logLevel: 'warn' });
