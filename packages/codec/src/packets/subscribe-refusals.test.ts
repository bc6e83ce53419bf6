import { describe } from 'vitest';
import { BOTH, itRefuses } from '../testing/refusals.test-helpers.ts';

const SUBSCRIBE = { type: 'subscribe', packetId: 1 } as const;

describe('a SUBSCRIBE, UNSUBSCRIBE, SUBACK or UNSUBACK that may not be sent', () => {
  itRefuses([
    ['subscriptions', { ...SUBSCRIBE, subscriptions: [] }, BOTH, '[MQTT-3.8.3-2] [MQTT3-3.8.3-3]'],
    ['subscriptions', { ...SUBSCRIBE }, BOTH, '[MQTT-3.8.3-2] [MQTT3-3.8.3-3]'],
    [
      'subscriptions[1].filter',
      {
        ...SUBSCRIBE,
        subscriptions: [
          { filter: 'a', qos: 0 },
          { filter: 'a#', qos: 0 },
        ],
      },
      BOTH,
      '[MQTT-4.7.1-1]',
    ],
    [
      'subscriptions[0].filter',
      { ...SUBSCRIBE, subscriptions: [{ filter: '\ud800', qos: 0 }] },
      BOTH,
      '[MQTT-3.8.3-1] [MQTT3-3.8.3-1]',
    ],
    ['subscriptions[0].filter', { ...SUBSCRIBE, subscriptions: [{ filter: '', qos: 0 }] }, BOTH, '[MQTT-4.7.3-1]'],
    [
      'subscriptions[0].filter',
      { ...SUBSCRIBE, subscriptions: [{ filter: '$share//t', qos: 0 }] },
      [5],
      '[MQTT-4.8.2-1]',
    ],
    [
      'subscriptions[0].filter',
      { ...SUBSCRIBE, subscriptions: [{ filter: '$share/+/t', qos: 0 }] },
      [5],
      '[MQTT-4.8.2-2]',
    ],
    [
      'subscriptions[0].qos',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 3 }] },
      BOTH,
      '[SEC-3.8.3.1-a] [MQTT3-3-8.3-4]',
    ],
    [
      'subscriptions[0].retainHandling',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0, retainHandling: 3 }] },
      [5],
      '[SEC-3.8.3.1-a]',
    ],
    [
      'subscriptions[0].noLocal',
      { ...SUBSCRIBE, subscriptions: [{ filter: '$share/g/t', qos: 0, noLocal: true }] },
      [5],
      '[MQTT-3.8.3-4]',
    ],
    ['subscriptions[0].noLocal', { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0, noLocal: 1 }] }, [5]],
    [
      'subscriptions[0].options',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0, noLocal: true }] },
      [4],
      '[MQTT3-3-8.3-4]',
    ],
    [
      'subscriptions[0].options',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0, retainHandling: 1 }] },
      [4],
      '[MQTT3-3-8.3-4]',
    ],
    [
      'properties.subscriptionIdentifier',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0 }], properties: { subscriptionIdentifier: 0 } },
      [5],
      '[SEC-3.8.2.1.2-a]',
    ],
    [
      'properties.subscriptionIdentifier',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0 }], properties: { subscriptionIdentifier: 268_435_456 } },
      [5],
      '[SEC-3.8.2.1.2-a]',
    ],
    [
      'properties.subscriptionIdentifier',
      { ...SUBSCRIBE, subscriptions: [{ filter: 'a', qos: 0 }], properties: { subscriptionIdentifier: [1] } },
      [5],
      '[SEC-3.8.2.1.2-a]',
    ],
    ['filters', { type: 'unsubscribe', packetId: 1, filters: [] }, BOTH, '[MQTT-3.10.3-2] [MQTT3-3.10.3-2]'],
    [
      'filters[1]',
      { type: 'unsubscribe', packetId: 1, filters: ['a', '\0'] },
      BOTH,
      '[MQTT-3.10.3-1] [MQTT3-3.10.3-1]',
    ],
    ['reasonCodes', { type: 'suback', packetId: 1, reasonCodes: [] }, BOTH],
    ['reasonCodes[2]', { type: 'suback', packetId: 1, reasonCodes: [0, 1, 3] }, BOTH, '[MQTT-3.9.3-2] [MQTT3-3.9.3-2]'],
    ['reasonCodes[0]', { type: 'suback', packetId: 1, reasonCodes: [0x87] }, [4], '[MQTT3-3.9.3-2]'],
    ['reasonCodes', { type: 'unsuback', packetId: 1, reasonCodes: [] }, [5]],
    ['reasonCodes[0]', { type: 'unsuback', packetId: 1, reasonCodes: [0] }, [4], '[SEC3-3.11.1-a]'],
  ]);
});
