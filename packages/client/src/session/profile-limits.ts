/* What a service does not take, checked before anything is sent: the limits of `brokerProfile` that are no rates. */
import type { BrokerProfile, TopicExemption } from './broker-profile.ts';
import type { SessionConfig } from './config.ts';
import type { OutgoingMessage } from './events.ts';
import type { Failure } from './failure.ts';
import { failure } from './failures.ts';
import type { SubscribeOperation, UnsubscribeOperation } from './operation.ts';

const SHARE = /^\$share\/[^/]*\//;

/** Why the service would not take this message, if so. */
export function publishExcess({ topic, payload, qos }: OutgoingMessage, profile: BrokerProfile): Failure | undefined {
  return (
    qosExcess(qos, profile) ??
    topicExcess(topic, profile) ??
    excess(`bytes of payload`, payload.length, profile.maximumPayloadBytes, profile)
  );
}

/** Why the service would not take this request, if so. */
export function requestExcess(
  operation: SubscribeOperation | UnsubscribeOperation,
  profile: BrokerProfile,
): Failure | undefined {
  const filters = operation.kind === 'subscribe' ? operation.subscriptions : operation.filters;
  for (const each of filters) {
    const found =
      typeof each === 'string'
        ? topicExcess(each, profile)
        : (qosExcess(each.qos, profile) ?? topicExcess(each.filter, profile));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why the service would not take this CONNECT, if so. */
export function connectExcess({ clientId, will, brokerProfile: profile }: SessionConfig): Failure | undefined {
  const tooLong = excess('bytes of client identifier', bytesOf(clientId), profile.maximumClientIdBytes, profile);
  const { reservedClientIdPrefix: prefix, name = SERVICE } = profile;
  if (prefix !== undefined && clientId.startsWith(prefix))
    return failure('LIMIT_EXCEEDED', `${name} reserves client identifiers that begin with ${prefix}`);
  return tooLong ?? (will && publishExcess(will, profile));
}

/** The keep alive moved into the range of the service. 0 is off, and becomes the longest. */
export function keepAliveWithin(seconds: number, { keepAliveSeconds: range }: BrokerProfile): number {
  if (range === undefined) return seconds;
  const { minimum = 0, maximum = 0xffff } = range;
  if (seconds === 0) return range.maximum ?? 0;
  return Math.min(Math.max(seconds, minimum), maximum);
}

function qosExcess(qos: number, { maximumQoS = 2, name = SERVICE }: BrokerProfile): Failure | undefined {
  return qos > maximumQoS ? failure('UNSUPPORTED_BY_SERVER', `QoS ${qos}, ${name} has ${maximumQoS}`) : undefined;
}

function topicExcess(topic: string, profile: BrokerProfile): Failure | undefined {
  const { exemptTopics = [], maximumTopicBytes, maximumTopicLevels } = profile;
  let levels = topic.replace(SHARE, '').split('/');
  const exemption = exemptTopics.find((each) => begins(levels, each));
  if (exemption?.exempt === 'all') return undefined;
  if (exemption?.exempt === 'prefix') levels = levels.slice(exemption.prefix.split('/').length - 1);
  const tooLong = excess('bytes of topic', bytesOf(levels.join('/')), maximumTopicBytes, profile);
  if (tooLong !== undefined || exemption?.exempt === 'levels') return tooLong;
  return excess('levels of topic', levels.length, maximumTopicLevels, profile);
}

function begins(levels: readonly string[], { prefix }: TopicExemption): boolean {
  const wanted = prefix.split('/').slice(0, -1);
  return levels.length > wanted.length && wanted.every((level, index) => level === '+' || level === levels[index]);
}

function excess(
  what: string,
  value: number,
  maximum: number | undefined,
  { name = SERVICE }: BrokerProfile,
): Failure | undefined {
  if (maximum === undefined || value <= maximum) return undefined;
  return failure('LIMIT_EXCEEDED', `${value} ${what}, ${name} takes ${maximum}`);
}

const SERVICE = 'the service';

/** Bytes in UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
