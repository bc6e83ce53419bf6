import { describe } from 'vitest';
import { bytes } from '../testing/bytes.test-helpers.ts';
import { BOTH, itRefuses } from '../testing/refusals.test-helpers.ts';

const CONNECT = { type: 'connect', protocolVersion: 5, clientId: '', cleanStart: true, keepAliveSeconds: 0 } as const;
const WILL = { topic: 'w', payload: bytes(), qos: 0, retain: false } as const;

describe('a CONNECT that may not be sent', () => {
  itRefuses([
    ['protocolVersion', { ...CONNECT, protocolVersion: 3 }, BOTH, '[MQTT-3.1.2-2]'],
    ['cleanStart', { ...CONNECT, cleanStart: undefined }, [5]],
    ['clientId', { ...CONNECT, clientId: 'a\ud800' }, [5], '[MQTT-3.1.3-4]'],
    ['clientId', { ...CONNECT, protocolVersion: 4, clientId: 'a\0' }, [4], '[MQTT3-3.1.3-4]'],
    ['clientId', { ...CONNECT, protocolVersion: 4, cleanStart: false }, [4], '[MQTT3-3.1.3-7]'],
    ['keepAliveSeconds', { ...CONNECT, keepAliveSeconds: 65_536 }, [5], '[SEC-3.1.2.10-c] [SEC-1.5.2-a]'],
    ['keepAliveSeconds', { ...CONNECT, keepAliveSeconds: -1 }, [5], '[SEC-3.1.2.10-c]'],
    ['keepAliveSeconds', { ...CONNECT, keepAliveSeconds: 1.5 }, [5], '[SEC-3.1.2.10-c]'],
    ['username', { ...CONNECT, username: '\ud800' }, [5], '[MQTT-3.1.3-12]'],
    ['username', { ...CONNECT, protocolVersion: 4, username: '\0' }, [4], '[MQTT3-3.1.3-11]'],
    ['password', { ...CONNECT, password: 'secret' }, [5]],
    ['password', { ...CONNECT, password: new Uint8Array(65_536) }, [5], '[SEC-1.5.6-a]'],
    ['password', { ...CONNECT, protocolVersion: 4, password: bytes() }, [4], '[MQTT3-3.1.2-22]'],
    ['will.qos', { ...CONNECT, will: { ...WILL, qos: 3 } }, [5], '[MQTT-3.1.2-12]'],
    ['will.qos', { ...CONNECT, protocolVersion: 4, will: { ...WILL, qos: 3 } }, [4], '[MQTT3-3.1.2-14]'],
    ['will.retain', { ...CONNECT, will: { ...WILL, retain: undefined } }, [5]],
    ['will.topic', { ...CONNECT, will: { ...WILL, topic: '' } }, [5], '[MQTT-3.1.3-11]'],
    ['will.topic', { ...CONNECT, will: { ...WILL, topic: 'a/#' } }, [5], '[MQTT-3.1.3-11]'],
    ['will.topic', { ...CONNECT, protocolVersion: 4, will: { ...WILL, topic: '\0' } }, [4], '[MQTT3-3.1.3-10]'],
    ['will.payload', { ...CONNECT, will: { ...WILL, payload: new Uint8Array(65_536) } }, [5], '[SEC-1.5.6-a]'],
    [
      'will.payload',
      { ...CONNECT, will: { ...WILL, payload: bytes('ff'), properties: { payloadFormatIndicator: true } } },
      [5],
      '[SEC-3.1.3.2.3-a]',
    ],
    [
      'will.properties.willDelayInterval',
      { ...CONNECT, will: { ...WILL, properties: { willDelayInterval: 0.5 } } },
      [5],
    ],
    [
      'will.properties.topicAlias',
      { ...CONNECT, will: { ...WILL, properties: { topicAlias: 1 } } },
      [5],
      '[SEC-2.2.2.2-a]',
    ],
    ['properties.willDelayInterval', { ...CONNECT, properties: { willDelayInterval: 1 } }, [5], '[SEC-3.1.3.2.2-a]'],
    ['properties.receiveMaximum', { ...CONNECT, properties: { receiveMaximum: 0 } }, [5], '[SEC-3.1.2.11.3-a]'],
    ['properties.receiveMaximum', { ...CONNECT, properties: { receiveMaximum: 65_536 } }, [5], '[SEC-3.1.2.11.3-a]'],
    ['properties.maximumPacketSize', { ...CONNECT, properties: { maximumPacketSize: 0 } }, [5], '[SEC-3.1.2.11.4-a]'],
    [
      'properties.sessionExpiryInterval',
      { ...CONNECT, properties: { sessionExpiryInterval: 4_294_967_296 } },
      [5],
      '[SEC-3.1.2.11.2-a]',
    ],
    [
      'properties.authenticationMethod',
      { ...CONNECT, properties: { authenticationData: bytes() } },
      [5],
      '[SEC-3.1.2.11.10-a]',
    ],
  ]);
});
