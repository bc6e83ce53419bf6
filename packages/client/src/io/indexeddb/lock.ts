/** Holds a Web Lock until the function it resolves to has been called. `undefined` when somebody else has it. */
export async function acquireLock(name: string): Promise<(() => Promise<void>) | undefined> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (locks === undefined) return async () => {};
  return new Promise((resolve, reject) => {
    const held: Promise<unknown> = locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(undefined);
        return undefined;
      }
      return new Promise<void>((letGo) => {
        resolve(async () => {
          letGo();
          // Only then can the next one have it.
          await held;
        });
      });
    });
    held.catch(reject);
  });
}
