import { describe } from 'vitest';
import type { PublishPacket } from '../packet.ts';
import { bytes, utf8 } from '../testing/bytes.test-helpers.ts';
import { BOTH, itRefuses } from '../testing/refusals.test-helpers.ts';

const PUBLISH: PublishPacket = {
  type: 'publish',
  topic: 't',
  payload: utf8('x'),
  qos: 0,
  retain: false,
  duplicate: false,
};
const QOS1: PublishPacket = { ...PUBLISH, qos: 1, packetId: 1 };

describe('a PUBLISH that may not be sent', () => {
  itRefuses([
    ['topic', { ...PUBLISH, topic: '' }, BOTH, '[MQTT-4.7.3-1] [MQTT3-4.7.3-1] [SEC-3.3.2.1-a]'],
    ['topic', { ...PUBLISH, topic: 'a/+' }, BOTH, '[MQTT-3.3.2-2] [MQTT3-3.3.2-2] [MQTT-4.7.0-1]'],
    ['topic', { ...PUBLISH, topic: 'a/#' }, BOTH, '[MQTT-3.3.2-2] [MQTT3-3.3.2-2] [MQTT3-4.7.1-1]'],
    ['topic', { ...PUBLISH, topic: 'a\ud800' }, BOTH, '[MQTT-1.5.4-1] [MQTT3-1.5.3-1]'],
    ['topic', { ...PUBLISH, topic: 't\0' }, BOTH, '[MQTT-1.5.4-2] [MQTT3-1.5.3-2] [MQTT-4.7.3-2] [MQTT3-4.7.3-2]'],
    ['topic', { ...PUBLISH, topic: 'a/+', properties: { topicAlias: 1 } }, [5], '[MQTT-3.3.2-2]'],
    ['topic', { ...PUBLISH, topic: undefined }, BOTH],
    ['qos', { ...PUBLISH, qos: 3 }, BOTH, '[MQTT-3.3.1-4] [MQTT3-3.3.1-4]'],
    ['qos', { ...PUBLISH, qos: '1' }, BOTH],
    ['duplicate', { ...PUBLISH, duplicate: true }, BOTH, '[MQTT-3.3.1-2] [MQTT3-3.3.1-2]'],
    ['retain', { ...PUBLISH, retain: 1 }, BOTH],
    ['packetId', { ...PUBLISH, packetId: 1 }, BOTH, '[MQTT-2.2.1-2] [MQTT3-2.3.1-5]'],
    ['packetId', { ...QOS1, packetId: undefined }, BOTH, '[MQTT-2.2.1-3] [MQTT3-2.3.1-1]'],
    ['packetId', { ...QOS1, packetId: 0 }, BOTH, '[MQTT-2.2.1-3] [MQTT3-2.3.1-1]'],
    ['packetId', { ...QOS1, packetId: 65_536 }, BOTH],
    ['packetId', { ...QOS1, packetId: 1.5 }, BOTH],
    ['payload', { ...PUBLISH, payload: 'text' }, BOTH],
    ['payload', { ...PUBLISH, payload: undefined }, BOTH],
    ['payload', { ...PUBLISH, payload: new ArrayBuffer(1) }, BOTH],
    ['payload', { ...PUBLISH, payload: new Uint16Array(1) }, BOTH],
    [
      'payload',
      { ...PUBLISH, payload: bytes('ff'), properties: { payloadFormatIndicator: true } },
      [5],
      '[SEC-3.3.2.3.2-a]',
    ],
  ]);
});
