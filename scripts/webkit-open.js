// Vite opens the page of the unit tests with the program in the variable BROWSER. This is that program: it shows the page
// in WebKitGTK, on a display of its own, until the server of the page has gone.
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { findWebKit } from './lib/engines.mjs';
import { onShutdown } from './lib/processes.mjs';
import { WebKit } from './lib/webkit.mjs';

const url = process.argv.find((argument) => argument.startsWith('http'));
const programs = findWebKit();
if (url === undefined || programs === undefined) {
  console.error('usage: webkit-open.js <url>, with webkit2gtk-driver and xvfb installed');
  process.exit(1);
}

const webkit = new WebKit(programs);
onShutdown(end);
try {
  await webkit.start();
  await webkit.show(url);
  while (await serverListens(new URL(url))) await wait(250);
} finally {
  await end();
}

async function end() {
  await webkit.stop();
  process.exit();
}

/**
 * By TCP: a request for the page would start the tests once more.
 * @param {URL} page
 * @returns {Promise<boolean>}
 */
function serverListens({ hostname, port }) {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
