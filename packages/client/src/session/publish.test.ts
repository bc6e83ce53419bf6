import { describe, expect, it } from 'vitest';
import { VERSIONS, connected } from './testing/driver.test-helpers.ts';
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
  unsuback,
  unsubscribe,
} from './testing/packets.test-helpers.ts';
import { failed, hangUp, packets, send, settled, status, types } from './testing/seen.test-helpers.ts';

const bytes = new Uint8Array([1, 2, 3]);

describe.each(VERSIONS)('publishing in version %i', (protocolVersion) => {
  const options = { protocolVersion };

  it('QoS 0: sends once, with DUP 0 and no identifier, and settles with the sending [MQTT-4.3.1-1] [MQTT-3.3.1-2] [MQTT3-4.3.1-1] [MQTT3-3.3.1-2]', () => {
    const driver = connected(options);
    expect(driver.publish(1, { qos: 0, payload: bytes, retain: true })).toEqual([
      send(publish(undefined, { payload: bytes, retain: true }), 1),
    ]);
    expect(types(driver.reconnect(resumed()))).toEqual([]);
  });

  it('QoS 1: is over with PUBACK [MQTT-4.3.2-1] [MQTT-4.3.2-2] [MQTT-4.3.2-3] [MQTT-2.2.1-5] [MQTT3-4.3.2-1] [MQTT3-2.3.1-6]', () => {
    const driver = connected(options);
    expect(driver.publish(9, { topic: 'a/b', payload: bytes, retain: true })).toEqual([
      send(publish(1, { topic: 'a/b', payload: bytes, retain: true })),
    ]);
    expect(driver.receive(puback(1))).toEqual([settled(9, puback(1))]);
    expect(types(driver.reconnect(resumed()))).toEqual([]);
  });

  it('QoS 2: PUBREC, PUBREL, PUBCOMP, and settles with the PUBREC [MQTT-4.3.3-1] [MQTT-4.3.3-2] [MQTT-4.3.3-4] [MQTT3-4.3.3-1]', () => {
    const driver = connected(options);
    expect(driver.publish(9, { qos: 2 })).toEqual([send(publish2(1))]);
    expect(driver.receive(pubrec(1))).toEqual([send(pubrel(1))]);
    expect(driver.receive(pubcomp(1))).toEqual([settled(9, pubrec(1))]);
    expect(types(driver.reconnect(resumed()))).toEqual([]);
  });

  it('sends a view of bytes as it is', () => {
    const driver = connected(options);
    const view = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4);
    expect(packets(driver.publish(1, { payload: view }))).toEqual([publish(1, { payload: bytes })]);
  });

  it('settles by identifier, not by order [MQTT-2.2.1-5] [MQTT3-2.3.1-6]', () => {
    const driver = connected(options);
    for (const op of [1, 2, 3]) driver.publish(op);
    expect(driver.receive(puback(2))).toEqual([settled(2, puback(2))]);
    expect(driver.receive(puback(3))).toEqual([settled(3, puback(3))]);
    expect(driver.receive(puback(1))).toEqual([settled(1, puback(1))]);
  });

  it("uses an identifier again only when it is free, and gives the application's and the server's no common space [SEC-2.2.1-a] [SEC-2.2.1-b] [SEC-2.2.1-c] [MQTT-2.2.1-3] [MQTT3-2.3.1-2] [MQTT3-2.3.1-3]", () => {
    const driver = connected({ ...options, ackTimeoutMs: 86_400_000 });
    driver.publish(1);
    driver.publish(2, { qos: 2 });
    driver.subscribe(3, 'a');
    driver.unsubscribe(4, 'a');
    driver.receive(publish(1));
    for (let count = 0; count < 65_531; count++) {
      const [packet] = packets(driver.publish(5));
      if (packet?.type !== 'publish' || packet.packetId === undefined) throw new Error('no PUBLISH');
      driver.receive(puback(packet.packetId));
    }
    expect(packets(driver.publish(6))).toEqual([publish(5)]);
    driver.receive(pubrec(2));
    driver.receive(suback(3, 1));
    expect(packets(driver.publish(7))).toEqual([publish(6)]);
  });

  it('shares identifiers with SUBSCRIBE and UNSUBSCRIBE [SEC-2.2.1-b] [MQTT3-2.3.1-1]', () => {
    const driver = connected(options);
    driver.publish(1);
    expect(packets(driver.subscribe(2, 'a'))).toEqual([subscribe(2, 'a')]);
    expect(packets(driver.unsubscribe(3, 'b'))).toEqual([unsubscribe(3, 'b')]);
    expect(packets(driver.publish(4))).toEqual([publish(4)]);
    expect(driver.receive(suback(2, 1))).toEqual([settled(2, suback(2, 1))]);
    expect(driver.receive(unsuback(3, ...(protocolVersion === 5 ? [0] : [])))).toHaveLength(1);
  });

  it('QoS 2: sends the PUBRELs in the order of the PUBRECs [MQTT-4.6.0-4] [MQTT3-4.6.0-4]', () => {
    const driver = connected(options);
    for (const op of [1, 2, 3]) driver.publish(op, { qos: 2 });
    const released = [2, 3, 1].flatMap((packetId) => packets(driver.receive(pubrec(packetId))));
    expect(released).toEqual([pubrel(2), pubrel(3), pubrel(1)]);
    expect(packets(driver.reconnect(resumed()))).toEqual([pubrel(2), pubrel(3), pubrel(1)]);
  });

  it('QoS 2: answers a PUBREC that comes again, and settles once', () => {
    const driver = connected(options);
    driver.publish(1, { qos: 2 });
    driver.receive(pubrec(1));
    expect(driver.receive(pubrec(1, 0x10))).toEqual([send(pubrel(1))]);
    expect(driver.receive(pubcomp(1))).toEqual([settled(1, pubrec(1))]);
    expect(driver.receive(pubcomp(1))).toEqual([]);
  });

  it('ignores PUBACK and PUBCOMP for what it does not know, which settle nothing', () => {
    const driver = connected(options);
    driver.publish(1);
    expect(driver.receive(puback(2))).toEqual([]);
    expect(driver.receive(pubcomp(2))).toEqual([]);
    expect(driver.receive(puback(1))).toEqual([settled(1, puback(1))]);
    expect(driver.receive(puback(1))).toEqual([]);
  });

  it('answers a PUBREC for what it does not know, so that the server does not wait for ever', () => {
    expect(connected(options).receive(pubrec(7))).toEqual([send(pubrel(7, protocolVersion === 5 ? 0x92 : 0))]);
  });

  it.each([
    ['PUBACK for QoS 2', 2, puback(1)],
    ['PUBREC for QoS 1', 1, pubrec(1)],
    ['PUBCOMP for QoS 1', 1, pubcomp(1)],
    ['PUBCOMP before PUBREC', 2, pubcomp(1)],
  ] as const)('closes after %s, and settles nothing by it', (_, qos, packet) => {
    const driver = connected(options);
    driver.publish(1, { qos });
    expect(driver.receive(packet)).toEqual([
      ...(protocolVersion === 5 ? [send(disconnect(0x82))] : []),
      hangUp,
      status('waiting', 'disconnection', 'PROTOCOL_ERROR', 1_000),
    ]);
    expect(packets(driver.comeBack(resumed()))).toEqual([publish(1, { qos, duplicate: true })]);
  });

  it('sends nothing again on a living connection, however long it takes [MQTT-4.4.0-1]', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.publish(2, { qos: 2 });
    driver.publish(3, { qos: 2 });
    driver.receive(pubrec(3));
    expect(packets(driver.pass(86_400_000))).toEqual([]);
  });
});

