import type { PropertiesOf } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import { Broker } from './broker.ts';

const connackOf = (properties?: PropertiesOf<'connack'>, sessionPresent = false) => ({
  type: 'connack',
  sessionPresent,
  reasonCode: 0,
  ...(properties !== undefined && { properties }),
});

describe.each([4, 5] as const)('CONNECT in version %i', (version) => {
  const keep = { cleanStart: false, ...(version === 5 && { properties: { sessionExpiryInterval: 60 } }) };

  it('is answered with CONNACK', () => {
    const client = new RawClient(new Broker(), version);
    expect(client.connect({ clientId: 'a' })).toEqual(connackOf());
  });

  it('finds the session that was kept, and none after a clean start', () => {
    const broker = new Broker();
    const present = (fields: object): boolean => {
      const client = new RawClient(broker, version);
      const { sessionPresent } = client.connect(fields);
      client.close();
      return sessionPresent;
    };
    expect(present(keep)).toBe(false);
    expect(present(keep)).toBe(true);
    expect(present({ cleanStart: true })).toBe(false);
    expect(present(keep)).toBe(false);
  });

  it('keeps no session where none is to be kept', () => {
    const broker = new Broker();
    const client = new RawClient(broker, version);
    client.connect(version === 5 ? { cleanStart: false } : { cleanStart: true });
    client.close();
    expect(broker.session('raw')).toBeUndefined();
    expect(new RawClient(broker, version).connect({ cleanStart: false }).sessionPresent).toBe(false);
  });

  it('takes the session over from an older connection', () => {
    const broker = new Broker();
    const [older, newer] = [new RawClient(broker, version), new RawClient(broker, version)];
    older.connect(keep);
    expect(newer.connect(keep).sessionPresent).toBe(true);
    expect(older.isOpen).toBe(false);
    expect(older.takeAll()).toEqual(version === 5 ? [{ type: 'disconnect', reasonCode: 0x8e }] : []);
    expect(broker.connectedClients).toEqual(['raw']);
  });

  it('is refused with the code that the test decides, or answers', () => {
    const broker = new Broker({ decide: { connect: ({ username }) => (username === 'me' ? 0 : 0x86) } });
    const refusal = version === 5 ? 0x86 : 4;
    const stranger = new RawClient(broker, version);
    expect(stranger.connect()).toEqual({ type: 'connack', sessionPresent: false, reasonCode: refusal });
    expect(stranger.isOpen).toBe(false);
    broker.faults.answer({ type: 'connack', reasonCode: 0x88, reasonString: 'closed today' });
    const late = new RawClient(broker, version).connect({ username: 'me' });
    expect(late.reasonCode).toBe(version === 5 ? 0x88 : 3);
    expect(late.properties).toEqual(version === 5 ? { reasonString: 'closed today' } : undefined);
    expect(new RawClient(broker, version).connect({ username: 'me' }).reasonCode).toBe(0);
  });

  it('does not end a session when it is refused', () => {
    const broker = new Broker();
    const client = new RawClient(broker, version);
    client.connect(keep);
    client.close();
    broker.faults.answer({ type: 'connack', reasonCode: 0x88 });
    new RawClient(broker, version).connect({ cleanStart: true });
    expect(new RawClient(broker, version).connect(keep).sessionPresent).toBe(true);
  });

  it('disconnects a client that is silent for one and a half times its keep alive', () => {
    let now = 0;
    const broker = new Broker({ now: () => now });
    const client = new RawClient(broker, version);
    client.connect({ keepAliveSeconds: 10 });
    now = 14_000;
    client.send({ type: 'pingreq' });
    expect(broker.nextDeadline()).toBe(29_000);
    now = 28_999;
    broker.tick();
    expect(client.isOpen).toBe(true);
    now = 29_000;
    broker.tick();
    expect(client.isOpen).toBe(false);
    expect(client.received.at(-1)).toEqual(
      version === 5 ? { type: 'disconnect', reasonCode: 0x8d } : { type: 'pingresp' },
    );
    expect(broker.nextDeadline()).toBeUndefined();
  });

  it('asks nothing of a client without keep alive', () => {
    const broker = new Broker({ now: () => 0 });
    new RawClient(broker, version).connect({ keepAliveSeconds: 0 });
    expect(broker.nextDeadline()).toBeUndefined();
  });

  it('can be disconnected and dropped by the test', () => {
    const broker = new Broker();
    const [told, dropped] = [new RawClient(broker, version), new RawClient(broker, version)];
    told.connect({ clientId: 'told' });
    dropped.connect({ clientId: 'dropped' });
    broker.disconnect('told', 0x98);
    broker.drop('dropped');
    expect([told.isOpen, dropped.isOpen]).toEqual([false, false]);
    expect(told.takeAll()).toEqual(version === 5 ? [{ type: 'disconnect', reasonCode: 0x98 }] : []);
    expect(dropped.takeAll()).toEqual([]);
    expect(() => broker.drop('told')).toThrow("no client 'told' is connected");
  });

  it('forgets every session when it restarts empty', () => {
    const broker = new Broker();
    const client = new RawClient(broker, version);
    client.connect({ ...keep, will: { topic: 'w', payload: Uint8Array.of(1), qos: 0, retain: true } });
    broker.restartEmpty();
    expect(client.isOpen).toBe(false);
    expect(broker.retained('w')).toBeUndefined();
    expect(new RawClient(broker, version).connect(keep).sessionPresent).toBe(false);
  });
});

