import { describe } from 'vitest';
import { BOTH, itRefuses } from '../testing/refusals.test-helpers.ts';

describe('a packet that may not be sent for its type or its reason code', () => {
  itRefuses([
    ['type', { type: 'constructor' }, BOTH],
    ['type', {}, BOTH],
    ['type', { type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'm' } }, [4], '[SEC3-2.2.1-a]'],

    ['sessionPresent', { type: 'connack', sessionPresent: true, reasonCode: 0x87 }, [5], '[MQTT-3.2.2-6]'],
    ['sessionPresent', { type: 'connack', sessionPresent: true, reasonCode: 5 }, [4], '[MQTT3-3.2.2-4]'],
    ['reasonCode', { type: 'connack', sessionPresent: false, reasonCode: 0x8b }, [5], '[MQTT-3.2.2-8]'],
    ['reasonCode', { type: 'connack', sessionPresent: false, reasonCode: 6 }, [4], '[SEC3-3.2.2.3-a]'],
    [
      'properties.maximumQoS',
      { type: 'connack', sessionPresent: false, reasonCode: 0, properties: { maximumQoS: 2 } },
      [5],
      '[SEC-3.2.2.3.4-a]',
    ],

    ['packetId', { type: 'puback', packetId: 0, reasonCode: 0 }, BOTH],
    ['reasonCode', { type: 'puback', packetId: 1, reasonCode: 0x92 }, [5], '[MQTT-3.4.2-1]'],
    ['reasonCode', { type: 'pubrel', packetId: 1, reasonCode: 0x80 }, [5], '[MQTT-3.6.2-1]'],
    ['reasonCode', { type: 'pubrec', packetId: 1, reasonCode: 0x10 }, [4], '[SEC3-3.4.1-a]'],
    ['reasonCode', { type: 'puback', packetId: 1 }, BOTH],

    ['reasonCode', { type: 'disconnect', reasonCode: 0x01 }, [5], '[MQTT-3.14.2-1]'],
    ['reasonCode', { type: 'disconnect', reasonCode: 0x8c }, [5], '[MQTT-3.14.2-1]'],
    ['reasonCode', { type: 'disconnect', reasonCode: 0x04 }, [4], '[SEC3-3.12.1-a]'],
    [
      'reasonCode',
      { type: 'auth', reasonCode: 0x87, properties: { authenticationMethod: 'm' } },
      [5],
      '[MQTT-3.15.2-1]',
    ],
    ['properties.authenticationMethod', { type: 'auth', reasonCode: 0x18 }, [5], '[SEC-3.15-a]'],
    ['properties.authenticationMethod', { type: 'auth', reasonCode: 0 }, [5], '[SEC-3.15-a]'],
  ]);
});
