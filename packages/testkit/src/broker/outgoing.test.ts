import type { PublishPacket } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import { Broker } from './broker.ts';
import type { BrokerOptions } from './options.ts';
import { BrokerSession } from './session.ts';

interface Limits {
  readonly receiveMaximum?: number;
  readonly topicAliasMaximum?: number;
  readonly maximumPacketSize?: number;
}

function connect(broker: Broker, version: 4 | 5, limits: Limits = {}): RawClient {
  const client = new RawClient(broker, version);
  const properties = { sessionExpiryInterval: 60, ...limits };
  client.connect({ cleanStart: false, ...(version === 5 && { properties }) });
  return client;
}

/** A broker and a client that is subscribed to everything. */
function subscriber(version: 4 | 5, limits: Limits = {}, options: BrokerOptions = {}) {
  const broker = new Broker(options);
  const client = connect(broker, version, limits);
  client.subscribe(1, '#');
  client.takeAll();
  const publishMany = (qos: 0 | 1 | 2, ...topics: string[]): void => {
    for (const topic of topics) broker.publish({ topic, qos });
  };
  return { broker, client, publishMany };
}

/** What a client got, in short: `a1` for a first PUBLISH, `a1!` for one with DUP, `pubrel 2`. */
function brief(client: RawClient): string[] {
  return client.takeAll().map((packet) => {
    if (packet.type === 'publish') return `${packet.topic}${packet.packetId ?? ''}${packet.duplicate ? '!' : ''}`;
    return 'packetId' in packet ? `${packet.type} ${packet.packetId}` : packet.type;
  });
}

describe.each([4, 5] as const)('a delivery to a client of version %i', (version) => {
  it('of QoS 0 has no identifier, and is not kept for a client that is away', () => {
    const { broker, client, publishMany } = subscriber(version);
    publishMany(0, 'now');
    expect(brief(client)).toEqual(['now']);
    client.close();
    publishMany(0, 'lost');
    expect(brief(connect(broker, version))).toEqual([]);
  });

  it('of QoS 1 and 2 is complete after its acknowledgements', () => {
    const { broker, client, publishMany } = subscriber(version);
    publishMany(1, 'one');
    publishMany(2, 'two');
    expect(brief(client)).toEqual(['one1', 'two2']);
    client.acknowledge('puback', 1);
    client.acknowledge('pubrec', 2);
    expect(brief(client)).toEqual(['pubrel 2']);
    expect([...(broker.session('raw')?.inFlight.keys() ?? [])]).toEqual([2]);
    client.acknowledge('pubcomp', 2);
    expect(broker.session('raw')?.inFlight.size).toBe(0);
    broker.assertNoViolations();
  });

  it('waits for a client that is away, and comes in order', () => {
    const { broker, client, publishMany } = subscriber(version);
    client.close();
    publishMany(1, 'a', 'b');
    publishMany(2, 'c');
    expect(broker.session('raw')?.queue).toHaveLength(3);
    expect(brief(connect(broker, version))).toEqual(['a1', 'b2', 'c3']);
  });

  it('is sent again with DUP and its identifier, in order, after the PUBRELs', () => {
    const { broker, client, publishMany } = subscriber(version);
    publishMany(2, 'a', 'b');
    publishMany(1, 'c', 'd');
    client.acknowledge('pubrec', 1);
    client.acknowledge('puback', 3);
    client.close();
    publishMany(1, 'e');
    const again = connect(broker, version);
    expect(brief(again)).toEqual(['pubrel 1', 'b2!', 'd4!', 'e5']);
    again.acknowledge('pubcomp', 1);
    again.acknowledge('pubrec', 2);
    again.acknowledge('pubcomp', 2);
    for (const packetId of [4, 5]) again.acknowledge('puback', packetId);
    expect(broker.session('raw')?.inFlight.size).toBe(0);
    broker.assertNoViolations();
  });

  it('is not sent again on the same connection', () => {
    const { broker, client, publishMany } = subscriber(version);
    publishMany(1, 'a');
    broker.tick();
    expect(brief(client)).toEqual(['a1']);
  });

  it('is forgotten with the session', () => {
    const { broker, client, publishMany } = subscriber(version);
    publishMany(1, 'a');
    client.close();
    const fresh = new RawClient(broker, version);
    fresh.connect();
    publishMany(1, 'b');
    expect(brief(fresh)).toEqual([]);
  });

  it('that the client refuses to know is still answered', () => {
    const { broker, client } = subscriber(version);
    client.acknowledge('pubrec', 9);
    expect(client.takeAll()).toEqual([{ type: 'pubrel', packetId: 9, reasonCode: version === 5 ? 0x92 : 0 }]);
    expect(broker.violations.map(({ name }) => name)).toEqual(['ackForNothing']);
  });
});

