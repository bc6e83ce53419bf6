/* Actions as the tests compare them: everything but the texts of failures. */
import type { Packet, ProtocolVersion } from '@mqtide/codec';
import type {
  Action,
  AuthenticationStep,
  ConnectionStatus,
  DeliveredPacket,
  LifecycleEvent,
  Outcome,
} from '../events.ts';
import type { ErrorCode } from '../failure.ts';

/** An action in short. */
export type Seen =
  | { readonly send: Packet; readonly op?: number }
  | { readonly deliver: DeliveredPacket; readonly delivery: number }
  | { readonly settled: number; readonly packet?: Packet }
  | { readonly failed: number; readonly code: ErrorCode }
  | { readonly unsubscribed: string; readonly code: ErrorCode }
  | { readonly dial: number; readonly version: ProtocolVersion }
  | { readonly hangUp: true }
  | { readonly authenticate: AuthenticationStep; readonly data?: Uint8Array }
  | { readonly openStore: true }
  | { readonly closeStore: true }
  | { readonly store: string; readonly value: unknown }
  | { readonly restored: readonly [publishes: number, messages: number] }
  | { readonly storeFailed: ErrorCode }
  | {
      readonly status: ConnectionStatus;
      readonly event?: LifecycleEvent['type'];
      readonly code?: ErrorCode;
      readonly retryInMs?: number;
    };

export const send = (packet: Packet, op?: number): Seen => ({ send: packet, ...(op !== undefined && { op }) });
export const deliver = (delivery: number, packet: DeliveredPacket): Seen => ({ deliver: packet, delivery });
export const settled = (op: number, packet?: Packet): Seen => ({ settled: op, ...(packet && { packet }) });
export const failed = (op: number, code: ErrorCode): Seen => ({ failed: op, code });
export const unsubscribed = (filter: string, code: ErrorCode): Seen => ({ unsubscribed: filter, code });
export const dial = (attempt: number, version: ProtocolVersion): Seen => ({ dial: attempt, version });
export const hangUp: Seen = { hangUp: true };
export const authenticate = (step: AuthenticationStep, data?: Uint8Array): Seen => ({
  authenticate: step,
  ...(data && { data }),
});
export const openStore: Seen = { openStore: true };
export const closeStore: Seen = { closeStore: true };
export const store = (key: string, value?: unknown): Seen => ({ store: key, value });
export const restored = (publishes: number, messages: number): Seen => ({ restored: [publishes, messages] });

/** A status; a `code` is that of the failure that is told with it. */
export function status(
  value: ConnectionStatus,
  event?: LifecycleEvent['type'],
  code?: ErrorCode,
  retryInMs?: number,
): Seen {
  return {
    status: value,
    ...(event && { event }),
    ...(code && { code }),
    ...(retryInMs !== undefined && { retryInMs }),
  };
}

/** What a session was seen to do. */
export function seen(action: Action): Seen {
  switch (action.do) {
    case 'send':
      return send(action.packet, action.op);
    case 'deliver':
      return deliver(action.delivery, action.packet);
    case 'settle':
      return outcome(action.op, action.outcome);
    case 'unsubscribed':
      return unsubscribed(action.filter, action.failure.code);
    case 'dial':
      return dial(action.attempt, action.version);
    case 'hangUp':
      return hangUp;
    case 'authenticate':
      return authenticate(action.step, action.data);
    case 'openStore':
      return openStore;
    case 'closeStore':
      return closeStore;
    case 'store':
      return store(action.key, action.value);
    case 'restored':
      return restored(action.publishes, action.messages);
    case 'storeFailed':
      return { storeFailed: action.failure.code };
    case 'status':
      return statusSeen(action.status, action.event);
  }
}

function outcome(op: number, result: Outcome): Seen {
  return result.ok ? settled(op, result.packet) : failed(op, result.failure.code);
}

function statusSeen(value: ConnectionStatus, event: LifecycleEvent | undefined): Seen {
  if (event === undefined) return status(value);
  return 'failure' in event
    ? status(value, event.type, event.failure.code, event.willRetryInMs)
    : status(value, event.type, undefined, event.type === 'retryingSooner' ? event.willRetryInMs : undefined);
}

/** The packets that were sent. */
export function packets(actions: readonly Seen[]): Packet[] {
  return actions.flatMap((action) => ('send' in action ? [action.send] : []));
}

/** The types of the packets that were sent. */
export function types(actions: readonly Seen[]): Packet['type'][] {
  return packets(actions).map(({ type }) => type);
}
