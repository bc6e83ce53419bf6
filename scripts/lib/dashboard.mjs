import { build, createServer, preview } from 'vite';
import { inRoot } from './workspace.mjs';

const HOST = '127.0.0.1';

/**
 * Serves the dashboard: built, as users get it, or by Vite's development server.
 * @param {{ port: number, development: boolean }} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} the URL ends with a slash
 */
export async function startDashboard({ port, development }) {
  const common = /** @type {const} */ ({ root: inRoot('apps/dashboard'), logLevel: 'warn', clearScreen: false });
  const listener = { host: HOST, port, strictPort: true };
  const url = `http://${HOST}:${port}/`;
  if (development) {
    const server = await createServer({ ...common, server: listener });
    await server.listen();
    return { url, close: () => server.close() };
  }
  console.log('Building the dashboard …');
  await build({ ...common, mode: 'production' });
  const server = await preview({ ...common, preview: listener });
  return { url, close: () => server.close() };
}
