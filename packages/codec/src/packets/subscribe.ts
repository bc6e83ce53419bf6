import { checkFlag, checkInteger } from '../check.ts';
import { malformed, NOT_ALLOWED, refuse, reject } from '../errors.ts';
import type { QoS, SubscriptionRequest } from '../packet.ts';
import type { Reader } from '../reader.ts';
import { isSharedFilter, topicFilterProblem } from '../topic.ts';
import type { Writer } from '../writer.ts';
import { type Field, list } from './field.ts';

/** The options byte, section 3.8.3.1: where each begins. QoS is at 0. */
const NO_LOCAL = 2;
const RETAIN_AS_PUBLISHED = 3;
const RETAIN_HANDLING = 4;

/** The largest options byte of 3.1.1, and the largest that sets no reserved bit of 5.0. */
const LARGEST_311 = 2;
const LARGEST = 0x3f;

/** Section 3.8.3 [MQTT-3.8.3-2]. */
export const SUBSCRIPTIONS: Field = /* @__PURE__ */ list('subscriptions', readSubscription, writeSubscription);

/** Section 3.10.3 [MQTT-3.10.3-2]. */
export const FILTERS: Field = /* @__PURE__ */ list('filters', readFilter, (writer, filter) =>
  writeFilter(writer, filter),
);

function readFilter(reader: Reader): string {
  const filter = reader.string();
  reject(topicFilterProblem(filter, reader.version), 'filter');
  return filter;
}

function writeFilter(writer: Writer, filter: unknown, field?: string): void {
  refuse(topicFilterProblem(writer.string(filter, field), writer.version), field);
}

function readSubscription(reader: Reader): SubscriptionRequest {
  const filter = readFilter(reader);
  const options = reader.byte();
  const qos = (options & 3) as QoS;
  const noLocal = ((options >> NO_LOCAL) & 1) === 1;
  const retainAsPublished = ((options >> RETAIN_AS_PUBLISHED) & 1) === 1;
  const retainHandling = (options >> RETAIN_HANDLING) as 0 | 1 | 2;
  if (options > (reader.version === 5 ? LARGEST : LARGEST_311)) throw malformed(`options are ${options}`);
  // Section 3.8.3.1, [MQTT-3.8.3-4]
  if (qos > 2 || retainHandling > 2 || (noLocal && isSharedFilter(filter))) reject(`are ${options}`, 'options');
  return reader.version === 4 ? { filter, qos } : { filter, qos, noLocal, retainAsPublished, retainHandling };
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
