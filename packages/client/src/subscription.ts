// Whoever compiles against this may not have the symbol.
/// <reference lib="esnext.disposable" preserve="true" />
import type { QoS } from '@mqtide/codec';
import type { Message } from './message.ts';
import type { OperationOptions } from './operations.ts';

/** Called with each message. An error it throws, or rejects with, goes to `onUnhandledError`. */
export type MessageHandler = (message: Message) => unknown;

/**
 * When a message of QoS 1 or 2 is acknowledged. QoS 0 knows no acknowledgement.
 *
 * - `'onDelivery'`: when the handler has been called, or the message waits in the buffer of an iterator. What is in the
 *   buffer when the page ends is lost then, also with a `session.store`, for which it counts as processed.
 * - `'afterProcessing'`: when what the handler returned has settled; with an iterator, when the next message is asked for
 *   or the loop is left. If the handler throws or rejects, the error goes to `onUnhandledError` and the message is
 *   acknowledged, QoS 1 with reason code 0x80 in MQTT 5, otherwise as a success: servers do not send it again.
 * - `'manual'`: with `message.acknowledge()`.
 *
 * With the last two the server stops when `limits.receiveMaximum` messages are unacknowledged. Acknowledgements leave in
 * the order in which the messages came [MQTT-4.6.0-2], so one that is missing keeps back those of all other
 * subscriptions; after `ackTimeoutMs` a `warning` says which subscription it is.
 */
export type AcknowledgeMode = 'onDelivery' | 'afterProcessing' | 'manual';

/** A subscription that the server granted. Iterate over it, unless it has a handler. */
export interface Subscription extends AsyncIterable<Message> {
  readonly filter: string;
  /** What the server grants; it may be lower than what was asked for. */
  readonly grantedQos: QoS;
  /** Messages that were dropped as `overflow` says. */
  readonly dropped: number;
  /** Messages wait in the buffer from now on; `overflow` says what happens when it is full. */
  pause(): void;
  /** Delivers what waits, and what comes. */
  resume(): void;
  /**
   * Ends the subscription, at once: its handler is not called any more. Iterators give what waits for them and end; what
   * waits for nobody is discarded. Resolves when the server has confirmed it, or when another subscription still has the
   * same filter.
   *
   * Rejects with `UNSUBSCRIBE_REFUSED`, `ACK_TIMEOUT`, `STOPPED`, or the signal's reason, which is too late for handler and
   * iterators unless it was aborted before.
   */
  unsubscribe(bounds?: OperationOptions): Promise<void>;
  /** The same as `unsubscribe()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
