import { describe, expect, it } from 'vitest';
import type { SessionLossPolicy } from './config.ts';
import { type Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
  puback,
  pubcomp,
  publish,
  publish2,
  pubrec,
  pubrel,
  resumed,
} from './testing/packets.test-helpers.ts';
import { failed, packets, send, settled } from './testing/seen.test-helpers.ts';

const again = { duplicate: true };

describe.each(VERSIONS)('a session that goes on in version %i', (protocolVersion) => {
  const options = { protocolVersion };

  it('has everything unacknowledged again, PUBRELs first, with the same identifiers, in the old order, with DUP [MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-3.3.1-3] [MQTT-4.6.0-1] [MQTT3-4.4.0-1] [MQTT3-3.3.1-1] [MQTT3-3.3.1-3] [MQTT3-4.6.0-1]', () => {
    const driver = connected(options);
    for (const [op, qos] of [1, 2, 2, 1, 2, 1].entries()) driver.publish(op, { qos: qos as 1 | 2, topic: `t${op}` });
    driver.receive(puback(1));
    driver.receive(pubrec(5));
    driver.receive(pubrec(2));
    expect(packets(driver.reconnect(resumed()))).toEqual([
      pubrel(5),
      pubrel(2),
      publish2(3, { topic: 't2', ...again }),
      publish(4, { topic: 't3', ...again }),
      publish(6, { topic: 't5', ...again }),
    ]);
  });

  it('keeps the order of transmission when identifiers have begun again [MQTT-4.6.0-1] [MQTT3-4.6.0-1]', () => {
    const driver = connected({ ...options, ackTimeoutMs: 86_400_000 });
    for (let packetId = 1; packetId < 65_535; packetId++) {
      driver.publish(1);
      driver.receive(puback(packetId));
    }
    for (const op of [1, 2, 3]) driver.publish(op);
    expect(packets(driver.reconnect(resumed()))).toEqual([65_535, 1, 2].map((id) => publish(id, again)));
  });

  it('sends it again as often as the connection is lost, and settles once [MQTT-4.3.3-3]', () => {
    const driver = connected({ ...options, ackTimeoutMs: 86_400_000 });
    driver.publish(1);
    driver.publish(2, { qos: 2 });
    for (let count = 0; count < 3; count++) {
      expect(packets(driver.reconnect(resumed()))).toEqual([publish(1, again), publish2(2, again)]);
      driver.now += 10_000;
    }
    expect(driver.receive(puback(1))).toEqual([settled(1, puback(1))]);
    expect(driver.receive(pubrec(2))).toEqual([send(pubrel(2))]);
    for (let count = 0; count < 3; count++) expect(packets(driver.reconnect(resumed()))).toEqual([pubrel(2)]);
    expect(driver.receive(pubcomp(2))).toEqual([settled(2, pubrec(2))]);
    expect(packets(driver.reconnect(resumed()))).toEqual([]);
  });

  it('never sends a message again whose PUBREC came [MQTT-4.3.3-5] [MQTT-4.3.3-6] [MQTT3-4.3.3-1]', () => {
    const driver = connected(options);
    driver.publish(1, { qos: 2 });
    driver.receive(pubrec(1));
    expect(packets(driver.reconnect(resumed()))).toEqual([pubrel(1)]);
    expect(driver.receive(pubrec(1))).toEqual([send(pubrel(1))]);
  });

  it('sends a message that expired meanwhile all the same: the exchange has begun [MQTT-4.3.3-7]', () => {
    if (protocolVersion === 4) return;
    const driver = connected(options);
    const properties = { messageExpiryInterval: 1 };
    driver.publish(1, { qos: 2, properties });
    driver.pass(30_000);
    expect(packets(driver.reconnect(resumed()))).toEqual([publish2(1, { properties, ...again })]);
  });

  it('sends what waits behind it for the first time, with DUP 0', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.closed();
    driver.publish(2);
    expect(packets(driver.comeBack(resumed()))).toEqual([publish(1, again), publish(2)]);
  });

  it('loses QoS 2 at no point at which the connection can be lost', () => {
    const outcome = [settled(1, pubrec(1))];
    const lose = (driver: Driver): void => {
      driver.reconnect(resumed());
    };
    for (let where = 0; where < 8; where++) {
      const driver = connected(options);
      driver.publish(1, { qos: 2 });
      if (where & 1) lose(driver);
      driver.receive(pubrec(1));
      if (where & 2) lose(driver);
      if (where & 4) driver.receive(pubrec(1));
      expect(driver.receive(pubcomp(1))).toEqual(outcome);
      expect(packets(driver.reconnect(resumed()))).toEqual([]);
    }
  });
});

