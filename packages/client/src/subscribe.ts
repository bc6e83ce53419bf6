import type { PropertiesOf, QoS, SubscriptionRequest } from '@mqtide/codec';
import { isSharedFilter, validateTopicFilter } from '@mqtide/codec';
import { invalidArgument } from './errors.ts';
import type { OverflowPolicy } from './message-buffer.ts';
import type { OperationOptions } from './operations.ts';
import { checkQoS, checkTopic, group, number, oneOf } from './rules.ts';
import { defined } from './session/defined.ts';
import type { AcknowledgeMode, MessageHandler, Subscription } from './subscription.ts';
import type { Wishes } from './subscription-handle.ts';

/** A topic filter with its own options, section 3.8.3.1. All but `qos` are MQTT 5 only. */
export interface FilterOptions {
  readonly filter: string;
  /** The highest QoS to deliver with. @default 0 */
  readonly qos?: QoS;
  /** Leave out what this client publishes itself. Not for shared subscriptions. @default false */
  readonly noLocal?: boolean;
  /** Keep the retain flag as it was published. @default false */
  readonly retainAsPublished?: boolean;
  /** Retained messages: 0 send, 1 send if the subscription is new, 2 do not send. @default 0 */
  readonly retainHandling?: 0 | 1 | 2;
}

/** Options of `subscribe`. Those of a filter hold for each filter that has none of its own. */
export interface SubscribeOptions extends Omit<FilterOptions, 'filter'>, OperationOptions {
  /** When messages of QoS 1 and 2 are acknowledged. @default 'onDelivery' */
  readonly acknowledge?: AcknowledgeMode;
  /** How many messages may wait for an iterator, or while paused. @default 1024 */
  readonly buffer?: number;
  /** What happens to messages that find the buffer full. @default 'dropOldest' */
  readonly overflow?: OverflowPolicy;
  /** MQTT 5 only. */
  readonly properties?: Pick<PropertiesOf<'subscribe'>, 'userProperties'>;
}

/** The subscriptions of one `subscribe` with several filters. */
export interface SubscriptionGroup {
  /** Those that were granted, in the order of the filters. */
  readonly subscriptions: readonly Subscription[];
  /** Those that were refused, with the reason code of the SUBACK. */
  readonly refused: readonly { readonly filter: string; readonly reasonCode: number }[];
  /** Ends them all. */
  unsubscribe(bounds?: OperationOptions): Promise<void>;
}

const wishes = group({
  buffer: number(1_024),
  overflow: oneOf('dropOldest', 'dropNewest', 'latestPerTopic', 'error', 'holdAcknowledgements'),
  acknowledge: oneOf('onDelivery', 'afterProcessing', 'manual'),
  timeoutMs: number(undefined),
});

/** What is to become of messages. Throws `INVALID_ARGUMENT`. */
export function wishesOf(options: SubscribeOptions, handler: MessageHandler | undefined): Wishes {
  return { handler, ...wishes(options, '') };
}

/** The filters as they are sent. Throws `INVALID_ARGUMENT`. */
export function subscriptionRequests(
  filters: readonly (string | FilterOptions)[],
  options: SubscribeOptions,
): SubscriptionRequest[] {
  if (filters.length === 0) throw invalidArgument('`subscribe` needs at least one filter.');
  return filters.map((each) => subscriptionRequest(typeof each === 'object' ? each : { filter: each }, options));
}

function subscriptionRequest(own: FilterOptions, shared: SubscribeOptions): SubscriptionRequest {
  const { filter } = own;
  checkTopic('topic filter', filter, validateTopicFilter);
  const { noLocal, retainAsPublished, retainHandling, qos } = { ...shared, ...defined(own) };
  if (noLocal === true && isSharedFilter(filter))
    throw invalidArgument(`A shared subscription cannot have \`noLocal\`: '${filter}'.`); // [MQTT-3.8.3-4]
  return { filter, qos: checkQoS(qos, 'qos'), ...defined({ noLocal, retainAsPublished, retainHandling }) };
}

/**
 * The server has one subscription for each filter, which has to do for all handles: with the highest QoS, and leaving out
 * what the client publishes itself only if all want that. The other options are those of the newest.
 */
export function together(
  request: SubscriptionRequest,
  handles: readonly { readonly request: SubscriptionRequest }[],
): SubscriptionRequest {
  if (handles.length === 1) return request;
  const requests = handles.map((handle) => handle.request);
  return {
    ...request,
    qos: Math.max(...requests.map(({ qos }) => qos)) as QoS,
    ...(request.noLocal !== undefined && { noLocal: requests.every(({ noLocal }) => noLocal === true) }),
  };
}
