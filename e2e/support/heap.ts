import type { Page } from '@playwright/test';

/** Bytes on the heap of a page after a collection. Chromium only. */
export async function heapUsed(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  // Twice: what finalizers let go of is collected the second time.
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  await devtools.detach();
  return usedSize;
}
