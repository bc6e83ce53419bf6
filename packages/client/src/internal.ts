import { Client } from './client.ts';
import type { Ports } from './engine/connector.ts';
import { Engine } from './engine.ts';
import type { ClientOptions } from './options.ts';

/** A client on other ports than the platform's, for tests. Not covered by semantic versioning. */
export function createClientWith(options: ClientOptions, ports: Ports): Client {
  return new Client(options, ports.page, (config, hooks) => new Engine(config, ports, hooks, options.session?.store));
}

export type { Client } from './client.ts';
export type { Ports } from './engine/connector.ts';
export type { ClientOptions } from './options.ts';
export type { Clock } from './io/clock.ts';
export type { PageHint, PageLifecycle } from './io/page-lifecycle.ts';
export type { Connection, SocketClose, Transport, TransportListener } from './io/transport.ts';
export {
  SessionLockedError,
  type SessionStore,
  type StoreChanges,
  type StoredRecord,
  type StoredSession,
} from './io/session-store.ts';
export type { SessionConfig } from './session/config.ts';
export type { Action, Outcome, SessionEvent } from './session/events.ts';
export { resolveOptions } from './resolve-options.ts';
export { Session } from './session/session.ts';
