import { describe, expect, it } from 'vitest';
import type { OfflineBehavior } from './config.ts';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
  disconnect,
  pingreq,
  puback,
  pubcomp,
  publish,
  publish2,
  pubrec,
  pubrel,
  resumed,
  suback,
} from './testing/packets.test-helpers.ts';
import { deliver, dial, failed, hangUp, packets, send, settled, status, types } from './testing/seen.test-helpers.ts';

const stoppedNow = status('stopped', 'stopped');

describe.each(VERSIONS)('stopping in version %i', (protocolVersion) => {
  const options = { protocolVersion };
  const goodbye = protocolVersion === 5 ? disconnect(0, { sessionExpiryInterval: 0 }) : disconnect();

  it('says DISCONNECT, closes, and is over when the socket is [MQTT-3.14.4-1] [MQTT-3.14.4-2] [MQTT-3.1.2-8] [MQTT3-3.14.4-1] [MQTT3-3.14.4-2] [MQTT3-3.1.2-8]', () => {
    const driver = connected(options);
    expect(driver.stop()).toEqual([send(goodbye), hangUp, status('stopping')]);
    expect(driver.closed(1000)).toEqual([stoppedNow]);
    expect(driver.session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('waits two seconds for the socket at most', () => {
    const driver = connected(options);
    driver.stop();
    expect(driver.pass(1_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([stoppedNow]);
    expect(driver.closed()).toEqual([]);
  });

  it('settles everything that is not over', () => {
    const driver = connected(options, connack(protocolVersion === 5 ? { receiveMaximum: 3 } : undefined));
    driver.publish(1);
    driver.publish(2, { qos: 2 });
    driver.publish(3, { qos: 2 });
    driver.receive(pubrec(3));
    driver.subscribe(4, 'a');
    driver.unsubscribe(5, 'b');
    if (protocolVersion === 5) driver.publish(6);
    const outcomes = driver.stop().filter((action) => 'failed' in action);
    expect(outcomes).toHaveLength(protocolVersion === 5 ? 6 : 5);
    expect(outcomes).toEqual(expect.arrayContaining([1, 2, 3, 4, 5].map((op) => failed(op, 'STOPPED'))));
    expect(driver.closed()).toEqual([stoppedNow]);
  });

  it.each<OfflineBehavior>(['failQos0PublishOnDisconnect', 'failNonQos1PublishOnDisconnect', 'failAllOnDisconnect'])(
    "settles everything with STOPPED, with behavior '%s', too",
    (behavior) => {
      const driver = connected({ ...options, offlineQueue: { behavior } });
      driver.subscribe(1, 'a');
      driver.publish(2);
      const outcomes = driver.stop().filter((action) => 'failed' in action);
      expect(outcomes).toHaveLength(2);
      expect(outcomes).toEqual(expect.arrayContaining([failed(1, 'STOPPED'), failed(2, 'STOPPED')]));
    },
  );

  it('sends nothing afterwards, whatever the server or the application does [MQTT-3.14.4-1] [MQTT3-3.14.4-2]', () => {
    const driver = connected({ ...options, keepAliveSeconds: 1 });
    driver.receive(publish(7));
    driver.stop();
    expect(driver.acknowledge(1)).toEqual([]);
    expect(driver.receive(publish(8))).toEqual([]);
    expect(driver.receive(pubrel(9))).toEqual([]);
    expect(driver.receive(disconnect(0x8b))).toEqual([]);
    expect(driver.publish(1, { qos: 0 })).toEqual([failed(1, 'STOPPED')]);
    expect(driver.pass(1_500)).toEqual([]);
  });

  it('is done at once where there is no connection', () => {
    expect(new Driver(options).stop()).toEqual([stoppedNow]);
    const dialing = new Driver(options);
    dialing.start();
    expect(dialing.stop()).toEqual([hangUp, stoppedNow]);
    const waiting = connected(options);
    waiting.closed();
    expect(waiting.stop()).toEqual([stoppedNow]);
    expect(waiting.pass(86_400_000)).toEqual([]);
    const failedFor = new Driver(options);
    failedFor.start();
    failedFor.dialFailed({ retryable: false });
    expect(failedFor.stop()).toEqual([stoppedNow]);
  });

  it('says DISCONNECT in a handshake, too, since the server may have begun the session [MQTT-3.1.2-8] [MQTT3-3.1.2-8]', () => {
    const driver = new Driver(options);
    driver.start();
    driver.opened();
    expect(driver.stop()).toEqual([send(goodbye), hangUp, status('stopping')]);
    expect(driver.receive(connack())).toEqual([]);
    expect(driver.closed()).toEqual([stoppedNow]);
  });

  it('changes nothing when it is asked for again', () => {
    const driver = connected(options);
    driver.stop();
    expect(driver.stop()).toEqual([]);
    driver.closed();
    expect(driver.stop()).toEqual([]);
  });

  it('fails what is asked for afterwards, until the next start', () => {
    const driver = connected(options);
    driver.stop();
    driver.closed();
    expect(driver.publish(1)).toEqual([failed(1, 'STOPPED')]);
    expect(driver.subscribe(2, 'a')).toEqual([failed(2, 'STOPPED')]);
    driver.start();
    expect(driver.publish(3)).toEqual([]);
    driver.opened();
    expect(packets(driver.receive(connack()))).toHaveLength(1);
  });

  it('ends the session: the next start begins another, and resends nothing', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.receive(publish2(7));
    driver.stop();
    driver.closed();
    driver.start();
    expect(packets(driver.opened())[0]).toMatchObject({ cleanStart: true });
    if (protocolVersion === 4) {
      // A server of 3.1.1 could not be told before.
      expect(packets(driver.receive(connack()))).toEqual([disconnect()]);
      driver.pass(0);
      expect(packets(driver.opened())[0]).toMatchObject({ cleanStart: false });
    }
    expect(packets(driver.receive(connack()))).toEqual([]);
    expect(driver.receive(publish2(7))).toEqual([deliver(2, publish2(7))]);
  });

  it('is followed by a start that does not wait for the old socket', () => {
    const driver = connected(options);
    driver.stop();
    expect(driver.start()).toEqual([stoppedNow, status('connecting'), dial(1, protocolVersion)]);
  });
});

describe('stopping in 5.0', () => {
  it('carries what is asked for [MQTT-3.14.2-1] [SEC-3.14.2.1-a]', () => {
    const userProperties = [['why', 'done']] as const;
    expect(connected().stop({ reasonCode: 4, sessionExpirySeconds: 60, userProperties })[0]).toEqual(
      send(disconnect(4, { sessionExpiryInterval: 60, userProperties })),
    );
  });

  it('does not prolong a session that was to end with the connection [SEC-3.14.2.2.2-a]', () => {
    expect(connected({ session: { behavior: 'clean' } }).stop({ sessionExpirySeconds: 60 })[0]).toEqual(
      send(disconnect(0, {})),
    );
    expect(connected({}, connack({ sessionExpiryInterval: 0 })).stop({ sessionExpirySeconds: 60 })[0]).toEqual(
      send(disconnect(0, {})),
    );
  });

  it('keeps a session that is to last: the next start goes on with it', () => {
    const driver = connected();
    driver.publish(1);
    driver.publish(2, { qos: 2 });
    driver.receive(pubrec(2));
    driver.receive(publish2(7));
    expect(driver.stop({ sessionExpirySeconds: 60 }).filter((action) => 'failed' in action)).toEqual([
      failed(1, 'STOPPED'),
      failed(2, 'STOPPED'),
    ]);
    driver.closed();
    driver.start();
    expect(packets(driver.opened())[0]).toMatchObject({ cleanStart: false });
    expect(packets(driver.receive(resumed()))).toEqual([pubrel(2), publish(1, { duplicate: true })]);
    expect(driver.receive(publish2(7, { duplicate: true }))).toEqual([]);
    expect(driver.acknowledge(1)).toEqual([send(pubrec(7))]);
    expect(driver.receive(puback(1))).toEqual([]);
  });
});

describe.each(VERSIONS)('stopping with drainMs in version %i', (protocolVersion) => {
  const options = { protocolVersion };

  it('stops at once when nothing is under way', () => {
    expect(types(connected(options).stop({ drainMs: 5_000 }))).toEqual(['disconnect']);
  });

  it('lets what was accepted finish, also what waits, and takes nothing new', () => {
    const driver = connected(options, connack(protocolVersion === 5 ? { receiveMaximum: 1 } : undefined));
    driver.publish(1, { qos: 2 });
    driver.publish(2);
    driver.subscribe(3, 'a');
    expect(driver.stop({ drainMs: 5_000 })).toEqual([status('stopping')]);
    expect(driver.publish(4)).toEqual([failed(4, 'STOPPED')]);
    expect(types(driver.receive(pubrec(1)))).toEqual(['pubrel']);
    expect(driver.receive(pubcomp(1))[0]).toEqual(settled(1, pubrec(1)));
    const [subscribeId, publishId] = protocolVersion === 5 ? [2, 3] : [3, 2];
    expect(driver.receive(suback(subscribeId, 0))).toEqual([settled(3, suback(subscribeId, 0))]);
    expect(driver.receive(puback(publishId)).slice(0, 1)).toEqual([settled(2, puback(publishId))]);
    expect(driver.session.status).toBe('stopping');
    expect(driver.closed()).toEqual([stoppedNow]);
  });

  it('still receives, answers, and keeps alive meanwhile', () => {
    const driver = connected({ ...options, keepAliveSeconds: 4 });
    driver.publish(1);
    driver.stop({ drainMs: 60_000 });
    expect(driver.receive(publish(7))).toEqual([deliver(1, publish(7))]);
    expect(driver.acknowledge(1)).toEqual([send(puback(7))]);
    expect(driver.pass(2_000)).toEqual([send(pingreq)]);
  });

  it('stops when the time is up', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.stop({ drainMs: 5_000 });
    expect(driver.pass(4_999)).toEqual([]);
    const actions = driver.pass(1);
    expect(types(actions)).toEqual(['disconnect']);
    expect(actions).toContainEqual(failed(1, 'STOPPED'));
    expect(driver.pass(2_000)).toEqual([stoppedNow]);
  });

  it('stops when the connection is lost, without another attempt', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.stop({ drainMs: 5_000 });
    const actions = driver.closed();
    expect(actions.at(-1)).toEqual(stoppedNow);
    expect(actions).toContainEqual(failed(1, 'STOPPED'));
    expect(driver.pass(86_400_000)).toEqual([]);
  });

  it('does not announce another attempt when the connection is lost', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.stop({ drainMs: 5_000 });
    expect(driver.closed()).toEqual([
      hangUp,
      status('stopping', 'disconnection', 'SOCKET_CLOSED'),
      failed(1, 'STOPPED'),
      stoppedNow,
    ]);
    expect(driver.lastActions[1]).toMatchObject({ event: { failure: { retryable: false } } });
  });

  it('stops earlier when it is asked for again with less time, and not later with more', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.stop({ drainMs: 5_000 });
    expect(driver.stop({ drainMs: 60_000 })).toEqual([]);
    expect(driver.stop({ drainMs: 1_000 })).toEqual([]);
    expect(driver.pass(999)).toEqual([]);
    expect(types(driver.pass(1))).toEqual(['disconnect']);
    const other = connected(options);
    other.publish(1);
    other.stop({ drainMs: 5_000 });
    expect(types(other.stop())).toEqual(['disconnect']);
  });

  it('stops when the server ends it for good', () => {
    if (protocolVersion === 4) return;
    const driver = connected(options);
    driver.publish(1);
    driver.stop({ drainMs: 5_000 });
    const actions = driver.receive(disconnect(0x8e));
    expect(actions.at(-1)).toEqual(stoppedNow);
    expect(actions.filter((action) => 'failed' in action)).toHaveLength(1);
    expect(driver.session.status).toBe('stopped');
  });

  it('does not wait for what nobody else waits for: a ticking deadline ends it all the same', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.cancel(1);
    driver.stop({ drainMs: 5_000 });
    driver.pass(7_000);
    expect(driver.session.status).toBe('stopped');
  });
});
