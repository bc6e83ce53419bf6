import { describe, expect, it } from 'vitest';
import { Driver } from './testing/driver.test-helpers.ts';
import { online, opened } from './testing/durable.test-helpers.ts';
import { connack, message, publish, publish2, pubrec, pubrel, resumed } from './testing/packets.test-helpers.ts';
import { deliver, dial, failed, hangUp, restored, send, settled, status, store } from './testing/seen.test-helpers.ts';

describe('what an earlier page left', () => {
  const left = [
    { key: 'p10', value: { message: message({ qos: 1, topic: 'c' }), expiresAt: 1_000_000 } },
    { key: 'p8', value: { message: message({ qos: 2, topic: 'a' }), packetId: 3 } },
    { key: 'p9', value: { packetId: 5, received: pubrec(5) } },
    { key: 'r4', value: { packetId: 7, packet: publish2(7) } },
    { key: 'r5', value: { packetId: 8 } },
    { key: 'session', value: 5 },
  ];

  it('is counted and delivered again before the first attempt', () => {
    const driver = new Driver({ isDurable: true });
    driver.start();
    expect(driver.tell({ type: 'restored', records: left })).toEqual([
      restored(3, 1),
      deliver(4, { ...publish2(7), redelivered: true }),
      status('connecting'),
      dial(1, 5),
    ]);
  });

  it('goes on where it was when the server has the session: PUBREL first, DUP, and then what waits [MQTT-4.4.0-1]', () => {
    const driver = opened(left);
    expect(driver.opened()).toMatchObject([{ send: { type: 'connect', cleanStart: false } }]);
    expect(driver.receive(resumed())).toEqual([
      status('connected', 'connectionSuccess'),
      send(pubrel(5)),
      send(publish2(3, { topic: 'a', duplicate: true })),
      store('p10', { message: message({ qos: 1, topic: 'c' }), packetId: 1 }),
      send(publish(1, { topic: 'c' })),
    ]);
  });

  it('keeps its identifiers from new messages [MQTT-2.2.1-3]', () => {
    const driver = online(
      [
        { key: 'p1', value: { message: message(), packetId: 1 } },
        { key: 'p2', value: { packetId: 2, received: pubrec(2) } },
        { key: 'session', value: 5 },
      ],
      resumed(),
    );
    expect(driver.publish(1)).toContainEqual(send(publish(3)));
  });

  it('knows a QoS 2 message that comes again, and answers it without delivering it [MQTT-4.3.3-10]', () => {
    const driver = online(left, resumed());
    expect(driver.receive(publish2(8, { duplicate: true }))).toEqual([send(pubrec(8))]);
    expect(driver.receive(publish2(7, { duplicate: true }))).toEqual([]);
    expect(driver.acknowledge(4)).toEqual([store('r4', { packetId: 7 }), send(pubrec(7))]);
    expect(driver.receive(publish2(9))).toContainEqual(deliver(6, publish2(9)));
  });

  it('is not taken for a message of a session that the server began before the last page could store that', () => {
    const driver = online(left, resumed());
    expect(driver.receive(publish2(8))).toEqual([
      store('r5'),
      store('r6', { packetId: 8, packet: publish2(8) }),
      deliver(6, publish2(8)),
    ]);
  });

  it('is treated as `onLost` says when the server has lost the session; what it had delivered is still to be processed', () => {
    const driver = opened(left);
    driver.opened();
    const actions = driver.receive(connack());
    expect(actions).toEqual([
      status('connected', 'connectionSuccess'),
      store('r4', { packetId: 7, packet: publish2(7), isReleased: true }),
      store('r5'),
      store('p8'),
      failed(-8, 'SESSION_LOST'),
      store('p9'),
      settled(-9, pubrec(5)),
      store('p10', { message: message({ qos: 1, topic: 'c' }), packetId: 1 }),
      send(publish(1, { topic: 'c' })),
    ]);
    expect(driver.tell({ type: 'processed', delivery: 4 })).toEqual([store('r4')]);
  });

  it('has no acknowledgement timeout, since nobody waits', () => {
    const driver = opened(left);
    driver.opened();
    driver.receive(resumed());
    expect(driver.pass(200_000)).toEqual([]);
  });

  it('fails when it has waited too long, over all pages', () => {
    const driver = opened([{ key: 'p1', value: { message: message(), expiresAt: 5_000 } }]);
    expect(driver.pass(5_000)).toEqual([store('p1'), failed(-1, 'EXPIRED')]);
  });

  it('begins a session in another version of the protocol anew', () => {
    const driver = opened(left, { protocolVersion: 4 });
    driver.opened();
    expect(driver.receive(resumed())).toContainEqual(hangUp);
  });

  it("is in the version that 'auto' goes on with", () => {
    const driver = new Driver({ isDurable: true, protocolVersion: 'auto' });
    driver.start();
    expect(driver.tell({ type: 'restored', records: [{ key: 'session', value: 4 }] })).toContainEqual(dial(1, 4));
    driver.opened();
    expect(driver.receive(resumed())).toEqual([status('connected', 'connectionSuccess')]);
  });
});
