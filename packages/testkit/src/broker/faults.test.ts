import { describe, expect, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import { Broker } from './broker.ts';

function connected(version: 4 | 5 = 5) {
  const broker = new Broker();
  const client = new RawClient(broker, version);
  client.connect({ cleanStart: false, ...(version === 5 && { properties: { sessionExpiryInterval: 60 } }) });
  return { broker, client };
}

describe('faults', () => {
  it('lose the connection before the nth packet of a type is processed', () => {
    const { broker, client } = connected();
    broker.faults.add({ when: 'received', type: 'publish', nth: 2, effect: 'closeBefore' });
    client.publish({ retain: true, topic: 'first', payload: Uint8Array.of(1) });
    expect(client.isOpen).toBe(true);
    client.publish({ retain: true, topic: 'second', payload: Uint8Array.of(1) });
    expect(client.isOpen).toBe(false);
    expect([broker.retained('first'), broker.retained('second')]).toEqual([Uint8Array.of(1), undefined]);
  });

  it('lose the connection after a packet was processed', () => {
    const { broker, client } = connected();
    broker.faults.add({ when: 'received', type: 'publish', effect: 'closeAfter' });
    client.publish({ qos: 1, packetId: 1 });
    expect(client.isOpen).toBe(false);
    expect(client.takeAll()).toEqual([{ type: 'puback', packetId: 1, reasonCode: 0x10 }]);
  });

  it.each([
    ['closeBefore', []],
    ['closeAfter', ['puback']],
  ] as const)('lose the connection around a packet of the broker: %s', (effect, sent) => {
    const { broker, client } = connected();
    broker.faults.add({ when: 'sent', type: 'puback', effect });
    client.publish({ qos: 1, packetId: 1 });
    expect(client.isOpen).toBe(false);
    expect(client.takeAll().map(({ type }) => type)).toEqual(sent);
  });

  it('make packets disappear, in both directions', () => {
    const { broker, client } = connected();
    const forget = broker.faults.add({ when: 'received', type: 'pingreq', effect: 'ignore' });
    client.send({ type: 'pingreq' });
    expect(client.takeAll()).toEqual([]);
    forget();
    broker.faults.add({ when: 'sent', type: 'pingresp', nth: 1, effect: 'ignore' });
    client.send({ type: 'pingreq' });
    expect(client.takeAll()).toEqual([]);
    client.send({ type: 'pingreq' });
    expect(client.takeAll()).toEqual([{ type: 'pingresp' }]);
  });

  it('hold packets of the broker until they are released, in order', () => {
    const { broker, client } = connected();
    broker.faults.add({ when: 'sent', type: 'puback', effect: 'hold' });
    client.publish({ qos: 1, packetId: 1 });
    client.publish({ qos: 1, packetId: 2 });
    client.send({ type: 'pingreq' });
    expect(client.takeAll().map(({ type }) => type)).toEqual(['pingresp']);
    expect(broker.faults.held).toBe(2);
    expect([...(broker.session('raw')?.incoming.keys() ?? [])]).toEqual([1, 2]);
    broker.faults.release();
    expect(client.takeAll()).toMatchObject([{ packetId: 1 }, { packetId: 2 }]);
    expect(broker.session('raw')?.incoming.size).toBe(0);
  });

  it('forget what was held for a connection that ended', () => {
    const { broker, client } = connected();
    broker.faults.add({ when: 'sent', type: 'puback', effect: 'hold' });
    client.publish({ qos: 1, packetId: 1 });
    client.close();
    broker.faults.release();
    expect(client.takeAll()).toEqual([]);
  });

  it('strike one client and not another, and any packet when no type is given', () => {
    const broker = new Broker();
    const [struck, spared] = [new RawClient(broker), new RawClient(broker)];
    broker.faults.add({ when: 'received', clientId: 'struck', nth: 2, effect: 'closeBefore' });
    struck.connect({ clientId: 'struck' });
    spared.connect({ clientId: 'spared' });
    for (const client of [spared, struck]) client.send({ type: 'pingreq' });
    expect([struck.isOpen, spared.isOpen]).toEqual([false, true]);
  });

  it('are gone when they are cleared', () => {
    const { broker, client } = connected();
    broker.faults.add({ when: 'received', effect: 'closeBefore' });
    broker.faults.answer({ type: 'puback', reasonCode: 0x97 });
    broker.faults.clear();
    client.publish({ qos: 1, packetId: 1 });
    expect(client.take('puback').reasonCode).toBe(0x10);
  });

  it('cannot hold what comes from a client', () => {
    expect(() => new Broker().faults.add({ when: 'received', effect: 'hold' })).toThrow('only what the broker sends');
  });

  it('answer with a code, as often as asked, and the broker acts on it', () => {
    const { broker, client } = connected();
    client.subscribe(9, 'a');
    client.takeAll();
    broker.faults.answer({ type: 'puback', reasonCode: 0x97, reasonString: 'full', times: 2 });
    for (const packetId of [1, 2, 3]) client.publish({ qos: 1, packetId });
    const answers = client.takeAll().map((packet) => [packet.type, 'reasonCode' in packet && packet.reasonCode]);
    expect(answers).toEqual([
      ['puback', 0x97],
      ['puback', 0x97],
      ['publish', false],
      ['puback', 0],
    ]);
    expect(client.received.find(({ type }) => type === 'puback')).toMatchObject({
      properties: { reasonString: 'full' },
    });
  });

  it('give no reason string to a client that wants none', () => {
    const broker = new Broker();
    const client = new RawClient(broker);
    client.connect({ properties: { requestProblemInformation: false } });
    broker.faults.answer({ type: 'puback', reasonCode: 0x97, reasonString: 'full' });
    client.publish({ qos: 1, packetId: 1 });
    expect(client.take('puback')).toEqual({ type: 'puback', packetId: 1, reasonCode: 0x97 });
  });
});
