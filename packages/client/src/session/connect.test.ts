import type { Will } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import { connack, refused } from './testing/packets.test-helpers.ts';
import { dial, hangUp, packets, status, types } from './testing/seen.test-helpers.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function connectOf(driver: Driver, credentials = {}) {
  driver.start();
  const [packet] = packets(driver.opened(credentials));
  if (packet?.type !== 'connect') throw new Error('no CONNECT');
  return packet;
}

describe('a session that is not started', () => {
  it('does nothing and waits for nothing', () => {
    const { session } = new Driver();
    expect(session.status).toBe('idle');
    expect(session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('ignores what a socket of another time reports', () => {
    const driver = new Driver();
    expect(driver.opened()).toEqual([]);
    expect(driver.receive(connack())).toEqual([]);
    expect(driver.closed()).toEqual([]);
    expect(driver.dialFailed()).toEqual([]);
  });
});

describe.each(VERSIONS)('connecting in version %i', (protocolVersion) => {
  it('dials, says CONNECT first, and is connected by the CONNACK [MQTT-3.1.0-1] [MQTT3-3.1.0-1] [MQTT-3.1.4-5]', () => {
    const driver = new Driver({ protocolVersion });
    expect(driver.start()).toEqual([status('connecting'), dial(1, protocolVersion)]);
    expect(types(driver.opened())).toEqual(['connect']);
    expect(driver.receive(connack())).toEqual([status('connected', 'connectionSuccess')]);
  });

  it('says CONNECT once on a connection [MQTT-3.1.0-2] [MQTT3-3.1.0-2]', () => {
    const driver = connected({ protocolVersion });
    expect(driver.opened()).toEqual([]);
    expect(driver.start()).toEqual([]);
  });

  it('names its version and its client identifier [MQTT-3.1.2-2] [MQTT-3.1.3-3] [MQTT3-3.1.3-3]', () => {
    expect(connectOf(new Driver({ protocolVersion, clientId: 'me', keepAliveSeconds: 30 }))).toMatchObject({
      protocolVersion,
      clientId: 'me',
      keepAliveSeconds: 30,
    });
  });

  it('sends credentials as they are given, the empty ones too [MQTT-3.1.2-17] [MQTT-3.1.2-19] [MQTT3-3.1.2-19] [MQTT3-3.1.2-21]', () => {
    expect(connectOf(new Driver({ protocolVersion }), { username: '', password: bytes('') })).toMatchObject({
      username: '',
      password: bytes(''),
    });
  });

  it('sends no credentials without any [MQTT-3.1.2-16] [MQTT-3.1.2-18] [MQTT3-3.1.2-18] [MQTT3-3.1.2-20]', () => {
    const packet = connectOf(new Driver({ protocolVersion }));
    expect(packet).not.toHaveProperty('username');
    expect(packet).not.toHaveProperty('password');
    expect(packet).not.toHaveProperty('will');
  });

  it('sends a will, its empty payload too [MQTT-3.1.2-9] [MQTT3-3.1.2-9]', () => {
    const will: Will = { topic: 'gone', payload: bytes(''), qos: 1, retain: true };
    expect(connectOf(new Driver({ protocolVersion, will })).will).toEqual(will);
  });

  it('sends nothing but CONNECT before the CONNACK, however much waits [MQTT-3.1.4-6] [MQTT3-3.1.4-5]', () => {
    const driver = new Driver({ protocolVersion });
    driver.start();
    driver.opened();
    expect(driver.publish(1)).toEqual([]);
    expect(driver.subscribe(2, 'a')).toEqual([]);
    expect(types(driver.receive(connack()))).toEqual(['publish', 'subscribe']);
  });

  it('gives up an attempt that takes too long, while it dials and while it waits for CONNACK [SEC-3.2-a] [SEC3-3.2-a]', () => {
    const driver = new Driver({ protocolVersion });
    driver.start();
    expect(driver.pass(14_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([hangUp, status('waiting', 'connectionFailure', 'CONNECT_TIMEOUT', 1_000)]);
    driver.pass(1_000);
    driver.pass(14_000);
    driver.opened();
    expect(driver.pass(999)).toEqual([]);
    expect(driver.pass(1)).toEqual([hangUp, status('waiting', 'connectionFailure', 'CONNECT_TIMEOUT', 2_000)]);
  });

  it('has no connect timeout any more once it is connected', () => {
    const driver = connected({ protocolVersion });
    expect(driver.pass(3_600_000)).toEqual([]);
  });

  it('retries a WebSocket that cannot be opened', () => {
    const driver = new Driver({ protocolVersion });
    driver.start();
    expect(driver.closed()).toEqual([hangUp, status('waiting', 'connectionFailure', 'SOCKET_OPEN_FAILED', 1_000)]);
    expect(driver.pass(1_000)).toEqual([status('connecting'), dial(2, protocolVersion)]);
  });

  it('retries after a dialling that failed for now, and fails for good after one that always will', () => {
    const driver = new Driver({ protocolVersion });
    driver.start();
    expect(driver.dialFailed({ code: 'CREDENTIALS_FAILED' })).toEqual([
      hangUp,
      status('waiting', 'connectionFailure', 'CREDENTIALS_FAILED', 1_000),
    ]);
    driver.pass(1_000);
    expect(driver.dialFailed({ code: 'URL_FAILED', retryable: false })).toEqual([
      hangUp,
      status('failed', 'connectionFailure', 'URL_FAILED'),
    ]);
    expect(driver.session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('reports a bare close as a failed connection [MQTT-3.1.4-2] [MQTT3-3.1.4-1] [MQTT3-3.2.2-6]', () => {
    const driver = new Driver({ protocolVersion });
    driver.start();
    driver.opened();
    expect(driver.closed()).toEqual([hangUp, status('waiting', 'connectionFailure', 'SOCKET_CLOSED', 1_000)]);
  });

  it('closes the socket itself after a refusal, since the server may leave it open [MQTT-3.2.2-7] [MQTT-4.13.2-1] [MQTT3-3.2.2-5]', () => {
    const driver = new Driver({ protocolVersion });
    driver.start();
    driver.opened();
    expect(driver.receive(refused(3))).toEqual([
      hangUp,
      status('waiting', 'connectionFailure', 'CONNACK_REFUSED', 1_000),
    ]);
    expect(driver.closed()).toEqual([]);
  });

  it('fails for good when its CONNECT cannot be written', () => {
    const driver = new Driver({ protocolVersion });
    const packet = connectOf(driver);
    expect(driver.tell({ type: 'unsendable', packet, message: 'x' })).toEqual([
      hangUp,
      status('failed', 'connectionFailure', 'INVALID_ARGUMENT'),
    ]);
  });

  it('starts again after it has failed, with the first attempt and the shortest delay', () => {
    const driver = new Driver({ protocolVersion });
    driver.start();
    driver.closed();
    driver.pass(1_000);
    driver.dialFailed({ retryable: false });
    expect(driver.start()).toEqual([status('connecting'), dial(1, protocolVersion)]);
    expect(driver.closed()).toEqual([hangUp, status('waiting', 'connectionFailure', 'SOCKET_OPEN_FAILED', 1_000)]);
  });
});

describe('the properties of CONNECT', () => {
  it('tell Session Expiry Interval, Receive Maximum and Maximum Packet Size [SEC-3.1.2.11.2-a] [SEC-3.1.2.11.3-a] [SEC-3.1.2.11.4-a]', () => {
    const limits = { receiveMaximum: 7, maximumPacketSize: 1_000 };
    expect(connectOf(new Driver({ limits, session: { expirySeconds: 0xffff_ffff } })).properties).toEqual({
      sessionExpiryInterval: 0xffff_ffff,
      topicAliasMaximum: 16,
      ...limits,
    });
  });

  it('leave Session Expiry Interval out where the session is to end with the connection [SEC-3.1.2.11.2-a]', () => {
    expect(connectOf(new Driver({ session: { behavior: 'clean' } })).properties).not.toHaveProperty(
      'sessionExpiryInterval',
    );
  });

  it('hold what the application adds', () => {
    const connectProperties = { requestProblemInformation: false, userProperties: [['a', 'b']] as const };
    expect(connectOf(new Driver({ connectProperties })).properties).toMatchObject(connectProperties);
  });

  it('do not exist in 3.1.1, nor do those of the will', () => {
    const will = { topic: 'gone', payload: bytes('x'), qos: 0, retain: false } as const;
    const packet = connectOf(
      new Driver({
        protocolVersion: 4,
        will: { ...will, properties: { willDelayInterval: 1 } },
        connectProperties: {},
      }),
    );
    expect(packet).not.toHaveProperty('properties');
    expect(packet.will).toEqual(will);
  });

  it('let a password stand without a user name [SEC-3.1.2.9-a]', () => {
    const packet = connectOf(new Driver(), { password: bytes('secret') });
    expect(packet.password).toEqual(bytes('secret'));
    expect(packet).not.toHaveProperty('username');
  });
});