describe('a delivery to a client of 5.0', () => {
  it('keeps to the receive maximum, and goes on with every acknowledgement that ends a flow', () => {
    const { client, publishMany } = subscriber(5, { receiveMaximum: 2 });
    publishMany(2, 'a', 'b', 'c', 'd', 'e');
    publishMany(0, 'z');
    expect(brief(client)).toEqual(['a1', 'b2', 'z']);
    client.acknowledge('pubrec', 1);
    expect(brief(client)).toEqual(['pubrel 1']);
    client.acknowledge('pubcomp', 1);
    expect(brief(client)).toEqual(['c3']);
    client.acknowledge('pubrec', 2, 0x80);
    expect(brief(client)).toEqual(['d4']);
  });

  it('keeps to the receive maximum of the new connection when it is sent again, ahead of what is new', () => {
    const { broker, client, publishMany } = subscriber(5, { receiveMaximum: 4 });
    publishMany(1, 'a', 'b', 'c');
    client.close();
    publishMany(1, 'd');
    const again = connect(broker, 5, { receiveMaximum: 2 });
    expect(brief(again)).toEqual(['a1!', 'b2!']);
    again.acknowledge('puback', 1);
    expect(brief(again)).toEqual(['c3!']);
    again.acknowledge('puback', 2);
    expect(brief(again)).toEqual(['d4']);
    broker.assertNoViolations();
  });

  it('is left out when it is larger than the client takes', () => {
    const { broker, client } = subscriber(5, { maximumPacketSize: 30 });
    broker.publish({ topic: 'large', qos: 1, payload: new Uint8Array(30) });
    broker.publish({ topic: 'large', qos: 0, payload: new Uint8Array(30) });
    broker.publish({ topic: 'small', qos: 1, payload: new Uint8Array(10) });
    expect(brief(client)).toEqual(['small2']);
    expect(broker.session('raw')?.inFlight.size).toBe(1);
  });

  it('is left out when it has expired, and says how much time is left when it has not', () => {
    let now = 0;
    const { broker, client } = subscriber(5, {}, { now: () => now });
    client.close();
    for (const [topic, messageExpiryInterval] of [
      ['short', 10],
      ['long', 20],
    ] as const) {
      broker.publish({ topic, qos: 1, properties: { messageExpiryInterval } });
    }
    now = 12_000;
    expect(connect(broker, 5).take('publish')).toMatchObject({
      topic: 'long',
      properties: { messageExpiryInterval: 8 },
    });
  });

  it('uses the aliases that the client allows, and tells every topic first', () => {
    const { client, publishMany } = subscriber(5, { topicAliasMaximum: 2 });
    publishMany(0, 'a', 'b', 'c', 'a', 'b');
    const used = client.takeAll().map((packet) => packet as PublishPacket);
    expect(used.map(({ topic, properties }) => [topic, properties?.topicAlias])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', undefined],
      ['', 1],
      ['', 2],
    ]);
  });

  it('tells a topic again when the packet that told it never left', () => {
    const { broker, client, publishMany } = subscriber(5, { topicAliasMaximum: 2 });
    broker.faults.add({ when: 'sent', type: 'publish', nth: 1, effect: 'ignore' });
    publishMany(0, 'a', 'a', 'a');
    expect(brief(client)).toEqual(['a', '']);
  });

  it('uses no aliases when the options say so', () => {
    const { client, publishMany } = subscriber(5, { topicAliasMaximum: 2 }, { topicAliases: false });
    publishMany(0, 'a', 'a');
    expect(brief(client)).toEqual(['a', 'a']);
  });
});

describe('the identifiers of deliveries', () => {
  it('go round in a circle and leave out those in use', () => {
    const session = new BrokerSession('a');
    const delivery = {
      message: { topic: 'a', payload: new Uint8Array(), qos: 1, retain: false, properties: {} },
    } as const;
    for (const packetId of [2, 65_535]) {
      const flow = {
        packetId,
        delivery: { ...delivery, qos: 1, retain: false, identifiers: [] },
        awaits: 'puback',
      } as const;
      session.inFlight.set(packetId, { ...flow });
    }
    const taken = Array.from({ length: 65_535 }, () => session.takePacketId());
    expect(taken.slice(0, 3)).toEqual([1, 3, 4]);
    expect(taken.slice(65_531)).toEqual([65_533, 65_534, 1, 3]);
  });
});
