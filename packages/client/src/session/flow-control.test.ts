import { describe, expect, it } from 'vitest';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
  disconnect,
  puback,
  pubcomp,
  publish,
  publish2,
  pubrec,
  pubrel,
  resumed,
  suback,
  subscribe,
} from './testing/packets.test-helpers.ts';
import { hangUp, packets, send, settled, status, types } from './testing/seen.test-helpers.ts';

const again = { duplicate: true };
const quotaOf = (receiveMaximum: number): Driver => connected({}, connack({ receiveMaximum }));

describe('the send quota', () => {
  it('lets so many QoS 1 and 2 messages be under way as the server takes [MQTT-3.3.4-7] [MQTT-4.9.0-1] [MQTT-4.9.0-2]', () => {
    const driver = quotaOf(3);
    const sent = [1, 2, 3, 4, 5].flatMap((op) => packets(driver.publish(op, { qos: op % 2 === 0 ? 2 : 1 })));
    expect(sent).toEqual([publish(1), publish2(2), publish(3)]);
  });

  it('is 65,535 where the server says nothing [SEC-3.2.2.3.3-a]', () => {
    const driver = connected({ offlineQueue: { maxOperations: 10 } });
    let sent = 0;
    for (let op = 1; op <= 65_540; op++) sent += packets(driver.publish(op)).length;
    expect(sent).toBe(65_535);
  });

  it('rises with PUBACK, with PUBCOMP, and with a PUBREC that refuses, and not with another PUBREC [SEC-4.9-a]', () => {
    const driver = quotaOf(1);
    for (const op of [1, 2, 3, 4]) driver.publish(op, { qos: op === 1 ? 1 : 2 });
    expect(packets(driver.receive(puback(1)))).toEqual([publish2(2)]);
    expect(packets(driver.receive(pubrec(2)))).toEqual([pubrel(2)]);
    expect(packets(driver.receive(pubcomp(2, 0x92)))).toEqual([publish2(3)]);
    expect(packets(driver.receive(pubrec(3, 0x80)))).toEqual([publish2(4)]);
  });

  it('rises with a PUBACK that refuses [SEC-4.9-a]', () => {
    const driver = quotaOf(1);
    driver.publish(1);
    driver.publish(2);
    expect(packets(driver.receive(puback(1, 0x97)))).toEqual([publish(2)]);
  });

  it('holds back nothing but PUBLISH of QoS 1 and 2 [MQTT-3.3.4-8] [MQTT-4.9.0-3] [SEC-4.9-b]', () => {
    const driver = connected({ keepAliveSeconds: 60 }, connack({ receiveMaximum: 1 }));
    driver.publish(1, { qos: 2 });
    expect(driver.publish(2)).toEqual([]);
    expect(packets(driver.publish(3, { qos: 0 }))).toEqual([publish()]);
    expect(packets(driver.subscribe(4, 'a'))).toEqual([subscribe(2, 'a')]);
    expect(types(driver.unsubscribe(5, 'a'))).toEqual(['unsubscribe']);
    driver.receive(publish(9));
    expect(types(driver.acknowledge(1))).toEqual(['puback']);
    expect(types(driver.pass(30_000))).toEqual(['pingreq']);
    expect(packets(driver.receive(pubrec(1)))).toEqual([pubrel(1)]);
    expect(driver.receive(suback(2, 0))).toHaveLength(1);
  });

  it('keeps the order of what waits', () => {
    const driver = quotaOf(1);
    for (const op of [1, 2, 3, 4]) driver.publish(op, { topic: `${op}` });
    driver.receive(puback(1));
    expect(driver.publish(5, { topic: '5' })).toEqual([]);
    const topics = [2, 3, 4]
      .flatMap((id) => packets(driver.receive(puback(id))))
      .map((packet) => 'topic' in packet && packet.topic);
    expect(topics).toEqual(['3', '4', '5']);
  });

  it('is of the connection: the next one may be smaller, then what is sent again goes out in portions, before what is new [MQTT-4.6.0-1] [MQTT-4.9.0-2]', () => {
    const driver = quotaOf(5);
    for (const op of [1, 2, 3, 4, 5, 6]) driver.publish(op);
    expect(packets(driver.reconnect(resumed({ receiveMaximum: 2 })))).toEqual([publish(1, again), publish(2, again)]);
    expect(driver.publish(7)).toEqual([]);
    expect(packets(driver.receive(puback(2)))).toEqual([publish(3, again)]);
    expect(packets(driver.receive(puback(1)))).toEqual([publish(4, again)]);
    expect(packets(driver.receive(puback(3)))).toEqual([publish(5, again)]);
    expect(packets(driver.receive(puback(4)))).toEqual([publish(6)]);
    expect(packets(driver.receive(puback(5)))).toEqual([publish(7)]);
  });

  it('is not used for what is acknowledged before its turn to be sent again', () => {
    const driver = quotaOf(5);
    for (const op of [1, 2, 3]) driver.publish(op);
    driver.reconnect(resumed({ receiveMaximum: 1 }));
    expect(driver.receive(puback(2))).toEqual([settled(2, puback(2))]);
    expect(packets(driver.receive(puback(1)))).toEqual([publish(3, again)]);
  });

  it('does not grow by PUBCOMPs for what was begun in another connection, and is not lost by them either [SEC-4.9-a]', () => {
    const driver = quotaOf(3);
    for (const op of [1, 2, 3]) driver.publish(op, { qos: 2 });
    for (const id of [1, 2, 3]) driver.receive(pubrec(id));
    expect(packets(driver.reconnect(resumed({ receiveMaximum: 2 })))).toEqual([pubrel(1), pubrel(2), pubrel(3)]);
    for (const id of [1, 2, 3]) driver.receive(pubcomp(id));
    expect([4, 5, 6].flatMap((op) => packets(driver.publish(op)))).toEqual([publish(4), publish(5)]);
  });

  it('does not leak when connections are lost with messages under way', () => {
    const driver = quotaOf(2);
    driver.publish(1);
    driver.publish(2);
    for (let count = 0; count < 4; count++) driver.reconnect(resumed({ receiveMaximum: 2 }));
    driver.receive(puback(1));
    driver.receive(puback(2));
    expect([3, 4, 5].flatMap((op) => packets(driver.publish(op)))).toEqual([publish(3), publish(4)]);
  });

  it('passes over a message that was given up while it waited', () => {
    const driver = quotaOf(1);
    for (const op of [1, 2, 3]) driver.publish(op);
    driver.cancel(2);
    expect(driver.receive(puback(1))).toEqual([settled(1, puback(1)), send(publish(2))]);
    expect(driver.receive(puback(2))).toEqual([settled(3, puback(2))]);
  });

  it('passes over a message that may not be sent', () => {
    const driver = connected({}, connack({ receiveMaximum: 1, retainAvailable: false }));
    driver.publish(1);
    driver.publish(2);
    driver.publish(3, { retain: true });
    driver.publish(4);
    driver.receive(puback(1));
    expect(packets(driver.receive(puback(2)))).toEqual([publish(3)]);
  });

  it('is 20 in 3.1.1, where the server cannot say', () => {
    const driver = connected({ protocolVersion: 4 });
    expect(Array.from({ length: 30 }, (_, op) => packets(driver.publish(op))).flat()).toHaveLength(20);
    expect(packets(driver.receive(puback(5)))).toEqual([publish(21)]);
  });
});

