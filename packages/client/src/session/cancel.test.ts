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
import { packets, send, settled } from './testing/seen.test-helpers.ts';

describe.each(VERSIONS)('giving up in version %i', (protocolVersion) => {
  const options = { protocolVersion };
  const done = protocolVersion === 5 ? [0] : [];

  it('before the transmission: nothing is sent', () => {
    const driver = new Driver(options);
    for (const op of [1, 2, 3, 4]) driver.publish(op);
    driver.subscribe(5, 'a');
    driver.unsubscribe(6, 'b');
    for (const op of [1, 3, 5, 6]) expect(driver.cancel(op)).toEqual([]);
    expect(packets(driver.connect())).toEqual([publish(1), publish(2)]);
    expect(driver.receive(puback(1))).toEqual([settled(2, puback(1))]);
    expect(driver.receive(puback(2))).toEqual([settled(4, puback(2))]);
  });

  it('QoS 1 under way: the exchange goes on and settles nothing', () => {
    const driver = connected(options);
    driver.publish(1);
    expect(driver.cancel(1)).toEqual([]);
    expect(packets(driver.reconnect(resumed()))).toEqual([publish(1, { duplicate: true })]);
    expect(driver.receive(puback(1))).toEqual([]);
    expect(driver.pass(86_400_000)).toEqual([]);
  });

  it('QoS 2 before and after PUBREC: the exchange goes on and settles nothing', () => {
    const driver = connected(options);
    driver.publish(1, { qos: 2 });
    driver.publish(2, { qos: 2 });
    driver.cancel(1);
    expect(driver.receive(pubrec(1))).toEqual([send(pubrel(1))]);
    expect(driver.receive(pubrec(2))).toEqual([send(pubrel(2))]);
    driver.cancel(2);
    expect(driver.receive(pubcomp(1))).toEqual([]);
    expect(driver.receive(pubcomp(2))).toEqual([]);
  });

  it('SUBSCRIBE and UNSUBSCRIBE under way: their answers settle nothing, their identifiers are kept until then', () => {
    const driver = connected(options);
    driver.subscribe(1, 'a');
    driver.unsubscribe(2, 'b');
    driver.cancel(1);
    driver.cancel(2);
    expect(packets(driver.publish(3))).toEqual([publish(3)]);
    expect(driver.receive(suback(1, 0))).toEqual([]);
    expect(driver.receive(unsuback(2, ...done))).toEqual([]);
  });

  it('while it waits to be sent again: it is sent again all the same, since the server may have it', () => {
    const driver = connected(options);
    driver.publish(1, { qos: 2 });
    driver.closed();
    driver.cancel(1);
    expect(packets(driver.comeBack(resumed()))).toEqual([publish2(1, { duplicate: true })]);
  });

  it('while it waits to be published anew: it is not', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.closed();
    driver.cancel(1);
    expect(packets(driver.comeBack(connack()))).toEqual([]);
  });

  it('a request that was cut off: it is not sent anew', () => {
    const driver = connected(options);
    driver.subscribe(1, 'a');
    driver.subscribe(2, 'b');
    driver.closed();
    driver.cancel(1);
    expect(packets(driver.comeBack(resumed()))).toEqual([subscribe(3, 'b')]);
  });

  it('what is over, or never was: nothing happens', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.receive(puback(1));
    expect(driver.cancel(1)).toEqual([]);
    expect(driver.cancel(99)).toEqual([]);
  });

  it('is not settled by stop(), nor by a timeout', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.cancel(1);
    expect(driver.pass(60_000)).toEqual([]);
    expect(driver.stop().some((action) => 'failed' in action)).toBe(false);
  });
});
