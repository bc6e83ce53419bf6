/**
 * Holds a Web Lock until the function it resolves to has been called. `undefined` when somebody else has it and does not
 * let go in time: a page that is being reloaded does so a moment after the next one has begun.
 */
export async function acquireLock(name: string, timeoutMs: number): Promise<(() => Promise<void>) | undefined> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (locks === undefined) return async () => {};
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  return new Promise((resolve, reject) => {
    const held: Promise<unknown> = locks.request(name, { signal: controller.signal }, () => {
      clearTimeout(timer);
      return new Promise<void>((letGo) => {
        resolve(async () => {
          letGo();
          // Only then can the next one have it.
          await held;
        });
      });
    });
    held.catch((error: unknown) => {
      clearTimeout(timer);
      if (controller.signal.aborted) resolve(undefined);
      else reject(error as Error);
    });
  });
}