describe('the Receive Maximum of the client', () => {
  const limited = (receiveMaximum: number, protocolVersion: 4 | 5 = 5): Driver =>
    connected({ protocolVersion, limits: { receiveMaximum } });

  it('is told in CONNECT [SEC-3.1.2.11.3-a]', () => {
    const driver = new Driver({ limits: { receiveMaximum: 3 } });
    driver.start();
    expect(packets(driver.opened())[0]).toMatchObject({ properties: { receiveMaximum: 3 } });
  });

  it('is enforced: one more unanswered QoS 1 or 2 message ends the connection [MQTT-3.3.4-9]', () => {
    const driver = limited(2);
    driver.receive(publish(1));
    driver.receive(publish2(2));
    expect(driver.receive(publish(3))).toEqual([
      send(disconnect(0x93)),
      hangUp,
      status('waiting', 'disconnection', 'PROTOCOL_ERROR', 1_000),
    ]);
  });

  it('is given up for a server that does not keep to it: the same does not happen on each connection', () => {
    const driver = limited(2);
    for (const packetId of [1, 2, 3]) driver.receive(publish(packetId));
    driver.pass(1_000);
    expect(packets(driver.opened())[0]).toMatchObject({ properties: { receiveMaximum: 65_535 } });
    driver.receive(resumed());
    const done = [1, 2, 3, 4].flatMap((packetId) => driver.receive(publish(packetId, again)));
    expect(done.map((action) => Object.keys(action)[0])).toEqual(['deliver', 'deliver', 'deliver', 'deliver']);
  });

  it('counts until PUBACK, until PUBCOMP, and until a PUBREC that refuses', () => {
    const driver = limited(1);
    driver.receive(publish(1));
    driver.acknowledge(1);
    driver.receive(publish2(2));
    driver.acknowledge(2);
    driver.receive(pubrel(2));
    driver.receive(publish2(3));
    driver.acknowledge(3, 0x80);
    driver.receive(publish(4));
    expect(driver.session.status).toBe('connected');
    driver.acknowledge(4);
    driver.receive(publish2(5));
    driver.acknowledge(5);
    driver.receive(publish(6));
    expect(driver.session.status).toBe('waiting');
  });

  it('does not count QoS 0, nor a repeated QoS 2 message twice', () => {
    const driver = limited(1);
    driver.receive(publish2(1));
    driver.receive(publish2(1, again));
    driver.receive(publish());
    expect(driver.session.status).toBe('connected');
  });

  it('is counted anew in each connection', () => {
    const driver = limited(2);
    driver.receive(publish(8));
    driver.receive(publish(9));
    driver.reconnect(resumed());
    driver.receive(publish(1));
    driver.receive(publish2(2));
    expect(driver.session.status).toBe('connected');
    driver.acknowledge(3);
    driver.receive(publish(4));
    expect(driver.session.status).toBe('connected');
    driver.receive(publish(5));
    expect(driver.session.status).toBe('waiting');
  });

  it('does not exist in 3.1.1', () => {
    const driver = limited(1, 4);
    for (let id = 1; id <= 10; id++) driver.receive(publish(id));
    expect(driver.session.status).toBe('connected');
  });
});

it.each(VERSIONS)('what was published first leaves first, in version %i', (protocolVersion) => {
  const driver = new Driver({ protocolVersion });
  for (let op = 1; op <= 20; op++) driver.publish(op, { qos: op % 3 === 0 ? 2 : 1, topic: `${op}` });
  const sent = packets(driver.connect());
  expect(sent.map((packet) => 'topic' in packet && packet.topic)).toEqual(
    Array.from({ length: 20 }, (_, index) => `${index + 1}`),
  );
});
