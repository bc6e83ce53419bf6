/*
 * TABLE: what AWS has under `$aws/`. Whoever publishes or subscribes to something else there, or under another dollar
 * sign, loses the connection.
 */
import { matchTopic } from '@mqtide/codec';

const SHADOW = ['get', 'update', 'delete'];

/** What a client may publish to. Whether the service knows it is for the service to say where it can answer. */
const PUBLISHED = [
  '$aws/rules/+/#',
  ...SHADOW.map((operation) => `$aws/things/+/shadow/${operation}`),
  ...SHADOW.map((operation) => `$aws/things/+/shadow/name/+/${operation}`),
  '$aws/things/+/jobs/+',
  '$aws/things/+/jobs/+/+',
  ...['json', 'cbor'].flatMap((format) => [
    `$aws/certificates/create/${format}`,
    `$aws/certificates/create-from-csr/${format}`,
    `$aws/provisioning-templates/+/provision/${format}`,
    `$aws/commands/+/+/executions/+/response/${format}`,
  ]),
];

/** Answers are the service's to give. */
const ANSWERED = [
  '$aws/things/+/jobs/notify',
  '$aws/things/+/jobs/notify-next',
  '$aws/things/+/jobs/+/accepted',
  '$aws/things/+/jobs/+/rejected',
];

const SUBSCRIBED = [
  '$aws/things/',
  '$aws/events/',
  '$aws/certificates/',
  '$aws/provisioning-templates/',
  '$aws/commands/',
];

/** A wildcard where the format of a command belongs. */
const WILDCARD_FORMAT = /^\$aws\/commands\/[^/]+\/[^/]+\/executions\/[^/]+\/(request|response)\/[+#]/;

/** Whether a topic may be published to, as far as the dollar sign goes. */
export function mayBePublished(topic: string): boolean {
  if (!topic.startsWith('$')) return true;
  if (ANSWERED.some((filter) => matchTopic(filter, topic))) return false;
  return PUBLISHED.some((filter) => matchTopic(filter, topic));
}

/** Whether a filter, without its share name, may be subscribed to, as far as the dollar sign goes. */
export function mayBeSubscribed(filter: string, wildcardFormatCloses: boolean): boolean {
  if (!filter.startsWith('$')) return true;
  if (wildcardFormatCloses && WILDCARD_FORMAT.test(filter)) return false;
  return SUBSCRIBED.some((prefix) => filter.startsWith(prefix));
}
