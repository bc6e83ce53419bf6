/*
 * The file of a worker: `new Worker(new URL('@mqtide/client/worker', import.meta.url), { type: 'module' })`. It runs the
 * engines of the clients that `createWorkerClient` makes.
 */
import { SystemClock } from '../io/clock.ts';
import { WebSocketTransport } from '../io/websocket.ts';
import { hostEngine } from './host.ts';
import { CONNECT } from './letters.ts';

function onMessage({ data }: MessageEvent<{ readonly type?: unknown; readonly port: MessagePort } | undefined>): void {
  if (data?.type === CONNECT) hostEngine(data.port, { transport: new WebSocketTransport(), clock: new SystemClock() });
}

// On a page this file does nothing: any window may post to it.
if (typeof document === 'undefined' && typeof globalThis.addEventListener === 'function')
  globalThis.addEventListener('message', onMessage);
