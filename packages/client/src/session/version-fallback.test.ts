import { describe, expect, it } from 'vitest';
import { Driver, connected } from './testing/driver.test-helpers.ts';
import { connack, disconnect, refused } from './testing/packets.test-helpers.ts';
import { dial, hangUp, packets, send, status } from './testing/seen.test-helpers.ts';

const auto = { protocolVersion: 'auto' } as const;

function greeted(overrides: ConstructorParameters<typeof Driver>[0] = auto): Driver {
  const driver = new Driver(overrides);
  driver.start();
  driver.opened();
  return driver;
}

describe("protocolVersion 'auto'", () => {
  it('begins with 5.0', () => {
    const driver = new Driver(auto);
    expect(driver.start().at(-1)).toEqual(dial(1, 5));
    expect(packets(driver.opened())[0]).toMatchObject({ protocolVersion: 5 });
  });

  it('speaks 3.1.1 at once on a new connection when 5.0 is refused [MQTT-3.1.2-2]', () => {
    const driver = greeted();
    expect(driver.receive(refused(0x84))).toEqual([
      hangUp,
      status('waiting', 'connectionFailure', 'CONNACK_REFUSED', 0),
    ]);
    expect(driver.pass(0)).toEqual([status('connecting'), dial(2, 4)]);
    expect(packets(driver.opened())[0]).toMatchObject({ protocolVersion: 4 });
    expect(driver.receive(connack())).toEqual([status('connected', 'connectionSuccess')]);
  });

  it('speaks 3.1.1 after the backoff when the server just closes [MQTT-3.1.2-2]', () => {
    const driver = greeted();
    expect(driver.closed()).toEqual([hangUp, status('waiting', 'connectionFailure', 'SOCKET_CLOSED', 1_000)]);
    expect(driver.pass(1_000).at(-1)).toEqual(dial(2, 4));
  });

  it('speaks 3.1.1 after an answer that cannot be read as 5.0', () => {
    const driver = greeted();
    expect(driver.tell({ type: 'malformed', reasonCode: 0x81, message: 'x' })).toEqual([
      send(disconnect(0x81)),
      hangUp,
      status('waiting', 'connectionFailure', 'MALFORMED_PACKET', 1_000),
    ]);
    expect(driver.pass(1_000).at(-1)).toEqual(dial(2, 4));
  });

  it('goes back to 5.0 when 3.1.1 fares no better', () => {
    const driver = greeted();
    driver.closed();
    driver.pass(1_000);
    driver.opened();
    driver.closed();
    expect(driver.pass(2_000).at(-1)).toEqual(dial(3, 5));
  });

  it('keeps the version for reasons that have nothing to do with it', () => {
    const driver = greeted();
    driver.receive(refused(0x89));
    expect(driver.pass(1_000).at(-1)).toEqual(dial(2, 5));
    driver.dialFailed();
    expect(driver.pass(2_000).at(-1)).toEqual(dial(3, 5));
    driver.opened();
    driver.pass(15_000);
    expect(driver.pass(4_000).at(-1)).toEqual(dial(4, 5));
  });

  it.each([5, 4] as const)('keeps version %i once it has succeeded', (version) => {
    const driver = greeted();
    if (version === 4) {
      driver.receive(refused(0x84));
      driver.pass(0);
      driver.opened();
    }
    driver.receive(connack());
    driver.closed();
    expect(driver.pass(1_000).at(-1)).toEqual(dial(1, version));
    driver.opened();
    driver.closed();
    expect(driver.pass(2_000).at(-1)).toEqual(dial(2, version));
  });

  it.each(['a close', 'an answer that cannot be read'])(
    'speaks 3.1.1 once, and at once, after %s where nothing else would follow: `reconnect: false`',
    (what) => {
      const fail = (driver: Driver) =>
        what === 'a close' ? driver.closed() : driver.tell({ type: 'malformed', reasonCode: 0x81, message: 'x' });
      const driver = greeted({ ...auto, reconnect: false });
      expect(fail(driver).at(-1)).toMatchObject({ status: 'waiting', retryInMs: 0 });
      expect(driver.pass(0).at(-1)).toEqual(dial(2, 4));
      driver.opened();
      expect(fail(driver).at(-1)).toMatchObject({ status: 'failed' });
      expect(driver.session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    },
  );

  it('gives up when neither version is wanted', () => {
    const driver = greeted();
    driver.receive(refused(0x84));
    driver.pass(0);
    driver.opened();
    expect(driver.receive(refused(1)).at(-1)).toEqual(status('failed', 'connectionFailure', 'CONNACK_REFUSED'));
  });
});

it('a version that was chosen is kept: 0x84 is the end [MQTT-3.1.2-2]', () => {
  const driver = greeted({});
  expect(driver.receive(refused(0x84))).toEqual([hangUp, status('failed', 'connectionFailure', 'CONNACK_REFUSED')]);
  expect(connected().reconnect(refused(0x84)).at(-1)).toEqual(status('failed', 'connectionFailure', 'CONNACK_REFUSED'));
});