describe('a refused publish', () => {
  const diagnostics = { reasonString: 'because', userProperties: [['a', 'b']] as const };

  it.each([0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99])(
    'PUBACK code %i: fails that message only, which is never sent again [MQTT-4.4.0-2] [SEC-4.13.2-a]',
    (code) => {
      const driver = connected();
      driver.publish(1);
      driver.publish(2);
      expect(driver.receive(puback(1, code, diagnostics))).toEqual([failed(1, 'PUBLISH_REFUSED')]);
      expect(driver.lastActions[0]).toMatchObject({
        outcome: { failure: { reasonCode: code, packet: puback(1, code, diagnostics) } },
      });
      expect(packets(driver.reconnect(resumed()))).toEqual([publish(2, { duplicate: true })]);
    },
  );

  it.each([0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99])(
    'PUBREC code %i: ends the exchange without PUBREL, and the identifier is free [MQTT-4.3.3-4] [MQTT-4.4.0-2] [SEC-2.2.1-a]',
    (code) => {
      const driver = connected();
      driver.publish(1, { qos: 2 });
      expect(driver.receive(pubrec(1, code))).toEqual([failed(1, 'PUBLISH_REFUSED')]);
      expect(packets(driver.reconnect(resumed()))).toEqual([]);
      for (let count = 0; count < 65_534; count++) {
        driver.publish(2);
        driver.receive(puback(count + 2));
      }
      expect(packets(driver.publish(3))).toEqual([publish(1)]);
    },
  );

  it('is not one that finds no subscribers: 0x10 goes on like 0', () => {
    const driver = connected();
    driver.publish(1);
    expect(driver.receive(puback(1, 0x10))).toEqual([settled(1, puback(1, 0x10))]);
    driver.publish(2, { qos: 2 });
    expect(driver.receive(pubrec(2, 0x10))).toEqual([send(pubrel(2))]);
    expect(driver.receive(pubcomp(2))).toEqual([settled(2, pubrec(2, 0x10))]);
  });

  it('is not one whose PUBCOMP says that its identifier is not known any more [SEC-3.6.2.1-c]', () => {
    const driver = connected();
    driver.publish(1, { qos: 2 });
    driver.receive(pubrec(1));
    expect(driver.receive(pubcomp(1, 0x92))).toEqual([settled(1, pubrec(1))]);
  });
});

describe('a message that the codec refuses', () => {
  it.each([0, 1, 2] as const)('fails alone, with QoS %i', (qos) => {
    const driver = connected();
    const [packet] = packets(driver.publish(1, { qos }));
    if (packet === undefined) throw new Error('nothing sent');
    expect(driver.tell({ type: 'unsendable', packet, message: 'x', ...(qos === 0 && { op: 1 }) })).toEqual([
      failed(1, 'INVALID_ARGUMENT'),
    ]);
    expect(driver.session.status).toBe('connected');
    expect(packets(driver.reconnect(resumed()))).toEqual([]);
  });

  it('does not keep the ones behind it waiting', () => {
    const driver = connected({}, connack({ receiveMaximum: 1 }));
    const [packet] = packets(driver.publish(1));
    driver.publish(2);
    driver.publish(3);
    if (packet === undefined) throw new Error('nothing sent');
    expect(driver.tell({ type: 'unsendable', packet, message: 'x' })).toEqual([
      failed(1, 'INVALID_ARGUMENT'),
      send(publish(2)),
    ]);
    expect(driver.publish(4)).toEqual([]);
    expect(packets(driver.receive(puback(2)))).toEqual([publish(3)]);
  });
});
