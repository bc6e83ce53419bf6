import { checkFlag, checkInteger } from '../check.ts';
import { NOT_ALLOWED, refuse } from '../errors.ts';
import type { SubscriptionRequest } from '../packet.ts';
import { isSharedFilter, topicFilterProblem } from '../topic.ts';
import type { Writer } from '../writer.ts';
import { type Field, list, unread } from './field.ts';

/** The options byte, section 3.8.3.1: where each begins. QoS is at 0. */
export const NO_LOCAL = 2;
export const RETAIN_AS_PUBLISHED = 3;
export const RETAIN_HANDLING = 4;

/** The largest options byte of 3.1.1. */
export const LARGEST_311 = 2;

/** Section 3.8.3 [MQTT-3.8.3-2]. */
export const SUBSCRIPTIONS: Field = /* @__PURE__ */ list('subscriptions', unread, writeSubscription);

/** Section 3.10.3 [MQTT-3.10.3-2]. */
export const FILTERS: Field = /* @__PURE__ */ list('filters', unread, (writer, filter) => writeFilter(writer, filter));

function writeFilter(writer: Writer, filter: unknown, field?: string): void {
  refuse(topicFilterProblem(writer.string(filter, field), writer.version), field);
}

function writeSubscription(writer: Writer, subscription: SubscriptionRequest): void {
  const { filter, qos, noLocal = false, retainAsPublished = false, retainHandling = 0 } = subscription;
  writeFilter(writer, filter, 'filter');
  const options =
    checkInteger(qos, 0, 2, 'qos') |
    (checkFlag(noLocal, 'noLocal') << NO_LOCAL) |
    (checkFlag(retainAsPublished, 'retainAsPublished') << RETAIN_AS_PUBLISHED) |
    (checkInteger(retainHandling, 0, 2, 'retainHandling') << RETAIN_HANDLING);
  if (writer.version === 4 && options > LARGEST_311) refuse(NOT_ALLOWED, 'options');
  if (noLocal && isSharedFilter(filter)) refuse(NOT_ALLOWED, 'noLocal'); // [MQTT-3.8.3-4]
  writer.byte(options);
}
