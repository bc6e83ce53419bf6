import { describe, expect, it } from 'vitest';
import { Driver, connected } from './testing/driver.test-helpers.ts';
import { connack, puback, pubrec, resumed } from './testing/packets.test-helpers.ts';
import { failed, settled } from './testing/seen.test-helpers.ts';

const expiring = (messageExpiryInterval: number) => ({ properties: { messageExpiryInterval } });

/** The Message Expiry Intervals of what was sent. */
function intervals(driver: Driver): (number | undefined)[] {
  return driver.lastActions.flatMap((action) =>
    action.do === 'send' && action.packet.type === 'publish' ? [action.packet.properties?.messageExpiryInterval] : [],
  );
}

describe('Message Expiry Interval', () => {
  it('is sent as it is when the message does not wait, also when it is 0', () => {
    const driver = connected();
    for (const qos of [0, 1, 2] as const)
      for (const interval of [0, 1, 60, 0xffff_ffff]) {
        driver.publish(1, { qos, ...expiring(interval) });
        expect(intervals(driver)).toEqual([interval]);
      }
  });

  it('is sent with what is left of it after the wait for a connection, in whole seconds, rounded up', () => {
    const driver = new Driver();
    driver.publish(1, expiring(60));
    driver.publish(2);
    driver.now += 10_400;
    driver.connect();
    expect(intervals(driver)).toEqual([50, undefined]);
  });

  it('and after the wait for the quota', () => {
    const driver = connected({}, connack({ receiveMaximum: 1 }));
    driver.publish(1);
    driver.publish(2, expiring(60));
    driver.now += 59_001;
    driver.receive(puback(1));
    expect(intervals(driver)).toEqual([1]);
  });

  it('leaves the properties of the caller alone', () => {
    const { properties } = expiring(60);
    const driver = new Driver();
    driver.publish(1, { properties });
    driver.now += 10_000;
    driver.connect();
    expect(properties).toEqual({ messageExpiryInterval: 60 });
  });

  it('ends the wait: the message fails with EXPIRED and is not sent', () => {
    const driver = new Driver({ connectTimeoutMs: 600_000 });
    driver.start();
    driver.publish(1, expiring(10));
    expect(driver.pass(9_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([failed(1, 'EXPIRED')]);
    driver.opened();
    driver.receive(connack());
    expect(intervals(driver)).toEqual([]);
  });

  it('ends it before `start()`, too: the message is as old as it is', () => {
    const driver = new Driver();
    driver.publish(1, expiring(10));
    expect(driver.pass(10_000)).toEqual([failed(1, 'EXPIRED')]);
    driver.publish(2, expiring(10));
    driver.now += 10_000;
    expect(driver.start()).toContainEqual(failed(2, 'EXPIRED'));
  });

  it('does not prolong the wait beyond `maxAgeMs`', () => {
    const driver = new Driver({ offlineQueue: { maxAgeMs: 5_000 }, connectTimeoutMs: 600_000 });
    driver.publish(1, expiring(60));
    driver.start();
    expect(driver.pass(5_000)).toEqual([failed(1, 'EXPIRED')]);
  });

  it.each([1, 2] as const)(
    'is reduced when QoS %i is sent again, and never ends what was sent once [MQTT-4.3.3-7]',
    (qos) => {
      const driver = connected({ ackTimeoutMs: 600_000 });
      driver.publish(1, { qos, ...expiring(60) });
      driver.closed();
      driver.now += 20_000;
      driver.comeBack(resumed());
      expect(intervals(driver)).toEqual([40]);
      driver.now += 100_000;
      driver.reconnect(resumed());
      expect(intervals(driver)).toEqual([1]);
      if (qos === 1) expect(driver.receive(puback(1))).toEqual([settled(1, puback(1))]);
      else expect(driver.receive(pubrec(1))).toHaveLength(1);
    },
  );

  it('ends a message that would be published anew after the session was lost', () => {
    const driver = connected({ ackTimeoutMs: 600_000 });
    driver.publish(1, expiring(10));
    driver.now += 60_000;
    driver.closed();
    expect(driver.comeBack(connack())).toContainEqual(failed(1, 'EXPIRED'));
    expect(intervals(driver)).toEqual([]);
  });

  it('goes on counting when the message is published anew', () => {
    const driver = connected({ ackTimeoutMs: 600_000 });
    driver.publish(1, expiring(60));
    driver.now += 30_000;
    driver.reconnect(connack());
    expect(intervals(driver)).toEqual([29]);
  });
});
