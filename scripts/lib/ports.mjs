import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** @returns {Promise<number>} a port of this machine that nobody listens on */
export async function freePort() {
  const port = await tryToListen(0);
  if (port === undefined) throw new Error(`no free port on ${HOST}`);
  return port;
}

/**
 * The preferred port, or a free one when it is taken.
 * @param {number} preferred
 */
export const preferredPort = async (preferred) => (await tryToListen(preferred)) ?? freePort();

/**
 * @param {number} port
 * @returns {Promise<number | undefined>} the port that could be listened on
 */
function tryToListen(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, HOST, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}
