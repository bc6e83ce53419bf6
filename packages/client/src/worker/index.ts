export { type WorkerClientOptions, type WorkerLike, createWorkerClient } from './create-worker-client.ts';
