import { describe, expect, it } from 'vitest';
import { type Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
  disconnect,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  resumed,
} from './testing/packets.test-helpers.ts';
import { type Seen, failed, packets, send, settled } from './testing/seen.test-helpers.ts';

/** Topics of what was published. */
const topics = (actions: Seen[]): string[] =>
  packets(actions).flatMap((packet) => (packet.type === 'publish' ? [packet.topic] : []));

const failures = (actions: Seen[]): Seen[] => actions.filter((action) => 'failed' in action);

describe.each(VERSIONS)('in MQTT version %i', (protocolVersion) => {
  const brokerProfile = { hangsUpOnDeniedPublish: true };
  const online = (): Driver => connected({ protocolVersion, brokerProfile, ackTimeoutMs: 3_600_000 }, connack());
  const denied = failed(1, 'PUBLISH_REFUSED');

  it('[a publish denied on 3.1.1 is not replayed for ever] fails, and nothing else', () => {
    const driver = online();
    driver.publish(1, { topic: 'denied' });
    driver.publish(2, { topic: 'allowed' });
    driver.closed();
    expect(topics(driver.comeBack(resumed()))).toEqual(['denied', 'allowed']);
    expect(failures(driver.closed())).toEqual([]);
    expect(topics(driver.comeBack(resumed()))).toEqual(['denied']);
    expect(failures(driver.closed())).toEqual([]);
    expect(topics(driver.comeBack(resumed()))).toEqual(['denied']);
    expect(failures(driver.closed())).toEqual([denied]);
    expect(packets(driver.comeBack(resumed()))).toEqual([publish(2, { topic: 'allowed', duplicate: true })]);
    expect(driver.receive(puback(2))).toEqual([settled(2, puback(2))]);
  });

  it('QoS 2 as well, before its PUBREC', () => {
    const driver = online();
    driver.publish(1, { qos: 2 });
    for (let count = 0; count < 3; count++) expect(failures(driver.reconnect(resumed()))).toEqual([]);
    expect(failures(driver.closed())).toEqual([denied]);
    expect(packets(driver.comeBack(resumed()))).toEqual([]);
  });

  it('the message is sent alone, and the others follow when it is answered', () => {
    const driver = online();
    for (const op of [1, 2, 3]) driver.publish(op, { topic: `t${op}` });
    driver.reconnect(resumed());
    expect(topics(driver.reconnect(resumed()))).toEqual(['t1']);
    driver.publish(4, { topic: 't4' });
    expect(topics(driver.receive(puback(1)))).toEqual(['t2', 't3', 't4']);
  });

  it('or when the connection has lived on for two seconds: a server may never answer', () => {
    const driver = online();
    for (const op of [1, 2]) driver.publish(op, { topic: `t${op}` });
    driver.reconnect(resumed());
    driver.reconnect(resumed());
    driver.publish(3, { topic: 't3' });
    expect(topics(driver.pass(2_000))).toEqual([]);
    expect(topics(driver.pass(1))).toEqual(['t2', 't3']);
    expect(failures(driver.closed())).toEqual([]);
    expect(topics(driver.comeBack(resumed()))).toEqual(['t1', 't2', 't3']);
  });

  it('and so is the next one, so that the right one is found', () => {
    const driver = online();
    for (const op of [1, 2]) driver.publish(op, { topic: `t${op}` });
    driver.reconnect(resumed());
    driver.reconnect(resumed());
    driver.receive(puback(1));
    const found: Seen[] = [];
    for (let count = 0; count < 4; count++) {
      found.push(...failures(driver.closed()));
      driver.comeBack(resumed());
    }
    expect(found).toEqual([failed(2, 'PUBLISH_REFUSED')]);
  });

  it('the identifier stays reserved until the server answers to it after all', () => {
    const driver = online();
    driver.publish(1);
    for (let count = 0; count < 4; count++) driver.reconnect(resumed());
    expect(topics(driver.publish(2))).toEqual(['t']);
    const used = new Set<number>();
    for (let op = 3; op < 65_600 && used.size < 65_533; op++)
      for (const packet of packets(driver.publish(op))) {
        const { packetId = 0 } = packet as { packetId?: number };
        used.add(packetId);
        driver.receive(puback(packetId));
      }
    expect(used.has(1)).toBe(false);
    expect(driver.receive(puback(1))).toEqual([]);
  });

  it.each([1, 2] as const)('a connection that lasts longer is not held against QoS %i', (qos) => {
    const driver = online();
    driver.publish(1, { qos });
    for (let count = 0; count < 10; count++) {
      driver.reconnect(resumed());
      driver.now += 2_001;
    }
    expect(failures(driver.closed())).toEqual([]);
    expect(topics(driver.comeBack(resumed()))).toEqual(['t']);
  });

  it('nor is one that falls silent', () => {
    const driver = connected({
      protocolVersion,
      brokerProfile,
      keepAliveSeconds: 1,
      pingTimeoutMs: 1,
      ackTimeoutMs: 3_600_000,
    });
    driver.publish(1);
    for (let count = 0; count < 10; count++) {
      driver.reconnect(resumed());
      expect(failures(driver.pass(501))).toEqual([]);
    }
  });

  it('nor are two, then one that is answered', () => {
    const driver = online();
    driver.publish(1, { qos: 2 });
    driver.reconnect(resumed());
    driver.reconnect(resumed());
    expect(packets(driver.receive(pubrec(1)))).toEqual([pubrel(1)]);
    for (let count = 0; count < 5; count++) expect(packets(driver.reconnect(resumed()))).toEqual([pubrel(1)]);
    expect(driver.receive(pubcomp(1))).toEqual([settled(1, pubrec(1))]);
  });

  it('everything is forgotten with the session', () => {
    const driver = online();
    driver.publish(1);
    driver.reconnect(resumed());
    driver.reconnect(resumed());
    expect(driver.reconnect(connack())).toContainEqual(send(publish(2)));
    for (let count = 0; count < 3; count++) expect(failures(driver.reconnect(resumed()))).toEqual([]);
    expect(failures(driver.closed())).toEqual([denied]);
  });
});

it('a DISCONNECT counts like a closed socket', () => {
  const driver = connected({ brokerProfile: { hangsUpOnDeniedPublish: true } });
  driver.publish(1);
  driver.closed();
  const found: Seen[] = [];
  for (let count = 0; count < 3; count++) {
    driver.comeBack(resumed());
    found.push(...failures(driver.receive(disconnect(0x87))));
  }
  expect(found).toEqual([failed(1, 'PUBLISH_REFUSED')]);
});

describe('a server that is not known to hang up', () => {
  it('is sent the message again as long as somebody waits, and five times at least', () => {
    const driver = connected({ ackTimeoutMs: 40_000 });
    driver.publish(1);
    const sent: string[][] = [];
    const found: Seen[] = [];
    for (let count = 0; count < 10; count++) {
      found.push(...failures(driver.closed()));
      const actions = driver.comeBack(resumed());
      sent.push(topics(actions));
      found.push(...failures(driver.pass(1)));
    }
    expect(found).toEqual([]);
    expect(driver.session.load.outbound).toBe(0);
    expect(sent.filter((each) => each.length > 0).length).toBeGreaterThanOrEqual(5);
    expect(sent.at(-1)).toEqual([]);
  });
});
