import { describe, expect, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import { Broker } from './broker.ts';
import type { BrokerOptions } from './options.ts';

/** A broker, a client that publishes, and the topics of what arrives at another one. */
function publisher(version: 4 | 5, options: BrokerOptions = {}) {
  const broker = new Broker(options);
  const reader = new RawClient(broker, version);
  reader.connect({ clientId: 'reader' });
  reader.subscribe(1, { filter: '#', qos: 0 });
  reader.takeAll();
  const client = reconnect(broker, version);
  const arrived = (): string[] =>
    reader.takeAll().flatMap((packet) => (packet.type === 'publish' ? [packet.topic] : []));
  return { broker, client, arrived };
}

function reconnect(broker: Broker, version: 4 | 5): RawClient {
  const client = new RawClient(broker, version);
  const properties = { sessionExpiryInterval: 60 };
  client.connect({ clientId: 'client', cleanStart: false, ...(version === 5 && { properties }) });
  return client;
}

describe.each([4, 5] as const)('PUBLISH from a client of version %i', (version) => {
  it('is passed on and answered according to its QoS', () => {
    const { broker, client, arrived } = publisher(version);
    client.publish({ topic: 'zero' });
    expect(client.takeAll()).toEqual([]);
    client.publish({ topic: 'one', qos: 1, packetId: 1 });
    expect(client.takeAll()).toEqual([{ type: 'puback', packetId: 1, reasonCode: 0 }]);
    client.publish({ topic: 'two', qos: 2, packetId: 2 });
    expect(client.takeAll()).toEqual([{ type: 'pubrec', packetId: 2, reasonCode: 0 }]);
    client.acknowledge('pubrel', 2);
    expect(client.takeAll()).toEqual([{ type: 'pubcomp', packetId: 2, reasonCode: 0 }]);
    expect(arrived()).toEqual(['zero', 'one', 'two']);
    broker.assertNoViolations();
  });

  it('of QoS 2 is passed on once, although it is sent again on the next connection', () => {
    const { broker, client, arrived } = publisher(version);
    broker.faults.add({ when: 'sent', type: 'pubrec', nth: 1, effect: 'closeBefore' });
    client.publish({ topic: 'two', qos: 2, packetId: 2 });
    const again = reconnect(broker, version);
    again.publish({ topic: 'two', qos: 2, packetId: 2, duplicate: true });
    expect(again.take('pubrec').packetId).toBe(2);
    again.acknowledge('pubrel', 2);
    expect(again.take('pubcomp')).toEqual({ type: 'pubcomp', packetId: 2, reasonCode: 0 });
    again.publish({ topic: 'new', qos: 2, packetId: 2 });
    expect(arrived()).toEqual(['two', 'new']);
    broker.assertNoViolations();
  });

  it('of QoS 1 is passed on again when its PUBACK was lost', () => {
    const { broker, client, arrived } = publisher(version);
    broker.faults.add({ when: 'sent', type: 'puback', nth: 1, effect: 'closeBefore' });
    client.publish({ topic: 'one', qos: 1, packetId: 1 });
    const again = reconnect(broker, version);
    again.publish({ topic: 'one', qos: 1, packetId: 1, duplicate: true });
    expect(again.take('puback').packetId).toBe(1);
    expect(arrived()).toEqual(['one', 'one']);
    broker.assertNoViolations();
  });

  it('may be sent again on the next connection when its first transmission was lost', () => {
    const { broker, client, arrived } = publisher(version);
    broker.faults.add({ when: 'received', type: 'publish', nth: 1, effect: 'closeBefore' });
    client.publish({ topic: 'one', qos: 1, packetId: 1 });
    const again = reconnect(broker, version);
    again.publish({ topic: 'one', qos: 1, packetId: 1, duplicate: true });
    expect(arrived()).toEqual(['one']);
    broker.assertNoViolations();
  });

  it('is completed by a PUBREL that is sent again after a PUBCOMP that was lost', () => {
    const { broker, client } = publisher(version);
    client.publish({ qos: 2, packetId: 2 });
    broker.faults.add({ when: 'sent', type: 'pubcomp', nth: 1, effect: 'closeAfter' });
    client.acknowledge('pubrel', 2);
    const again = reconnect(broker, version);
    again.acknowledge('pubrel', 2);
    expect(again.take('pubcomp')).toEqual({ type: 'pubcomp', packetId: 2, reasonCode: version === 5 ? 0x92 : 0 });
    broker.assertNoViolations();
  });

  it('is not passed on when the test decides so', () => {
    const decide = { publish: ({ topic }: { topic: string }) => (topic === 'secret' ? 0x87 : undefined) };
    const { broker, client, arrived } = publisher(version, { decide });
    client.publish({ topic: 'secret' });
    client.publish({ topic: 'secret', qos: 1, packetId: 1 });
    client.publish({ topic: 'secret', qos: 2, packetId: 2 });
    const reasonCode = version === 5 ? 0x87 : 0;
    expect(client.takeAll()).toEqual([
      { type: 'puback', packetId: 1, reasonCode },
      { type: 'pubrec', packetId: 2, reasonCode },
    ]);
    expect(arrived()).toEqual([]);
    // In 5.0 the flow is over and the identifier is free; 3.1.1 knows no refusal and goes on.
    if (version === 5) client.publish({ topic: 'open', qos: 2, packetId: 2 });
    else client.acknowledge('pubrel', 2);
    expect(client.takeAll().map(({ type }) => type)).toEqual([version === 5 ? 'pubrec' : 'pubcomp']);
    broker.assertNoViolations();
  });
});

describe('PUBLISH from a client of 5.0', () => {
  it('is answered with "no matching subscribers" where there are none', () => {
    const client = new RawClient(new Broker());
    client.connect();
    client.publish({ qos: 1, packetId: 1 });
    client.publish({ qos: 2, packetId: 2 });
    expect(client.takeAll()).toMatchObject([{ reasonCode: 0x10 }, { reasonCode: 0x10 }]);
  });

  it('may use topic aliases, which end with the connection', () => {
    const { broker, client, arrived } = publisher(5, { connack: { topicAliasMaximum: 2 } });
    const alias = (topicAlias: number, topic = ''): void => client.publish({ topic, properties: { topicAlias } });
    alias(1, 'one');
    alias(2, 'two');
    alias(1);
    alias(1, 'other');
    alias(1);
    expect(arrived()).toEqual(['one', 'two', 'one', 'other', 'other']);
    broker.assertNoViolations();
    client.close();
    reconnect(broker, 5).publish({ topic: '', properties: { topicAlias: 1 } });
    expect(broker.violations.map(({ name }) => name)).toEqual(['topicAliasUnknown']);
  });

  it('may fill the receive maximum again as soon as it was answered', () => {
    const { broker, client } = publisher(5, { connack: { receiveMaximum: 2 } });
    client.publish({ qos: 1, packetId: 1 });
    client.publish({ qos: 2, packetId: 2 });
    client.publish({ qos: 2, packetId: 3 });
    client.acknowledge('pubrel', 2);
    client.publish({ qos: 2, packetId: 2 });
    broker.assertNoViolations();
    client.publish({ qos: 1, packetId: 9 });
    expect(broker.violations.map(({ name }) => name)).toEqual(['receiveMaximum']);
  });
});

describe('the content of a message', () => {
  it('is compared byte by byte, and the same one may follow itself', () => {
    const { broker, client } = publisher(5);
    client.publish({ qos: 2, packetId: 1, payload: Uint8Array.of(1, 2, 3) });
    client.close();
    const again = reconnect(broker, 5);
    again.publish({ qos: 2, packetId: 1, payload: Uint8Array.of(1, 2, 4), duplicate: true });
    expect(broker.violations.map(({ name }) => name)).toEqual(['contentChanged']);
  });
});

describe('what is on its way to the client', () => {
  /** A client of which the test decides when it has got something. */
  function slow() {
    const broker = new Broker();
    const arrivals: (() => void)[] = [];
    const connection = broker.connect({
      confirmsArrival: true,
      send: (_packet, _version, arrived) => arrivals.push(arrived),
      close: () => undefined,
    });
    connection.receive({ type: 'connect', protocolVersion: 5, clientId: 'a', cleanStart: true, keepAliveSeconds: 0 });
    const publish = (qos: 1 | 2, packetId: number): void =>
      connection.receive({
        type: 'publish',
        topic: 'a',
        payload: new Uint8Array(),
        qos,
        packetId,
        retain: false,
        duplicate: false,
      });
    return { broker, connection, publish, arrive: () => arrivals.splice(0).forEach((arrived) => arrived()) };
  }

  it('keeps an identifier in use until the answer has arrived', () => {
    for (const waits of [false, true]) {
      const { broker, publish, arrive } = slow();
      publish(1, 7);
      if (waits) arrive();
      publish(1, 7);
      expect(broker.violations.map(({ name }) => name)).toEqual(waits ? [] : ['packetIdInUse']);
    }
  });

  it('cannot be answered by the client before it has arrived', () => {
    for (const waits of [false, true]) {
      const { broker, connection, publish, arrive } = slow();
      publish(2, 7);
      if (waits) arrive();
      connection.receive({ type: 'pubrel', packetId: 7, reasonCode: 0 });
      expect(broker.violations.map(({ name }) => name)).toEqual(waits ? [] : ['pubrelBeforePubrec']);
    }
  });
});
