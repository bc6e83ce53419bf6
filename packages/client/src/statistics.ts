import type { Emitter } from './emitter.ts';
import type { EngineFigures, EnginePort } from './engine.ts';
import type { ClientEvents } from './events.ts';
import type { ErrorCode } from './errors.ts';

/** How often each of these was the reason. */
export type Causes = Readonly<Partial<Record<ErrorCode, number>>>;

/**
 * What `client.statistics()` tells. Counts are of this moment, totals since the client was made. The first four are
 * those of the AWS IoT device SDKs; sizes are bytes of topics and payloads.
 */
export interface ClientStatistics
  extends Omit<EngineFigures, 'queued' | 'unacknowledged' | 'outbound' | 'inbound' | 'dropped'> {
  /** Publishes, subscribes and unsubscribes that are not over. */
  readonly incompleteOperationCount: number;
  readonly incompleteOperationSize: number;
  /** Those of them that were sent and are not yet answered for good. */
  readonly unackedOperationCount: number;
  readonly unackedOperationSize: number;
  /** Those of them that wait to be sent. */
  readonly queuedOperationCount: number;
  readonly queuedOperationSize: number;
  /** QoS 1 and 2 messages in flight: `outbound` is bounded by the server's Receive Maximum, `inbound` by ours. */
  readonly inFlight: { readonly outbound: number; readonly inbound: number };
  /** Connections the server accepted. */
  readonly connectionCount: number;
  /** Those of them that followed a lost one. */
  readonly reconnectCount: number;
  /** Why connections ended, without `stop()`. */
  readonly disconnectionCauses: Causes;
  /** Why attempts to connect failed. */
  readonly connectionFailureCauses: Causes;
  /** Why operations failed: `EXPIRED` and `QUEUE_FULL` are what the queue dropped. */
  readonly operationFailureCauses: Causes;
  /** Received messages that found the buffer of their subscription full, or that a busy page did not take from its worker. */
  readonly droppedMessageCount: number;
  /** Received messages of QoS 1 and 2 that matched no subscription and were acknowledged. */
  readonly unroutedMessageCount: number;
}

/** What becomes of received messages. */
interface Reception {
  readonly dropped: number;
  readonly unrouted: number;
}

/** Gathers what there is to know of a client: events are counted, everything else is asked for. */
export class Statistics {
  readonly #engine: EnginePort;
  readonly #reception: Reception;
  readonly #disconnections: Partial<Record<ErrorCode, number>> = {};
  readonly #failures: Partial<Record<ErrorCode, number>> = {};
  readonly #operations: Partial<Record<ErrorCode, number>> = {};
  #connections = 0;
  #reconnections = 0;
  #wasLost = false;

  constructor(engine: EnginePort, emitter: Emitter<ClientEvents>, reception: Reception) {
    this.#engine = engine;
    this.#reception = reception;
    emitter.on('connectionSuccess', () => {
      this.#connections += 1;
      if (this.#wasLost) this.#reconnections += 1;
      this.#wasLost = false;
    });
    emitter.on('disconnection', ({ error, willRetryInMs }) => {
      this.#wasLost = willRetryInMs !== undefined;
      count(this.#disconnections, error.code);
    });
    emitter.on('connectionFailure', ({ error }) => count(this.#failures, error.code));
    emitter.on('stopped', () => {
      this.#wasLost = false;
    });
  }

  operationFailed(code: ErrorCode): void {
    count(this.#operations, code);
  }

  read(): ClientStatistics {
    const { queued, unacknowledged, outbound, inbound, dropped = 0, ...figures } = this.#engine.figures;
    return {
      incompleteOperationCount: queued.count + unacknowledged.count,
      incompleteOperationSize: queued.bytes + unacknowledged.bytes,
      unackedOperationCount: unacknowledged.count,
      unackedOperationSize: unacknowledged.bytes,
      queuedOperationCount: queued.count,
      queuedOperationSize: queued.bytes,
      inFlight: { outbound, inbound },
      ...figures,
      connectionCount: this.#connections,
      reconnectCount: this.#reconnections,
      disconnectionCauses: { ...this.#disconnections },
      connectionFailureCauses: { ...this.#failures },
      operationFailureCauses: { ...this.#operations },
      droppedMessageCount: this.#reception.dropped + dropped,
      unroutedMessageCount: this.#reception.unrouted,
    };
  }
}

function count(causes: Partial<Record<ErrorCode, number>>, code: ErrorCode): void {
  causes[code] = (causes[code] ?? 0) + 1;
}
