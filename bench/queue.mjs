/*
 * Memory: what a QoS 1 publish of 100 bytes costs that waits in the queue, measured with 100,000 of them in Chromium. The
 * client is bundled from its sources.
 */
import { fileURLToPath } from 'node:url';
import { bundle } from './client/bundle.mjs';
import { DevTools } from './client/devtools.mjs';

const MESSAGES = 100_000;
/** Bytes on the heap for one message, at most. */
const TARGET = 500;

/** Bytes for each message: on the heap, and outside it for the payloads. */
export async function run() {
  const packages = fileURLToPath(new URL('../packages', import.meta.url));
  const script = await bundle('queue', { packages, minify: true });
  const devtools = await DevTools.launch();
  try {
    const { targetId } = await devtools.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: true });
    const evaluate = async (expression) => {
      const { result, exceptionDetails } = await devtools.send(
        'Runtime.evaluate',
        { expression, returnByValue: true },
        sessionId,
      );
      if (exceptionDetails !== undefined) throw new Error(`in the page: ${exceptionDetails.exception?.description}`);
      return result.value;
    };
    const usage = async () => {
      for (let count = 0; count < 3; count++) await devtools.send('HeapProfiler.collectGarbage', {}, sessionId);
      return devtools.send('Runtime.getHeapUsage', {}, sessionId);
    };
    await evaluate(script);
    await evaluate('queue.prepare()');
    const before = await usage();
    await evaluate(`queue.publish(${MESSAGES})`);
    const after = await usage();
    const waiting = await evaluate('queue.waiting()');
    if (waiting < MESSAGES) throw new Error(`only ${waiting} messages wait`);
    const each = (name) => Math.round(((after[name] ?? 0) - (before[name] ?? 0)) / MESSAGES);
    return { heap: each('usedSize'), outside: each('backingStorageSize'), target: TARGET };
  } finally {
    await devtools.close();
  }
}
