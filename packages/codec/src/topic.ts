/*
 * Topic names and topic filters, section 4.7, and shared subscriptions, section 4.8.2. Characters are compared one by
 * one, never normalised [MQTT-4.7.3-4].
 */
import type { ProtocolVersion } from './packet.ts';
import { textProblem } from './utf8.ts';

const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;
const DOLLAR = 0x24;

const SHARE = '$share/';

/** A filter of the form `$share/<share name>/<topic filter>`, section 4.8.2. */
export interface SharedFilter {
  readonly shareName: string;
  /** The filter that topics are matched against. */
  readonly filter: string;
}

/**
 * Says what is wrong with a topic name: empty, wildcards, ill-formed, too long. `undefined` when nothing is.
 * Sections 4.7.1 and 4.7.3.
 */
export function validateTopicName(topic: string): string | undefined {
  return topicNameProblem(topic) ?? textProblem(topic);
}

/**
 * Says what is wrong with a topic filter: empty, misplaced wildcards, a share name that is none, ill-formed, too long.
 * `undefined` when nothing is. In 3.1.1, which has no shared subscriptions, `$share` is a level like any other.
 * Sections 4.7 and 4.8.2.
 *
 * @default version 5
 */
export function validateTopicFilter(filter: string, version: ProtocolVersion = 5): string | undefined {
  return topicFilterProblem(filter, version) ?? textProblem(filter);
}

/** What is wrong with the form of a topic name; its characters and length are checked where it is read or written. */
export function topicNameProblem(topic: string): string | undefined {
  return topic === '' ? 'is empty' : wildcardProblem(topic); // [MQTT-4.7.3-1]
}

/** A wildcard where none may be [MQTT-4.7.0-1]. */
export function wildcardProblem(text: string): string | undefined {
  return text.includes('+') || text.includes('#') ? 'has a misplaced wildcard' : undefined;
}

/** What is wrong with the form of a topic filter; its characters and length are checked where it is read or written. */
export function topicFilterProblem(filter: string, version: ProtocolVersion): string | undefined {
  if (filter === '') return 'is empty'; // [MQTT-4.7.3-1]
  if (version === 5 && isSharedFilter(filter)) {
    const shared = parseSharedFilter(filter);
    if (shared === undefined || wildcardProblem(shared.shareName) !== undefined) {
      return 'has no share name or filter'; // [MQTT-4.8.2-1, -2]
    }
  }
  for (let index = 0; index < filter.length; index++) {
    const code = filter.charCodeAt(index);
    if (code !== PLUS && code !== HASH) continue;
    const startsLevel = index === 0 || filter.charCodeAt(index - 1) === SLASH;
    const endsLevel = index + 1 === filter.length || (code === PLUS && filter.charCodeAt(index + 1) === SLASH);
    if (!startsLevel || !endsLevel) return 'has a misplaced wildcard'; // [MQTT-4.7.1-1, -2]
  }
  return undefined;
}

/** Whether a filter asks for a shared subscription, well-formed or not. */
export function isSharedFilter(filter: string): boolean {
  return filter.startsWith(SHARE);
}

/** Splits `$share/<share name>/<filter>`; `undefined` for other filters and where one of the two parts is empty. */
export function parseSharedFilter(filter: string): SharedFilter | undefined {
  const start = sharedFilterStart(filter);
  if (start <= SHARE.length + 1 || start === filter.length) return undefined;
  return { shareName: filter.slice(SHARE.length, start - 1), filter: filter.slice(start) };
}

/** Where the filter to match against begins; 0 when it is not shared. */
function sharedFilterStart(filter: string): number {
  return isSharedFilter(filter) ? filter.indexOf('/', SHARE.length) + 1 : 0;
}

/**
 * Whether a valid topic filter matches a valid topic name, section 4.7. A shared filter matches what the filter after
 * its share name matches; a filter that begins with a wildcard matches no topic that begins with `$` [MQTT-4.7.2-1].
 */
export function matchTopic(filter: string, topic: string): boolean {
  let at = sharedFilterStart(filter);
  if (topic.charCodeAt(0) === DOLLAR && filter.charCodeAt(at) !== DOLLAR) return false;
  let read = 0;
  for (; at < filter.length; at++) {
    const code = filter.charCodeAt(at);
    if (code === HASH) return true;
    if (code === PLUS) {
      while (read < topic.length && topic.charCodeAt(read) !== SLASH) read++;
    } else if (topic.charCodeAt(read) === code) {
      read++;
    } else {
      // `a/#` matches `a` itself: the number sign includes the parent level, section 4.7.1.2.
      return read === topic.length && code === SLASH && filter.charCodeAt(at + 1) === HASH;
    }
  }
  return read === topic.length;
}