describe('a resent message that the server of today does not accept', () => {
  it('fails; the identifier of QoS 2 is free when the server has released it [MQTT-3.2.2-11] [MQTT-2.2.1-3]', () => {
    const driver = connected();
    driver.publish(1, { qos: 2 });
    driver.publish(2);
    expect(driver.reconnect(resumed({ maximumQoS: 1 })).slice(1)).toEqual([
      failed(1, 'UNSUPPORTED_BY_SERVER'),
      send(pubrel(1)),
      send(publish(2, again)),
    ]);
    expect(packets(driver.reconnect(resumed()))).toEqual([pubrel(1), publish(2, again)]);
    driver.receive(pubcomp(1));
    expect(packets(driver.reconnect(resumed()))).toEqual([publish(2, again)]);
  });

  it('fails when it is retained and the server keeps nothing any more [MQTT-3.2.2-14]', () => {
    const driver = connected();
    driver.publish(1, { retain: true });
    expect(driver.reconnect(resumed({ retainAvailable: false })).slice(1)).toEqual([
      failed(1, 'UNSUPPORTED_BY_SERVER'),
    ]);
  });

  it('fails when it is too large by now [MQTT-3.2.2-15]', () => {
    const driver = connected();
    driver.publish(1, { payload: new Uint8Array(1_000) });
    expect(driver.reconnect(resumed({ maximumPacketSize: 1_000 })).slice(1)).toEqual([failed(1, 'PACKET_TOO_LARGE')]);
  });
});

describe('a session that the server lost', () => {
  const inFlight = (onLost: SessionLossPolicy): Driver => {
    const driver = connected({ session: { onLost } });
    driver.publish(1, { topic: 'one' });
    driver.publish(2, { topic: 'two', qos: 2 });
    driver.publish(3, { topic: 'three', qos: 2 });
    driver.receive(pubrec(3, 0x10));
    driver.publish(4, { topic: 'four' });
    return driver;
  };

  it("republishes QoS 1 as new and fails QoS 2, with onLost 'republishQos1' [MQTT-3.2.2-5] [MQTT-4.4.0-1]", () => {
    const driver = inFlight('republishQos1');
    expect(driver.reconnect(connack()).slice(1)).toEqual([
      failed(2, 'SESSION_LOST'),
      settled(3, pubrec(3, 0x10)),
      send(publish(5, { topic: 'one' })),
      send(publish(6, { topic: 'four' })),
    ]);
    expect(driver.receive(puback(5))).toEqual([settled(1, puback(5))]);
  });

  it("republishes both as new, with onLost 'republish'", () => {
    expect(inFlight('republish').reconnect(connack()).slice(1)).toEqual([
      settled(3, pubrec(3, 0x10)),
      send(publish(5, { topic: 'one' })),
      send(publish2(6, { topic: 'two' })),
      send(publish(7, { topic: 'four' })),
    ]);
  });

  it("fails both, with onLost 'fail'; a message whose PUBREC came has arrived", () => {
    expect(inFlight('fail').reconnect(connack()).slice(1)).toEqual([
      failed(1, 'SESSION_LOST'),
      failed(2, 'SESSION_LOST'),
      settled(3, pubrec(3, 0x10)),
      failed(4, 'SESSION_LOST'),
    ]);
  });

  it('has what is published anew before what waited', () => {
    const driver = connected();
    driver.publish(1, { topic: 'old' });
    driver.closed();
    driver.publish(2, { topic: 'new' });
    expect(packets(driver.comeBack(connack()))).toEqual([publish(2, { topic: 'old' }), publish(3, { topic: 'new' })]);
  });

  it('sends in portions what is published anew, within the quota', () => {
    const driver = connected();
    for (const op of [1, 2, 3]) driver.publish(op, { topic: `${op}` });
    expect(packets(driver.reconnect(connack({ receiveMaximum: 1 })))).toEqual([publish(4, { topic: '1' })]);
    expect(packets(driver.receive(puback(4)))).toEqual([publish(5, { topic: '2' })]);
    expect(packets(driver.reconnect(resumed({ receiveMaximum: 5 })))).toEqual([
      publish(5, { topic: '2', ...again }),
      publish(6, { topic: '3' }),
    ]);
  });

  it('does not republish what nobody waits for any more', () => {
    const driver = connected();
    driver.publish(1);
    driver.cancel(1);
    expect(packets(driver.reconnect(connack()))).toEqual([]);
  });

  it('does not republish for ever what makes the server close: the time for an answer is counted from the first transmission', () => {
    const driver = connected({ session: { behavior: 'clean' }, reconnect: { maxDelayMs: 1_000 } });
    driver.publish(1);
    const outcomes = Array.from({ length: 70 }, () => {
      driver.closed();
      const waited = driver.pass(1_000);
      driver.opened();
      return [...waited, ...driver.receive(connack())];
    }).flat();
    expect(outcomes.filter((action) => 'send' in action)).toHaveLength(59);
    expect(outcomes).toContainEqual(failed(1, 'ACK_TIMEOUT'));
  });
});
