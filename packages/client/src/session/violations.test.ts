import type { Packet } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
  disconnect,
  pingreq,
  pingresp,
  publish,
  resumed,
  suback,
  subscribe,
  unsubscribe,
} from './testing/packets.test-helpers.ts';
import { deliver, hangUp, packets, send, status } from './testing/seen.test-helpers.ts';

const CLIENTS_OWN: readonly Packet[] = [
  { type: 'connect', protocolVersion: 5, clientId: 'c', cleanStart: true, keepAliveSeconds: 0 },
  subscribe(1, 'a'),
  unsubscribe(1, 'a'),
  pingreq,
];

describe.each(VERSIONS)('a server that breaks the protocol, in version %i', (protocolVersion) => {
  const goodbye = (reasonCode: number) => (protocolVersion === 5 ? [send(disconnect(reasonCode))] : []);

  it.each(CLIENTS_OWN)(
    'by a $type: is told so in 5.0, and the connection is closed [SEC-4.13.1-a] [MQTT3-4.8.0-1]',
    (packet) => {
      expect(connected({ protocolVersion }).receive(packet)).toEqual([
        ...goodbye(0x82),
        hangUp,
        status('waiting', 'disconnection', 'PROTOCOL_ERROR', 1_000),
      ]);
    },
  );

  it.each([0x81, 0x82, 0x94])(
    'by bytes that are no MQTT, code %i: the same [SEC-4.13.1-a] [MQTT3-4.8.0-1]',
    (reasonCode) => {
      expect(connected({ protocolVersion }).tell({ type: 'malformed', reasonCode, message: 'x' })).toEqual([
        ...goodbye(reasonCode),
        hangUp,
        status('waiting', 'disconnection', 'MALFORMED_PACKET', 1_000),
      ]);
    },
  );

  it('by a text frame: the socket is closed and nothing said', () => {
    expect(connected({ protocolVersion }).tell({ type: 'malformed', message: 'x' })).toEqual([
      hangUp,
      status('waiting', 'disconnection', 'MALFORMED_PACKET', 1_000),
    ]);
  });

  it('is connected to again after the backoff, in the same session', () => {
    const driver = connected({ protocolVersion });
    driver.publish(1);
    driver.receive(pingreq);
    expect(packets(driver.comeBack(resumed()))).toEqual([publish(1, { duplicate: true })]);
  });

  it('is not listened to any more, also where it goes on in the same breath', () => {
    const driver = connected({ protocolVersion });
    driver.receive(pingreq);
    expect(driver.receive(publish())).toEqual([]);
    expect(driver.receive(suback(1, 0))).toEqual([]);
    expect(driver.tell({ type: 'malformed', reasonCode: 0x81, message: 'x' })).toEqual([]);
    expect(driver.closed()).toEqual([]);
  });

  it('while nobody is connected changes nothing', () => {
    const driver = connected({ protocolVersion });
    driver.stop();
    expect(driver.receive(pingreq)).toEqual([]);
    expect(driver.tell({ type: 'malformed', reasonCode: 0x81, message: 'x' })).toEqual([]);
    expect(driver.receive(connack())).toEqual([]);
  });
});

it('an AUTH that nobody asked for is not answered with one, and ends the connection [MQTT-4.12.0-6] [MQTT-4.12.0-7]', () => {
  expect(connected().receive({ type: 'auth', reasonCode: 0x18 })[0]).toEqual(send(disconnect(0x82)));
});

describe('Request Problem Information 0', () => {
  const quiet = { connectProperties: { requestProblemInformation: false } };
  const said = { reasonString: 'why' };

  it.each([
    ['PUBACK', { type: 'puback', packetId: 9, reasonCode: 0, properties: said }],
    ['PUBREL', { type: 'pubrel', packetId: 9, reasonCode: 0, properties: { userProperties: [['a', 'b']] } }],
    ['SUBACK', { type: 'suback', packetId: 9, reasonCodes: [0], properties: said }],
    ['UNSUBACK', { type: 'unsuback', packetId: 9, reasonCodes: [0], properties: said }],
  ] as const)('makes Reason String and User Property in a %s a protocol error [MQTT-3.1.2-29]', (_, packet) => {
    expect(connected(quiet).receive(packet)[0]).toEqual(send(disconnect(0x82)));
    expect(connected().receive(packet)).not.toContainEqual(send(disconnect(0x82)));
  });

  it('leaves PUBLISH and DISCONNECT alone', () => {
    const packet = publish(undefined, { properties: { userProperties: [['a', 'b']] } });
    expect(connected(quiet).receive(packet)).toEqual([deliver(0, packet)]);
    expect(connected(quiet).receive(disconnect(0x8b, said))).not.toContainEqual(send(disconnect(0x82)));
    expect(connected(quiet).receive(pingresp)).toEqual([]);
  });
});
