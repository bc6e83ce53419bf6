import { describe, expect, it } from 'vitest';
import { afterConnack, afterDisconnect } from './retry-policy.ts';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import { connack, disconnect, refused } from './testing/packets.test-helpers.ts';
import { dial, failed, hangUp, status } from './testing/seen.test-helpers.ts';

const FATAL_IN_CONNACK = [0x81, 0x82, 0x84, 0x85, 0x8a, 0x8c, 0x90, 0x95, 0x99, 0x9a, 0x9b];
const RETRIED_IN_CONNACK = [0x80, 0x83, 0x88, 0x89, 0x97, 0x9f];
const RETRIED_IN_DISCONNECT = [
  0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b,
  0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
];

function statusAfterConnack(reasonCode: number, overrides: ConstructorParameters<typeof Driver>[0]): string {
  const driver = new Driver(overrides);
  driver.start();
  driver.opened();
  driver.receive(refused(reasonCode));
  return driver.session.status;
}

describe('after a CONNACK that refuses', () => {
  it.each(FATAL_IN_CONNACK)('code %i: the client gives up [MQTT-3.1.3-8] [MQTT-3.2.2-12] [MQTT-3.2.2-13]', (code) => {
    expect(statusAfterConnack(code, { credentialsChange: true, urlChanges: true })).toBe('failed');
  });

  it.each(RETRIED_IN_CONNACK)('code %i: the client tries again', (code) => {
    expect(statusAfterConnack(code, {})).toBe('waiting');
  });

  it.each([0x86, 0x87])('code %i: it tries again if credentials or URL are asked for anew', (code) => {
    expect(statusAfterConnack(code, {})).toBe('failed');
    expect(statusAfterConnack(code, { credentialsChange: true })).toBe('waiting');
    expect(statusAfterConnack(code, { urlChanges: true })).toBe('waiting');
  });

  it.each([0x9c, 0x9d])('code %i: it tries again if the URL is asked for anew [SEC-4.11-a]', (code) => {
    expect(statusAfterConnack(code, { credentialsChange: true })).toBe('failed');
    expect(statusAfterConnack(code, { urlChanges: true })).toBe('waiting');
  });

  it('tries again after a code that nobody knows', () => {
    expect(afterConnack(0xf0).disposition).toBe('retry');
    expect(afterConnack(200).disposition).toBe('retry'); // [SEC3-3.2.2.3-a]
  });

  it.each([
    [1, 'failed', 'failed'],
    [2, 'failed', 'failed'],
    [3, 'waiting', 'waiting'],
    [4, 'failed', 'waiting'],
    [5, 'failed', 'waiting'],
  ])(
    'code %i of 3.1.1: %s, with new credentials %s [MQTT3-3.1.2-2] [MQTT3-3.1.3-9] [SEC3-3.2.2.3-a]',
    (code, fixed, changing) => {
      expect(statusAfterConnack(code, { protocolVersion: 4 })).toBe(fixed);
      expect(statusAfterConnack(code, { protocolVersion: 4, credentialsChange: true })).toBe(changing);
    },
  );

  it('tells whether there will be another attempt', () => {
    const driver = new Driver();
    driver.start();
    driver.opened();
    driver.receive(refused(0x89));
    expect(driver.lastActions.at(-1)).toMatchObject({ event: { failure: { retryable: true }, willRetryInMs: 1_000 } });
    driver.pass(1_000);
    driver.opened();
    driver.receive(refused(0x86));
    expect(driver.lastActions.at(-1)).toMatchObject({ event: { failure: { retryable: false } } });
    expect(driver.lastActions.at(-1)).not.toHaveProperty('event.willRetryInMs');
  });
});

