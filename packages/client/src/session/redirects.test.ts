import { describe, expect, it } from 'vitest';
import { Redirects } from './redirects.ts';
import { Driver, connected } from './testing/driver.test-helpers.ts';
import { connack, disconnect } from './testing/packets.test-helpers.ts';
import { status } from './testing/seen.test-helpers.ts';

const redirect = ['b.example', '*.cluster.example', 'c.example:8443', '[::1]'];

function follows(serverReference: string, allowed: readonly string[] = redirect): string | undefined {
  const redirects = new Redirects(allowed);
  redirects.ended(false, disconnect(0x9c, { serverReference }));
  return redirects.host;
}

describe('a server reference', () => {
  it.each([
    ['b.example', 'b.example'],
    ['B.Example', 'b.example'],
    ['b.example:8084', 'b.example:8084'],
    ['c.example:8443', 'c.example:8443'],
    ['n1.cluster.example', 'n1.cluster.example'],
    ['n1.eu.cluster.example:443', 'n1.eu.cluster.example:443'],
    ['[::1]:8083', '[::1]:8083'],
    ['evil.example b.example:1 b.example', 'b.example:1'],
  ])('%s leads to %s', (reference, host) => {
    expect(follows(reference)).toBe(host);
  });

  it.each([
    '',
    'evil.example',
    'b.example.evil.example',
    'xb.example',
    'c.example',
    'c.example:8444',
    'cluster.example',
    '.cluster.example',
    'xcluster.example',
    'b.example@evil.example',
    'evil.example/b.example',
    'evil.example#.cluster.example',
    'evil.example?.cluster.example',
    'evil.example\\.cluster.example',
    'b.example:80:90',
    'b.example:x',
    'wss://b.example',
    '[::2]',
  ])('%s leads nowhere', (reference) => {
    expect(follows(reference)).toBeUndefined();
  });

  it('leads nowhere when nothing is allowed, or nothing is named', () => {
    expect(follows('b.example', [])).toBeUndefined();
    expect(follows('b.example', [''])).toBeUndefined();
    const redirects = new Redirects(redirect);
    expect(redirects.ended(true, disconnect(0x9c))).toBe(false);
    expect(redirects.ended(true, disconnect(0x9d, {}))).toBe(false);
    expect(redirects.ended(true, disconnect(0x89, { serverReference: 'b.example' }))).toBe(false);
  });
});

describe('a client that is sent elsewhere', () => {
  const options = { redirect };
  const elsewhere = { serverReference: 'b.example:8084' };
  /** Where the dial of the last event went. */
  const hostOf = (driver: Driver): unknown => driver.lastActions.find((action) => action.do === 'dial')?.host;

  it.each([0x9c, 0x9d])('by CONNACK %i goes there at once [SEC-4.11-a]', (code) => {
    const driver = new Driver(options);
    driver.start();
    expect(hostOf(driver)).toBeUndefined();
    driver.opened();
    expect(driver.receive(connack(elsewhere, { reasonCode: code })).at(-1)).toEqual(
      status('waiting', 'connectionFailure', 'CONNACK_REFUSED', 0),
    );
    driver.pass(0);
    expect(hostOf(driver)).toBe('b.example:8084');
  });

  it.each([0x9c, 0x9d])('by DISCONNECT %i goes there at once, with its session [SEC-4.11-a]', (code) => {
    const driver = connected(options);
    expect(driver.receive(disconnect(code, elsewhere)).at(-1)).toEqual(
      status('waiting', 'disconnection', 'SERVER_DISCONNECTED', 0),
    );
    driver.pass(0);
    expect(hostOf(driver)).toBe('b.example:8084');
  });

  it('for the time being, comes back after that connection; for good, does not', () => {
    const another = connected(options);
    another.receive(disconnect(0x9c, elsewhere));
    another.comeBack();
    another.closed();
    another.pass(1_000);
    expect(hostOf(another)).toBeUndefined();
    const moved = connected(options);
    moved.receive(disconnect(0x9d, elsewhere));
    moved.comeBack();
    moved.closed();
    moved.pass(1_000);
    expect(hostOf(moved)).toBe('b.example:8084');
    // Only while there is somebody.
    moved.closed();
    moved.pass(60_000);
    expect(hostOf(moved)).toBeUndefined();
  });

  it('forgets it when it is started anew', () => {
    const driver = connected(options);
    driver.receive(disconnect(0x9d, elsewhere));
    driver.comeBack();
    driver.stop();
    driver.closed();
    driver.start();
    expect(hostOf(driver)).toBeUndefined();
  });

  it('and back again by the other one slows down', () => {
    const driver = new Driver(options);
    driver.start();
    const delays = Array.from({ length: 8 }, () => {
      driver.opened();
      driver.receive(connack(elsewhere, { reasonCode: 0x9c }));
      const last = driver.lastActions.at(-1);
      const delay =
        last?.do === 'status' && last.event && 'failure' in last.event ? last.event.willRetryInMs : undefined;
      driver.pass(delay ?? 0);
      return delay;
    });
    expect(delays).toEqual([0, 0, 0, 1_000, 0, 0, 0, 2_000]);
  });

  it('without permission fails for good, and says where to', () => {
    const driver = connected({ redirect: ['other.example'] });
    expect(driver.receive(disconnect(0x9d, elsewhere)).at(-1)).toEqual(
      status('failed', 'disconnection', 'SERVER_DISCONNECTED'),
    );
    expect(driver.lastActions.at(-1)).toMatchObject({
      event: {
        failure: {
          retryable: false,
          message: expect.stringContaining('b.example:8084'),
          hint: expect.stringContaining('`redirect`'),
        },
      },
    });
  });

  it('while it drains goes nowhere', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.stop({ drainMs: 5_000 });
    driver.receive(disconnect(0x9c, elsewhere));
    expect(driver.session.status).toBe('stopped');
    expect(driver.pass(86_400_000)).toEqual([]);
  });
});
