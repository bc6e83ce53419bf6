/* What keeps a promise from waiting for ever, and from passing another one. */
import { RequestError } from './errors.ts';

/** What bounds a request. */
export interface RequestOptions {
  /** Rejects with the signal's reason. The service may have done it all the same. */
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole request, the time without a connection included. @default 30_000 */
  readonly timeoutMs?: number;
}

/** The longest that a timer can wait. It takes more for nothing. */
const LONGEST_MS = 2 ** 31 - 1;

/** Does something under a signal of its own, which is aborted with that of the caller, and when the time is over. */
export async function bounded<Result>(
  { signal, timeoutMs = 30_000 }: RequestOptions,
  topic: string,
  act: (over: AbortController) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const onTimeout = (): void => over.abort(new RequestError('TIMEOUT', `No answer to ${topic} in ${timeoutMs} ms.`));
  const onAbort = (): void => over.abort(signal?.reason);
  const timer = setTimeout(onTimeout, Math.min(timeoutMs, LONGEST_MS));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await act(over);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The promise, or the signal's reason. */
export function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The last of those that wait for their turn, by lane. */
export type Lanes = Map<string, Promise<unknown>>;

/** One after the other in a lane; other lanes do not wait. Whoever gives up lets nobody pass. */
export function inTurn<Result>(
  lanes: Lanes,
  lane: string,
  signal: AbortSignal | undefined,
  act: () => Promise<Result>,
): Promise<Result> {
  const before = lanes.get(lane) ?? Promise.resolve();
  const result = (signal === undefined ? before : unlessAborted(before, signal)).then(act);
  const done: Promise<unknown> = Promise.allSettled([before, result]).then(
    () => lanes.get(lane) === done && lanes.delete(lane),
  );
  lanes.set(lane, done);
  return result;
}
