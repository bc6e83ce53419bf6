import { describe } from 'vitest';
import type { PublishPacket } from './packet.ts';
import { utf8 } from './testing/bytes.test-helpers.ts';
import { itRefuses } from './testing/refusals.test-helpers.ts';

const PUBLISH: PublishPacket = {
  type: 'publish',
  topic: 't',
  payload: utf8('x'),
  qos: 0,
  retain: false,
  duplicate: false,
};

describe('properties that may not be sent', () => {
  itRefuses([
    ['properties.topicAlias', { ...PUBLISH, properties: { topicAlias: 0 } }, [5], '[MQTT-3.3.2-8]'],
    ['properties.topicAlias', { ...PUBLISH, properties: { topicAlias: 65_536 } }, [5], '[SEC-1.5.2-a]'],
    [
      'properties.messageExpiryInterval',
      { ...PUBLISH, properties: { messageExpiryInterval: -1 } },
      [5],
      '[SEC-1.5.3-a]',
    ],
    [
      'properties.messageExpiryInterval',
      { ...PUBLISH, properties: { messageExpiryInterval: 2 ** 32 } },
      [5],
      '[SEC-1.5.3-a]',
    ],
    ['properties.messageExpiryInterval', { ...PUBLISH, properties: { messageExpiryInterval: Number.NaN } }, [5]],
    ['properties.payloadFormatIndicator', { ...PUBLISH, properties: { payloadFormatIndicator: 1 } }, [5]],
    ['properties.contentType', { ...PUBLISH, properties: { contentType: '\udc00' } }, [5], '[MQTT-3.3.2-19]'],
    ['properties.contentType', { ...PUBLISH, properties: { contentType: 7 } }, [5]],
    ['properties.responseTopic', { ...PUBLISH, properties: { responseTopic: 'a/#' } }, [5], '[MQTT-3.3.2-14]'],
    ['properties.responseTopic', { ...PUBLISH, properties: { responseTopic: '' } }, [5], '[MQTT-3.3.2-14]'],
    ['properties.responseTopic', { ...PUBLISH, properties: { responseTopic: '\ud800' } }, [5], '[MQTT-3.3.2-13]'],
    [
      'properties.correlationData',
      { ...PUBLISH, properties: { correlationData: new Uint8Array(65_536) } },
      [5],
      '[SEC-1.5.6-a]',
    ],
    ['properties.userProperties', { ...PUBLISH, properties: { userProperties: { a: 'b' } } }, [5]],
    ['properties.userProperties[1]', { ...PUBLISH, properties: { userProperties: [['a', 'b'], ['a']] } }, [5]],
    [
      'properties.userProperties[0]',
      { ...PUBLISH, properties: { userProperties: [['\ud800', 'b']] } },
      [5],
      '[MQTT-1.5.7-1]',
    ],
    [
      'properties.userProperties[0]',
      { ...PUBLISH, properties: { userProperties: [['b', '\ud800']] } },
      [5],
      '[MQTT-1.5.7-1]',
    ],
    ['properties.subscriptionIdentifier', { ...PUBLISH, properties: { subscriptionIdentifier: 1 } }, [5]],
    ['properties.subscriptionIdentifier[1]', { ...PUBLISH, properties: { subscriptionIdentifier: [1, 0] } }, [5]],
    ['properties.willDelayInterval', { ...PUBLISH, properties: { willDelayInterval: 1 } }, [5], '[SEC-2.2.2.2-a]'],
    ['properties.toString', { ...PUBLISH, properties: { toString: 'x' } }, [5]],
    ['properties.nonsense', { ...PUBLISH, properties: { nonsense: 0 } }, [5]],
    ['properties.contentType', { ...PUBLISH, properties: { contentType: 'x' } }, [4]],
    [
      'properties.reasonString',
      { type: 'puback', packetId: 1, reasonCode: 0, properties: { reasonString: '' } },
      [4],
      '[SEC3-3.4.1-a]',
    ],
  ]);
});