describe('after a DISCONNECT from the server', () => {
  it.each(RETRIED_IN_DISCONNECT)(
    'code %i: closes, says why, and tries again [SEC-3.14.4-a] [MQTT-4.13.2-1] [MQTT-3.1.2-22]',
    (code) => {
      expect(connected().receive(disconnect(code))).toEqual([
        hangUp,
        status('waiting', 'disconnection', 'SERVER_DISCONNECTED', 1_000),
      ]);
    },
  );

  it('does not fight with another client for one identifier [MQTT-3.1.4-3]', () => {
    expect(connected({ urlChanges: true }).receive(disconnect(0x8e))).toEqual([
      hangUp,
      status('failed', 'disconnection', 'SESSION_TAKEN_OVER'),
    ]);
  });

  it.each([0x9c, 0x9d])('code %i: goes to another server if the URL is asked for anew [SEC-4.11-a]', (code) => {
    expect(connected().receive(disconnect(code)).at(-1)).toEqual(
      status('failed', 'disconnection', 'SERVER_DISCONNECTED'),
    );
    const driver = connected({ urlChanges: true });
    driver.receive(disconnect(code, { serverReference: 'other' }));
    driver.pass(1_000);
    expect(driver.lastActions.at(-1)).toMatchObject({
      do: 'dial',
      lastFailure: { packet: { properties: { serverReference: 'other' } } },
    });
  });

  it('tries again after a code that nobody knows', () => {
    expect(afterDisconnect(0xf0).disposition).toBe('retry');
  });

  it('settles everything with the reason when there will be no other attempt', () => {
    const driver = connected({}, connack({ receiveMaximum: 1 }));
    driver.publish(1, { qos: 2 });
    driver.publish(2);
    driver.subscribe(3, 'a');
    expect(driver.receive(disconnect(0x8e))).toEqual([
      hangUp,
      ...[1, 3, 2].map((op) => failed(op, 'SESSION_TAKEN_OVER')),
      status('failed', 'disconnection', 'SESSION_TAKEN_OVER'),
    ]);
    expect(driver.session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(driver.publish(4)).toEqual([failed(4, 'INVALID_STATE')]);
  });

  it('carries the packet', () => {
    const driver = connected();
    const packet = disconnect(0x98, { reasonString: 'maintenance' });
    driver.receive(packet);
    expect(driver.lastActions.at(-1)).toMatchObject({
      event: { disconnect: packet, failure: { reasonCode: 0x98, packet } },
    });
  });
});

describe.each(VERSIONS)('a lost connection in version %i', (protocolVersion) => {
  it('is made anew', () => {
    const driver = connected({ protocolVersion });
    expect(driver.closed()).toEqual([hangUp, status('waiting', 'disconnection', 'SOCKET_CLOSED', 1_000)]);
    expect(driver.pass(999)).toEqual([]);
    expect(driver.pass(1)).toEqual([status('connecting'), dial(1, protocolVersion)]);
  });

  it('is not made anew at ever shorter intervals when connections do not last', () => {
    const driver = connected({ protocolVersion });
    const delays = Array.from({ length: 4 }, () => {
      const before = driver.closed().at(-1);
      driver.comeBack();
      return before;
    });
    expect(delays).toEqual(
      [1_000, 2_000, 4_000, 8_000].map((ms) => status('waiting', 'disconnection', 'SOCKET_CLOSED', ms)),
    );
  });

  it('is made anew after the shortest delay when it had lasted', () => {
    const driver = connected({ protocolVersion });
    driver.reconnect();
    driver.reconnect();
    driver.pass(30_000);
    expect(driver.closed().at(-1)).toEqual(status('waiting', 'disconnection', 'SOCKET_CLOSED', 1_000));
  });

  it('is the end without a reconnect policy, and so is a first attempt that fails', () => {
    expect(connected({ protocolVersion, reconnect: false }).closed()).toEqual([
      hangUp,
      status('failed', 'disconnection', 'SOCKET_CLOSED'),
    ]);
    const driver = new Driver({ protocolVersion, reconnect: false });
    driver.start();
    expect(driver.closed()).toEqual([hangUp, status('failed', 'connectionFailure', 'SOCKET_OPEN_FAILED')]);
  });

  it('tells the next attempt why the last one ended, until one succeeds', () => {
    const driver = connected({ protocolVersion });
    driver.closed();
    driver.pass(1_000);
    expect(driver.lastActions.at(-1)).toMatchObject({ do: 'dial', attempt: 1, lastFailure: { code: 'SOCKET_CLOSED' } });
    driver.closed();
    driver.pass(2_000);
    expect(driver.lastActions.at(-1)).toMatchObject({ attempt: 2, lastFailure: { code: 'SOCKET_OPEN_FAILED' } });
    driver.opened();
    driver.receive(connack());
    driver.stop();
    driver.closed();
    driver.start();
    expect(driver.lastActions.at(-1)).toHaveProperty('lastFailure', undefined);
  });

  it('is awaited for as long as a timer that comes late', () => {
    const driver = connected({ protocolVersion });
    driver.closed();
    expect(driver.oversleep(3_600_000)).toEqual([status('connecting'), dial(1, protocolVersion)]);
    driver.opened();
    expect(driver.receive(connack())).toEqual([status('connected', 'connectionSuccess')]);
  });
});
