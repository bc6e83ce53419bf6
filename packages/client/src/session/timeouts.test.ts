import { describe, expect, it } from 'vitest';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
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
} from './testing/packets.test-helpers.ts';
import { failed, packets, send, settled } from './testing/seen.test-helpers.ts';

describe.each(VERSIONS)('an operation that is not answered in time, in version %i', (protocolVersion) => {
  const options = { protocolVersion };

  it('fails, whatever it waits for', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.publish(2, { qos: 2 });
    driver.publish(3, { qos: 2 });
    driver.receive(pubrec(3));
    driver.subscribe(4, 'a');
    driver.unsubscribe(5, 'b');
    expect(driver.pass(59_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([1, 2, 3, 4, 5].map((op) => failed(op, 'ACK_TIMEOUT')));
    expect(driver.pass(86_400_000)).toEqual([]);
  });

  it('has its time from the first transmission, not from PUBREC, nor from a transmission that was resumed', () => {
    const driver = connected(options);
    driver.publish(1, { qos: 2 });
    driver.publish(2);
    driver.pass(40_000);
    driver.receive(pubrec(1));
    driver.reconnect(resumed());
    expect(driver.pass(18_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([failed(2, 'ACK_TIMEOUT'), failed(1, 'ACK_TIMEOUT')]);
  });

  it('fails while there is no connection, too', () => {
    const driver = connected({ ...options, reconnect: { minDelayMs: 100_000 } });
    driver.publish(1);
    driver.subscribe(2, 'a');
    driver.closed();
    expect(driver.pass(60_000)).toEqual([failed(1, 'ACK_TIMEOUT'), failed(2, 'ACK_TIMEOUT')]);
  });

  it('settles nothing more by its late answer', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.publish(2, { qos: 2 });
    driver.subscribe(3, 'a');
    driver.unsubscribe(4, 'b');
    driver.pass(60_000);
    expect(driver.receive(puback(1))).toEqual([]);
    expect(driver.receive(pubrec(2))).toEqual([send(pubrel(2))]);
    expect(driver.receive(pubcomp(2))).toEqual([]);
    expect(driver.receive(suback(3, 0))).toEqual([]);
    expect(driver.receive(unsuback(4, ...(protocolVersion === 5 ? [0] : [])))).toEqual([]);
  });

  it('keeps its exchange, which goes on in the next connection [MQTT-4.4.0-1] [MQTT3-4.4.0-1]', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.publish(2, { qos: 2 });
    driver.publish(3, { qos: 2 });
    driver.receive(pubrec(3));
    driver.pass(60_000);
    expect(packets(driver.reconnect(resumed()))).toEqual([
      pubrel(3),
      publish(1, { duplicate: true }),
      publish2(2, { duplicate: true }),
    ]);
  });

  it('keeps its identifier: 65,535 further messages do without it [MQTT-2.2.1-3] [MQTT3-2.3.1-2]', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.publish(2, { qos: 2 });
    driver.subscribe(3, 'a');
    driver.pass(60_000);
    const used = new Set<number>();
    for (let count = 0; count < 65_535; count++) {
      const [packet] = packets(driver.publish(4));
      if (packet?.type !== 'publish' || packet.packetId === undefined) throw new Error('no PUBLISH');
      used.add(packet.packetId);
      driver.receive(puback(packet.packetId));
    }
    expect(used.size).toBe(65_532);
    expect([1, 2, 3].some((id) => used.has(id))).toBe(false);
    driver.receive(puback(1));
    expect(packets(driver.subscribe(5, 'b'))).toEqual([subscribe(7, 'b')]);
  });

  it('is not published anew when the session is lost: nobody waits for it', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.pass(60_000);
    expect(packets(driver.reconnect(connack()))).toEqual([]);
    expect(driver.publish(2)).toEqual([send(publish(2))]);
  });
});

describe.each(VERSIONS)('after an hour of sleep, in version %i', (protocolVersion) => {
  const asleep = (): ReturnType<typeof connected> => {
    const driver = connected({ protocolVersion });
    driver.publish(1);
    driver.publish(2, { qos: 2 }, 1_000);
    driver.subscribe(3, 'a');
    expect(driver.oversleep(3_600_000)).toEqual([]);
    return driver;
  };

  it('an answer that waited in the socket still counts', () => {
    const driver = asleep();
    driver.now += 1;
    expect(driver.receive(puback(1))).toEqual([settled(1, puback(1))]);
    expect(packets(driver.receive(pubrec(2)))).toEqual([pubrel(2)]);
    expect(driver.receive(pubcomp(2))).toEqual([settled(2, pubrec(2))]);
    expect(driver.receive(suback(3, 1))).toEqual([settled(3, suback(3, 1))]);
    expect(driver.pass(3_600_000)).toEqual([]);
  });

  it('what is not answered within 5 seconds fails', () => {
    const driver = asleep();
    expect(driver.pass(4_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([1, 2, 3].map((op) => failed(op, 'ACK_TIMEOUT')));
  });

  it('a timer that is late again and again puts off nothing for ever', () => {
    const driver = asleep();
    expect(driver.oversleep(60_000)).toEqual([1, 2, 3].map((op) => failed(op, 'ACK_TIMEOUT')));
  });

  it('a connection that took long is no sleep: nothing has more time than it has', () => {
    const driver = new Driver({ protocolVersion, keepAliveSeconds: 10 });
    driver.start();
    driver.opened();
    driver.pass(9_000);
    driver.receive(connack());
    // PINGREQ was due before the server had answered.
    driver.publish(1, {}, 1_000);
    driver.tell({ type: 'tick' });
    expect(driver.pass(1_000)).toContainEqual(failed(1, 'ACK_TIMEOUT'));
  });

  it('a second sleep is forgiven, too', () => {
    const driver = asleep();
    driver.pass(5_000);
    driver.publish(4);
    expect(driver.oversleep(3_600_000)).toEqual([]);
    expect(driver.receive(puback(4))).toEqual([settled(4, puback(4))]);
  });
});
