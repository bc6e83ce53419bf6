/* What page and worker write to each other: one row for each thing that may cross. */
import type { EngineHooks, EnginePort, UntimedEvent } from '../engine.ts';

/** Posted to the worker with the port of a new client. */
export const CONNECT = 'mqtide:connect';

/**
 * How a hook of the engine, which runs in the worker, reaches the client on the page: `'tell'` awaits nothing, `'ask'` a
 * promise. `'deliver'` brings a message, and its payload travels apart.
 */
export const HOOKS: Readonly<Record<keyof EngineHooks, 'tell' | 'ask' | 'deliver'>> = {
  locate: 'ask',
  authenticate: 'ask',
  attempting: 'tell',
  deliver: 'deliver',
  settle: 'tell',
  restored: 'tell',
  storeFailed: 'tell',
  unsubscribed: 'tell',
  status: 'tell',
};

/** Letters of the page, with their arguments. */
export interface Orders {
  open: [config: ConstructorParameters<typeof import('../engine.ts').Engine>[0], maxBacklogBytes: number];
  /** A start or a stop comes with the number of changes of mind. */
  dispatch: [event: UntimedEvent, changes?: number];
  publish: Parameters<EnginePort['publish']>;
  watch: [wanted: boolean];
  figures: [];
  ping: [];
  /** So many bytes of letters were taken. */
  taken: [bytes: number];
  /** The result of a hook that was asked. */
  answer: [question: number, result: unknown];
}
