import { describe, expect, it } from 'vitest';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import { pingreq, pingresp, publish, puback } from './testing/packets.test-helpers.ts';
import {
  type Seen,
  deliver,
  dial,
  hangUp,
  packets,
  send,
  settled,
  status,
  types,
} from './testing/seen.test-helpers.ts';

const hint = (driver: Driver, what: 'awake' | 'offline' = 'awake'): Seen[] => driver.tell({ type: 'hint', hint: what });
const sooner = (retryInMs: number): Seen => status('waiting', 'retryingSooner', undefined, retryInMs);

describe.each(VERSIONS)('a page that wakes up, in version %i', (protocolVersion) => {
  const options = { protocolVersion, keepAliveSeconds: 600 };

  it.each(['awake', 'offline'] as const)("asks whether the server is still there: '%s'", (what) => {
    const driver = connected(options);
    expect(hint(driver, what)).toEqual([send(pingreq)]);
    expect(driver.receive(pingresp)).toEqual([]);
    expect(driver.pass(60_000)).toEqual([]);
    expect(hint(driver, what)).toEqual([send(pingreq)]);
  });

  it('asks once until it hears something, however often the page is shown', () => {
    const driver = connected(options);
    hint(driver);
    for (let shown = 0; shown < 10; shown++) expect(hint(driver)).toEqual([]);
    expect(driver.pass(4_999)).toEqual([]);
    driver.receive(publish());
    expect(hint(driver)).toEqual([send(pingreq)]);
  });

  it('gives a dead connection up after five seconds, and is back within one', () => {
    const driver = connected(options);
    driver.random = 0.3;
    driver.publish(1);
    hint(driver);
    expect(driver.pass(4_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([hangUp, status('waiting', 'disconnection', 'KEEPALIVE_TIMEOUT', 300)]);
    expect(driver.pass(300)).toContainEqual(dial(1, protocolVersion));
  });

  it('waits no longer than for any ping', () => {
    const driver = connected({ ...options, pingTimeoutMs: 1_000 });
    hint(driver);
    expect(driver.pass(1_000)).toContainEqual(hangUp);
  });

  it('puts no deadline off', () => {
    const driver = connected({ ...options, keepAliveSeconds: 20 });
    driver.pass(10_000);
    driver.pass(8_000);
    expect(hint(driver)).toEqual([send(pingreq)]);
    expect(driver.pass(1_999)).toEqual([]);
    expect(driver.pass(1)).toContainEqual(hangUp);
  });

  it('asks where there is no keep alive, too', () => {
    const driver = connected({ ...options, keepAliveSeconds: 0 });
    expect(hint(driver)).toEqual([send(pingreq)]);
    expect(driver.pass(5_000)).toContainEqual(hangUp);
  });

  it('comes back within a second when the socket turns out to be closed', () => {
    const driver = connected(options);
    driver.random = 0.3;
    hint(driver);
    expect(driver.closed()).toEqual([hangUp, status('waiting', 'disconnection', 'SOCKET_CLOSED', 300)]);
  });

  it('changes nothing else: what is under way goes on', () => {
    const driver = connected(options);
    driver.publish(1);
    hint(driver);
    expect(driver.receive(publish())).toEqual([deliver(0, publish())]);
    expect(driver.receive(puback(1))).toEqual([settled(1, puback(1))]);
  });
});

describe('an attempt that waits', () => {
  const options = { reconnect: { jitter: 'none', minDelayMs: 1_000, maxDelayMs: 120_000 } } as const;

  /** Waits 32 seconds for the sixth attempt. */
  function waiting(): Driver {
    const driver = new Driver(options);
    driver.start();
    for (let failed = 1; failed < 6; failed++) {
      driver.dialFailed();
      driver.pass(1_000 * 2 ** (failed - 1));
    }
    driver.dialFailed();
    return driver;
  }

  it('is made within a second when the page wakes up or the network is back', () => {
    const driver = waiting();
    driver.pass(10_000);
    driver.random = 0.4;
    expect(hint(driver)).toEqual([sooner(400)]);
    expect(driver.pass(399)).toEqual([]);
    expect(driver.pass(1).at(-1)).toEqual(dial(7, 5));
  });

  it('is not hurried by the news that there is no network', () => {
    const driver = waiting();
    driver.pass(10_000);
    expect(hint(driver, 'offline')).toEqual([]);
    expect(packets(driver.pass(21_999))).toEqual([]);
  });

  it('comes no sooner after the last one than the least delay, however often the page is shown', () => {
    const driver = waiting();
    driver.pass(100);
    expect(hint(driver)).toEqual([sooner(900)]);
    expect(hint(driver)).toEqual([]);
    driver.pass(900);
    let dials = 0;
    for (let shown = 0; shown < 1_000; shown++) {
      driver.dialFailed();
      hint(driver);
      dials += driver.pass(100).filter((action) => 'dial' in action).length;
    }
    expect(dials).toBeLessThanOrEqual(101);
  });

  it('is not put off', () => {
    const driver = waiting();
    driver.pass(31_900);
    driver.random = 0.9;
    expect(hint(driver)).toEqual([]);
    expect(driver.pass(100).at(-1)).toEqual(dial(7, 5));
  });

  it('still counts: if it fails, the next one waits as long as it would have', () => {
    const driver = waiting();
    driver.pass(10_000);
    hint(driver);
    driver.pass(0);
    expect(driver.dialFailed().at(-1)).toEqual(status('waiting', 'connectionFailure', 'SOCKET_OPEN_FAILED', 64_000));
  });
});

describe('a hint at another moment', () => {
  it('does nothing', () => {
    const driver = new Driver({ keepAliveSeconds: 60 });
    expect(hint(driver)).toEqual([]);
    driver.start();
    expect(hint(driver)).toEqual([]);
    driver.opened();
    expect(hint(driver)).toEqual([]);
    driver.stop();
    expect(hint(driver)).toEqual([]);
    driver.closed();
    expect(hint(driver)).toEqual([]);
    const failedFor = connected({ reconnect: false });
    failedFor.closed();
    expect(hint(failedFor)).toEqual([]);
  });

  it('while it drains asks as well', () => {
    const driver = connected();
    driver.publish(1);
    driver.stop({ drainMs: 60_000 });
    expect(types(hint(driver))).toEqual(['pingreq']);
  });
});
