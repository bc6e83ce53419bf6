import { build, createServer, preview } from 'vite';
import { inRoot } from './workspace.mjs';

const HOST = '127.0.0.1';

/**
 * Serves the dashboard: built, as users get it, or by Vite's development server. `local` is what it is told of the servers
 * that run beside it.
 * @param {{ port: number, development: boolean, local: object }} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} the URL ends with a slash
 */
export async function startDashboard({ port, development, local }) {
  const plugins = [servedAs('/local.json', local)];
  const common = /** @type {const} */ ({
    root: inRoot('apps/dashboard'),
    logLevel: 'warn',
    clearScreen: false,
    plugins,
  });
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

/**
 * @param {string} path
 * @param {object} content
 * @returns {import('vite').Plugin}
 */
function servedAs(path, content) {
  /** @param {{ middlewares: import('vite').Connect.Server }} server */
  const serve = ({ middlewares }) => {
    middlewares.use(path, (_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(content));
    });
  };
  return { name: 'served', configureServer: serve, configurePreviewServer: serve };
}
