import { describe, expect, it } from 'vitest';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import { connack, pingreq, pingresp, publish, suback } from './testing/packets.test-helpers.ts';
import { hangUp, packets, send, status, types } from './testing/seen.test-helpers.ts';

describe.each(VERSIONS)('keep alive in version %i', (protocolVersion) => {
  const options = { protocolVersion, keepAliveSeconds: 60 };

  it('pings after half the interval without sending [MQTT-3.1.2-20] [MQTT3-3.1.2-23]', () => {
    const driver = connected(options);
    expect(driver.pass(29_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([send(pingreq)]);
  });

  it('pings for as long as the connection lasts [MQTT-3.12.4-1] [MQTT3-3.12.4-1]', () => {
    const driver = connected(options);
    for (let count = 0; count < 100; count++) {
      expect(driver.pass(30_000)).toEqual([send(pingreq)]);
      expect(driver.receive(pingresp)).toEqual([]);
    }
  });

  it('counts from what was sent, of whatever kind [MQTT-3.1.2-20] [MQTT3-3.1.2-23]', () => {
    const driver = connected(options);
    driver.pass(20_000);
    driver.publish(1, { qos: 0 });
    expect(driver.pass(29_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([send(pingreq)]);
    driver.receive(pingresp);
    driver.pass(10_000);
    driver.subscribe(2, 'a');
    driver.receive(suback(1, 0));
    expect(driver.pass(29_999)).toEqual([]);
  });

  it('does not count what was received', () => {
    const driver = connected(options);
    driver.pass(20_000);
    driver.receive(publish());
    expect(driver.pass(10_000)).toEqual([send(pingreq)]);
  });

  it('gives a silent server up when PINGRESP does not come [SEC-3.1.2.10-a] [SEC3-3.1.2.10-a]', () => {
    const driver = connected(options);
    driver.pass(30_000);
    expect(driver.pass(9_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([hangUp, status('waiting', 'disconnection', 'KEEPALIVE_TIMEOUT', 1_000)]);
  });

  it('takes any packet as a sign of life', () => {
    const driver = connected(options);
    driver.pass(30_000);
    driver.receive(publish());
    expect(types(driver.pass(60_000))).toEqual(['pingreq']);
  });

  it('does not put the end off by further pings', () => {
    const driver = connected({ ...options, pingTimeoutMs: 100_000 });
    expect(types(driver.pass(129_999))).toEqual(['pingreq', 'pingreq', 'pingreq', 'pingreq']);
    expect(driver.pass(1)).toEqual([hangUp, status('waiting', 'disconnection', 'KEEPALIVE_TIMEOUT', 1_000)]);
  });

  it('does not mind a PINGRESP that nobody asked for [SEC-3.13.4-a]', () => {
    expect(connected(options).receive(pingresp)).toEqual([]);
  });

  it('pings when a late timer finds the ping overdue, and then waits for the answer, less long', () => {
    const driver = connected(options);
    driver.random = 0.5;
    expect(driver.oversleep(600_000)).toEqual([send(pingreq)]);
    expect(driver.pass(4_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([hangUp, status('waiting', 'disconnection', 'KEEPALIVE_TIMEOUT', 500)]);
  });

  it('asks once more at a late timer when the answer was due meanwhile: it may have come, and wait to be read', () => {
    const driver = connected(options);
    driver.random = 0.5;
    driver.pass(30_000);
    expect(driver.oversleep(600_000)).toEqual([send(pingreq)]);
    expect(driver.receive(pingresp)).toEqual([]);
    expect(driver.session.status).toBe('connected');
    driver.pass(30_000);
    driver.oversleep(600_000);
    expect(driver.oversleep(600_000)).toEqual([hangUp, status('waiting', 'disconnection', 'KEEPALIVE_TIMEOUT', 500)]);
  });

  it('is strict with a timer that is hardly late', () => {
    const driver = connected(options);
    driver.pass(30_000);
    expect(driver.oversleep(11_999)).toEqual([hangUp, status('waiting', 'disconnection', 'KEEPALIVE_TIMEOUT', 1_000)]);
  });

  it('pings at a packet from the server when the timer of a hidden page is late', () => {
    const driver = connected(options);
    driver.now += 45_000;
    expect(driver.receive(publish()).at(-1)).toEqual(send(pingreq));
  });

  it('is off with 0 [SEC-3.1.2.10-b] [SEC3-3.1.2.10-a]', () => {
    const driver = connected({ ...options, keepAliveSeconds: 0 });
    expect(driver.session.nextDeadline()).toBeGreaterThanOrEqual(0);
    expect(driver.pass(86_400_000)).toEqual([]);
  });

  it('reaches up to 65,535 seconds [SEC-3.1.2.10-c]', () => {
    const driver = connected({ ...options, keepAliveSeconds: 65_535 });
    expect(driver.pass(32_767_499)).toEqual([]);
    expect(driver.pass(1)).toEqual([send(pingreq)]);
  });

  it('starts anew with each connection', () => {
    const driver = connected(options);
    driver.pass(30_000);
    driver.reconnect();
    expect(driver.pass(29_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([send(pingreq)]);
    expect(driver.pass(9_999)).toEqual([]);
  });

  it('pings no one while there is no connection', () => {
    const driver = connected(options);
    driver.closed();
    expect(packets(driver.pass(3_600_000))).toEqual([]);
  });
});

describe('Server Keep Alive', () => {
  it.each([
    [60, 10, 5_000],
    [60, 600, 300_000],
    [0, 60, 30_000],
  ])('replaces %i s by %i s: a ping after %i ms [MQTT-3.1.2-21] [MQTT-3.2.2-21]', (asked, said, pingAfter) => {
    const driver = connected({ keepAliveSeconds: asked }, connack({ serverKeepAlive: said }));
    expect(driver.pass(pingAfter - 1)).toEqual([]);
    expect(driver.pass(1)).toEqual([send(pingreq)]);
  });

  it('switches the keep alive off with 0 [MQTT-3.2.2-21] [SEC-3.1.2.10-b]', () => {
    const driver = connected({ keepAliveSeconds: 60 }, connack({ serverKeepAlive: 0 }));
    expect(driver.pass(86_400_000)).toEqual([]);
  });

  it('holds for its connection only: without it the own value applies [MQTT-3.2.2-22]', () => {
    const driver = new Driver({ keepAliveSeconds: 60 });
    driver.connect(connack({ serverKeepAlive: 10 }));
    driver.reconnect(connack());
    expect(driver.pass(29_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([send(pingreq)]);
  });
});
