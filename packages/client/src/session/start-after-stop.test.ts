import { describe, expect, it } from 'vitest';
import { Driver, connected } from './testing/driver.test-helpers.ts';
import { connack, disconnect, refused, resumed } from './testing/packets.test-helpers.ts';
import { dial, hangUp, packets, send, status, types } from './testing/seen.test-helpers.ts';

describe('in 3.1.1 a start after a stop', () => {
  const options = { protocolVersion: 4 } as const;
  /** What the next CONNECTs say, until one is answered with a session that lasts. */
  const connects = (driver: Driver): boolean[] => {
    const asked: boolean[] = [];
    driver.start();
    while (driver.session.status !== 'connected') {
      driver.pass(0);
      for (const packet of packets(driver.opened())) if (packet.type === 'connect') asked.push(packet.cleanStart);
      // The server has kept the old session if it was not asked to end it.
      driver.receive(connack(undefined, { sessionPresent: asked.length === 1 && asked[0] === false }));
    }
    return asked;
  };

  it('takes two connections: one ends the old session, which DISCONNECT cannot, the next begins one that lasts', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.stop();
    driver.closed();
    driver.start();
    driver.publish(2);
    driver.subscribe(3, 'a');
    expect(packets(driver.opened())).toMatchObject([{ cleanStart: true }]);
    expect(driver.receive(connack())).toEqual([
      send(disconnect()),
      hangUp,
      status('waiting', 'connectionFailure', 'SESSION_LOST', 0),
    ]);
    expect(driver.pass(0)).toEqual([status('connecting'), dial(2, 4)]);
    expect(packets(driver.opened())).toMatchObject([{ cleanStart: false }]);
    // Nothing that was asked for meanwhile is lost.
    expect(types(driver.receive(connack()))).toEqual(['publish', 'subscribe']);
  });

  it('takes two after a stop without a connection, and after a failure that was final, too', () => {
    const offline = connected(options);
    offline.closed();
    offline.stop();
    expect(connects(offline)).toEqual([true, false]);
    const failed = connected(options);
    failed.closed();
    failed.pass(1_000);
    failed.opened();
    failed.receive(refused(5));
    expect(failed.session.status).toBe('failed');
    expect(connects(failed)).toEqual([true, false]);
    // And again only after the next stop.
    failed.closed();
    failed.pass(1_000);
    expect(packets(failed.opened())).toMatchObject([{ cleanStart: false }]);
  });

  it('asks until the old session has ended, whatever becomes of the first connection', () => {
    const driver = connected(options);
    driver.stop();
    driver.closed();
    driver.start();
    driver.opened();
    driver.closed();
    driver.pass(1_000);
    expect(packets(driver.opened())).toMatchObject([{ cleanStart: true }]);
  });

  it.each([{ session: { behavior: 'clean' } }, { session: { behavior: 'rejoinAlways' } }] as const)(
    'takes one where the session ends with the connection, or is to go on: %j',
    (more) => {
      const driver = connected({ ...options, ...more });
      driver.stop();
      driver.closed();
      expect(connects(driver)).toEqual([more.session.behavior === 'clean']);
    },
  );

  it('takes one where the stop kept the session', () => {
    const driver = connected(options);
    driver.stop({ sessionExpirySeconds: 60 });
    driver.closed();
    driver.start();
    expect(packets(driver.opened())).toMatchObject([{ cleanStart: false }]);
    driver.receive(resumed());
    expect(driver.session.status).toBe('connected');
  });

  it('goes on with what is stored after a failure that was final', () => {
    const driver = new Driver({ ...options, isDurable: true });
    driver.start();
    driver.tell({ type: 'restored', records: [] });
    driver.opened();
    driver.receive(connack());
    driver.closed();
    driver.pass(1_000);
    driver.opened();
    driver.receive(refused(5));
    driver.start();
    driver.tell({ type: 'restored', records: [{ key: 'session', value: 4 }] });
    expect(packets(driver.opened())).toMatchObject([{ cleanStart: false }]);
  });
});
