import { matchTopic, parseSharedFilter } from '@mqtide/codec';
import type { Limits } from '../limits.ts';

/** Basic Ingest: what goes to a rule and to nobody else. */
export const RULES = /^\$aws\/rules\/[^/]+\//;

/** Whether a topic name is too long or too deep. Topics of AWS itself may be deeper. */
export function isBadTopic(topic: string, limits: Limits): boolean {
  return isTooLong(topic.replace(RULES, ''), limits) || isTooDeep(topic, limits);
}

/** Whether a topic filter is too long or too deep. */
export function isBadFilter(filter: string, limits: Limits): boolean {
  const shared = parseSharedFilter(filter);
  if (shared !== undefined && Buffer.byteLength(shared.shareName) > limits.shareNameBytes) return true;
  const plain = shared?.filter ?? filter;
  return isTooLong(plain, limits) || isTooDeep(plain, limits);
}

function isTooLong(topic: string, { topicBytes }: Limits): boolean {
  return Buffer.byteLength(topic) > topicBytes;
}

function isTooDeep(topic: string, { topicSlashes }: Limits): boolean {
  const counted = topic.replace(RULES, '');
  // The response topics of Commands have eight slashes themselves.
  return !counted.startsWith('$aws/') && counted.split('/').length - 1 > topicSlashes;
}

/** Whether IoT Core delivers a topic to a filter: `sensor/#` does not match `sensor` itself. */
export function isDeliveredTo(filter: string, topic: string): boolean {
  const plain = parseSharedFilter(filter)?.filter ?? filter;
  if (!matchTopic(plain, topic)) return false;
  return !(plain.endsWith('/#') && plain.split('/').length - 1 > topic.split('/').length - 1);
}

/** Whether a filter gets retained messages: neither one with wildcards nor a shared one does. */
export function getsRetained(filter: string): boolean {
  return !/[+#]/.test(filter) && parseSharedFilter(filter) === undefined;
}
