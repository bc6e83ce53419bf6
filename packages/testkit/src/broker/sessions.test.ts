import type { Will } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import { Broker } from './broker.ts';

/** A broker, a client that reads `will/#`, and one with a will. */
function withWill(version: 4 | 5, fields: Partial<Will> = {}, sessionExpiryInterval = 0) {
  const time = { now: 0 };
  const broker = new Broker({ now: () => time.now });
  const reader = new RawClient(broker, version);
  reader.connect({ clientId: 'reader' });
  reader.subscribe(1, 'will/#');
  reader.takeAll();
  const client = new RawClient(broker, version);
  client.connect({
    clientId: 'client',
    cleanStart: version === 4 || sessionExpiryInterval === 0,
    will: { topic: 'will/client', payload: Uint8Array.of(9), qos: 0, retain: false, ...fields },
    ...(version === 5 && { properties: { sessionExpiryInterval } }),
  });
  const wills = (): string[] =>
    reader.takeAll().flatMap((packet) => (packet.type === 'publish' ? [`${packet.topic} ${packet.payload[0]}`] : []));
  const advanceTo = (now: number): void => {
    time.now = now;
    broker.tick();
  };
  return { broker, client, reader, wills, advanceTo };
}

describe.each([4, 5] as const)('a will in version %i', (version) => {
  it('is published when the connection is lost', () => {
    const { client, wills } = withWill(version);
    client.close();
    expect(wills()).toEqual(['will/client 9']);
  });

  it('is not published after DISCONNECT', () => {
    const { client, wills } = withWill(version);
    client.send({ type: 'disconnect', reasonCode: 0 });
    client.close();
    expect(wills()).toEqual([]);
  });

  it('is published when the client is silent for too long', () => {
    const { broker, reader, wills, advanceTo } = withWill(version);
    const silent = new RawClient(broker, version);
    silent.connect({
      clientId: 'silent',
      keepAliveSeconds: 1,
      will: { topic: 'will/silent', payload: Uint8Array.of(1), qos: 0, retain: false },
    });
    expect(reader.isOpen).toBe(true);
    advanceTo(1_500);
    expect(wills()).toEqual(['will/silent 1']);
  });

  it('is published when another connection takes over a session that ends', () => {
    const { broker, wills } = withWill(version);
    new RawClient(broker, version).connect({ clientId: 'client', cleanStart: true });
    expect(wills()).toEqual(['will/client 9']);
  });

  it('is retained when it asks for that', () => {
    const { broker, client } = withWill(version, { retain: true });
    client.close();
    expect(broker.retained('will/client')).toEqual(Uint8Array.of(9));
  });
});

describe('a will in 5.0', () => {
  it('is published after DISCONNECT with the code that asks for it', () => {
    const { client, wills } = withWill(5);
    client.send({ type: 'disconnect', reasonCode: 0x04 });
    expect(wills()).toEqual(['will/client 9']);
  });

  it('waits for its delay', () => {
    const { broker, client, wills, advanceTo } = withWill(5, { properties: { willDelayInterval: 10 } }, 60);
    client.close();
    expect(wills()).toEqual([]);
    expect(broker.nextDeadline()).toBe(10_000);
    advanceTo(9_999);
    expect(wills()).toEqual([]);
    advanceTo(10_000);
    expect(wills()).toEqual(['will/client 9']);
    advanceTo(60_000);
    expect(wills()).toEqual([]);
  });

  it('does not wait longer than the session', () => {
    const { client, wills, advanceTo } = withWill(5, { properties: { willDelayInterval: 600 } }, 60);
    client.close();
    advanceTo(60_000);
    expect(wills()).toEqual(['will/client 9']);
  });

  it('is not published when the client comes back in time, and is when it comes back with a clean start', () => {
    for (const [cleanStart, expected] of [
      [false, []],
      [true, ['will/client 9']],
    ] as const) {
      const { broker, client, wills, advanceTo } = withWill(5, { properties: { willDelayInterval: 10 } }, 60);
      client.close();
      advanceTo(5_000);
      new RawClient(broker).connect({ clientId: 'client', cleanStart, properties: { sessionExpiryInterval: 60 } });
      advanceTo(20_000);
      expect(wills()).toEqual(expected);
    }
  });

  it('carries its properties without the delay, and expires from when it is published', () => {
    const { client, reader, advanceTo } = withWill(
      5,
      { properties: { willDelayInterval: 10, contentType: 'text/plain', messageExpiryInterval: 30 } },
      60,
    );
    client.close();
    advanceTo(10_000);
    expect(reader.take('publish').properties).toEqual({ contentType: 'text/plain', messageExpiryInterval: 30 });
  });
});
