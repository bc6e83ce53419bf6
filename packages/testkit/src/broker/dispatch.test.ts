import { describe, expect, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import { Broker } from './broker.ts';

const PUBLISH_WITH_IDENTIFIER = {
  type: 'publish',
  topic: 'a',
  payload: new Uint8Array(),
  qos: 0,
  retain: false,
  duplicate: false,
  properties: { subscriptionIdentifier: [1] },
} as const;

const SHARED_NO_LOCAL = {
  type: 'subscribe',
  packetId: 1,
  subscriptions: [{ filter: '$share/group/a', qos: 0, noLocal: true }],
} as const;

describe('the broker, packet by packet', () => {
  it.each([
    ['serverPacket', { type: 'pingresp' }],
    ['identifierInPublish', PUBLISH_WITH_IDENTIFIER],
    ['noLocalShared', SHARED_NO_LOCAL],
  ] as const)('sees %s in packets that no decoder has checked', (rule, packet) => {
    const broker = new Broker();
    const connection = broker.connect({ send: () => undefined, close: () => undefined });
    connection.receive({ type: 'connect', protocolVersion: 5, clientId: 'a', cleanStart: true, keepAliveSeconds: 0 });
    connection.receive(packet);
    expect(broker.violations.map(({ name }) => name)).toEqual([rule]);
  });

  it('answers PINGREQ with PINGRESP', () => {
    const client = new RawClient(new Broker());
    client.connect();
    client.send({ type: 'pingreq' });
    expect(client.takeAll()).toEqual([{ type: 'pingresp' }]);
  });

  it('takes a packet apart that comes byte by byte, and many that come at once', () => {
    const client = new RawClient(new Broker());
    client.connect();
    for (const byte of [0xc0, 0x00]) client.sendBytes(Uint8Array.of(byte));
    client.sendBytes(Uint8Array.of(0xc0, 0x00, 0xc0, 0x00));
    expect(client.takeAll()).toHaveLength(3);
  });

  it('handles what came before malformed bytes, and nothing after them', () => {
    const broker = new Broker();
    const client = new RawClient(broker);
    client.connect();
    client.sendBytes(Uint8Array.of(0xc0, 0x00, 0xf7, 0x00, 0xc0, 0x00));
    expect(client.takeAll().map(({ type }) => type)).toEqual(['pingresp', 'disconnect']);
    expect(broker.violations.map(({ name }) => name)).toEqual(['malformed']);
  });

  it('handles a packet that arrives while it answers another after that one', () => {
    const broker = new Broker();
    const order: string[] = [];
    const connection = broker.connect({
      send: ({ type }) => {
        order.push(`sent ${type}`);
        if (type === 'connack') connection.receive({ type: 'pingreq' });
        order.push(`done ${type}`);
      },
      close: () => undefined,
    });
    connection.receive({ type: 'connect', protocolVersion: 5, clientId: 'a', cleanStart: true, keepAliveSeconds: 0 });
    expect(order).toEqual(['sent connack', 'done connack', 'sent pingresp', 'done pingresp']);
  });

  it('forgets violations that a test provoked', () => {
    const broker = new Broker();
    new RawClient(broker).send({ type: 'pingreq' });
    expect(() => broker.assertNoViolations()).toThrow('the client did not begin with CONNECT (PINGREQ)');
    broker.clearViolations();
    broker.assertNoViolations();
  });
});
