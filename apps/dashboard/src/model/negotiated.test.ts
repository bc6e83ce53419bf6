import type { NegotiatedSettings } from '@mqtide/client';
import { expect, it } from 'vitest';
import { settingRows } from './negotiated.ts';

const SETTINGS: NegotiatedSettings = {
  protocolVersion: 5,
  clientId: 'c1',
  rejoinedSession: false,
  sessionExpirySeconds: 300,
  keepAliveSeconds: 60,
  receiveMaximum: 20,
  maximumQoS: 2,
  retainAvailable: true,
  maximumPacketSize: 268_435_460,
  topicAliasMaximum: 10,
  wildcardSubscriptionsAvailable: true,
  subscriptionIdentifiersAvailable: true,
  sharedSubscriptionsAvailable: false,
};

const rows = (changes: Partial<NegotiatedSettings> = {}): Record<string, string> =>
  Object.fromEntries(settingRows({ ...SETTINGS, ...changes }).map(({ name, value }) => [name, value]));

it('says in words what was negotiated', () => {
  expect(rows()).toEqual({
    Protocol: 'MQTT 5.0',
    'Client id': 'c1',
    Session: 'New',
    'Session expiry': '300 s after the connection',
    'Keep alive': '60 s',
    'Maximum QoS': '2',
    'Receive maximum': '20',
    'Maximum packet size': 'No limit',
    'Topic alias maximum': '10',
    'Retained messages': 'Yes',
    'Wildcard subscriptions': 'Yes',
    'Shared subscriptions': 'No',
    'Subscription ids': 'Yes',
  });
});

it('says what is special', () => {
  expect(
    rows({
      protocolVersion: 4,
      rejoinedSession: true,
      keepAliveSeconds: 0,
      sessionExpirySeconds: 0xffff_ffff,
      maximumPacketSize: 131_072,
      serverReference: 'b2.example',
    }),
  ).toMatchObject({
    Protocol: 'MQTT 3.1.1',
    Session: 'Rejoined',
    'Keep alive': 'Off',
    'Session expiry': 'Never',
    'Maximum packet size': '128.0 KiB',
    'Server reference': 'b2.example',
  });
  expect(rows({ sessionExpirySeconds: 0 })).toMatchObject({ 'Session expiry': 'Ends with the connection' });
});
