/*
 * A turn of the event loop is the one thing that tells for certain that no promise continuation is left: the platform
 * empties the whole microtask queue, including what its entries add, before it takes the next task. Counting a number
 * of `await`s instead would be a guess about the length of somebody else's promise chain.
 *
 * The functions are looked up once, so that a test which replaces the platform's timers does not stop this one.
 */
const platformSetImmediate: ((callback: () => void) => unknown) | undefined =
  typeof setImmediate === 'function' ? setImmediate : undefined;

/** Resolves in a later turn of the event loop, when every promise continuation has run. No timer is involved. */
export function nextTurn(): Promise<void> {
  if (platformSetImmediate !== undefined) {
    const schedule = platformSetImmediate;
    return new Promise((resolve) => schedule(resolve));
  }
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
