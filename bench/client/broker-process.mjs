import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Starts the null broker in a process of its own.
 * @returns {Promise<{ port: number, stop(): void }>}
 */
export async function startNullBroker() {
  const child = fork(fileURLToPath(new URL('null-broker.mjs', import.meta.url)));
  const [{ port }] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the null broker could not be started');
    }),
  ]);
  return { port, stop: () => child.disconnect() };
}