describe('CONNECT in 5.0', () => {
  it('is answered with the properties of the options, and with what the client needs to know', () => {
    const broker = new Broker({ connack: { receiveMaximum: 3, maximumQoS: 1 } });
    expect(new RawClient(broker).connect({ clientId: '' })).toEqual(
      connackOf({ receiveMaximum: 3, maximumQoS: 1, assignedClientIdentifier: 'assigned-1' }),
    );
    expect(new RawClient(broker).connect({ clientId: '' }).properties?.assignedClientIdentifier).toBe('assigned-2');
  });

  it('uses the keep alive and the session expiry of the server', () => {
    const broker = new Broker({ now: () => 0, connack: { serverKeepAlive: 20, sessionExpiryInterval: 5 } });
    const client = new RawClient(broker);
    client.connect({ keepAliveSeconds: 600 });
    expect(broker.nextDeadline()).toBe(30_000);
    client.close();
    expect(broker.nextDeadline()).toBe(5_000);
  });

  it('ends a session when its time has passed, and never when it does not expire', () => {
    let now = 0;
    const broker = new Broker({ now: () => now });
    for (const [clientId, sessionExpiryInterval] of [
      ['short', 10],
      ['long', 0xffff_ffff],
    ] as const) {
      const client = new RawClient(broker);
      client.connect({ clientId, properties: { sessionExpiryInterval } });
      client.close();
    }
    expect(broker.nextDeadline()).toBe(10_000);
    now = 10_000;
    broker.tick();
    expect(broker.session('short')).toBeUndefined();
    expect(broker.session('long')).toBeDefined();
    expect(broker.nextDeadline()).toBeUndefined();
  });

  it('takes another session expiry from DISCONNECT', () => {
    const broker = new Broker({ now: () => 0 });
    const client = new RawClient(broker);
    client.connect({ properties: { sessionExpiryInterval: 10 } });
    client.send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
    expect(broker.session('raw')).toBeUndefined();
    broker.assertNoViolations();
  });

  it('is answered in the form of 3.1.1 by a broker that knows nothing else', () => {
    const broker = new Broker({ versions: [4] });
    const sent: [string, number][] = [];
    const connection = broker.connect({
      send: (packet, version) => sent.push([JSON.stringify(packet), version]),
      close: () => undefined,
    });
    connection.receive({ type: 'connect', protocolVersion: 5, clientId: 'a', cleanStart: true, keepAliveSeconds: 0 });
    expect(sent).toEqual([['{"type":"connack","sessionPresent":false,"reasonCode":1}', 4]]);
  });
});

describe('CONNECT in 3.1.1', () => {
  it('is refused without a client identifier and without a clean session', () => {
    const broker = new Broker();
    const connection: string[] = [];
    broker
      .connect({ send: (packet) => connection.push(JSON.stringify(packet)), close: () => undefined })
      .receive({ type: 'connect', protocolVersion: 4, clientId: '', cleanStart: false, keepAliveSeconds: 0 });
    expect(connection).toEqual(['{"type":"connack","sessionPresent":false,"reasonCode":2}']);
  });

  it('is refused by a broker that knows nothing but 5.0', () => {
    const client = new RawClient(new Broker({ versions: [5] }), 4);
    expect(client.connect().reasonCode).toBe(1);
    expect(client.isOpen).toBe(false);
  });
});
