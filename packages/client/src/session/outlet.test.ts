import { describe, expect, it } from 'vitest';
import { type Driver, connected } from './testing/driver.test-helpers.ts';
import { connack, puback, publish, pubrel, resumed, suback, subscribe } from './testing/packets.test-helpers.ts';
import { type Seen, failed, packets, send, types } from './testing/seen.test-helpers.ts';

const QUARTER = 262_144;
const payload = new Uint8Array(QUARTER);

const level = (driver: Driver, bufferedBytes: number): Seen[] => driver.tell({ type: 'socketLevel', bufferedBytes });

/** A session that has just filled the socket with four messages of a quarter of a mebibyte, operations 1 to 4. */
function full(...options: Parameters<typeof connected>): Driver {
  const driver = connected(...options);
  for (const op of [1, 2, 3, 4]) expect(driver.publish(op, { qos: 0, payload })).toHaveLength(1);
  return driver;
}

describe('when a mebibyte may wait in the socket', () => {
  it.each([0, 1, 2] as const)('QoS %i waits until three quarters of it are gone', (qos) => {
    const driver = full();
    expect(driver.publish(5, { qos })).toEqual([]);
    expect(level(driver, QUARTER + 1)).toEqual([]);
    expect(types(level(driver, QUARTER))).toEqual(['publish']);
  });

  it('many small messages count as well as few large ones', () => {
    const driver = connected();
    let sent = 0;
    while (driver.publish(1, { qos: 0, payload: new Uint8Array(100) }).length > 0) sent += 1;
    expect(sent).toBeGreaterThan(9_000);
    expect(sent * 100).toBeLessThan(1_048_576);
  });

  it('so do properties', () => {
    const properties = { correlationData: new Uint8Array(60_000) };
    const driver = connected();
    let sent = 0;
    while (driver.publish(1, { qos: 0, properties }).length > 0) sent += 1;
    expect(sent).toBe(18);
  });

  it('acknowledgements, requests and one PINGREQ still leave', () => {
    const driver = full({ keepAliveSeconds: 60 });
    driver.receive(publish(7));
    expect(packets(driver.acknowledge(1))).toEqual([puback(7)]);
    driver.receive(pubrel(8));
    expect(types(driver.subscribe(5, 'a'))).toEqual(['subscribe']);
    expect(types(driver.pass(31_000))).toEqual(['pingreq']);
  });

  it('the messages of each QoS keep their order, and QoS 0 does not wait for the quota of those before it', () => {
    const driver = full({}, connack({ receiveMaximum: 1 }));
    const topics = ['q1/a', 'q0/a', 'q1/b', 'q0/b'] as const;
    for (const [index, topic] of topics.entries()) driver.publish(5 + index, { topic, qos: topic[1] === '1' ? 1 : 0 });
    expect(packets(level(driver, 0)).map((packet) => 'topic' in packet && packet.topic)).toEqual([
      'q1/a',
      'q0/a',
      'q0/b',
    ]);
    expect(packets(driver.publish(9, { topic: 'q0/c', qos: 0 }))).toHaveLength(1);
  });

  it('what waits counts against `offlineQueue`, as long as there is a connection', () => {
    const driver = full({ offlineQueue: { maxOperations: 2 } });
    expect([5, 6, 7].flatMap((op) => driver.publish(op, { qos: 0 }))).toEqual([failed(7, 'QUEUE_FULL')]);
    expect(driver.closed().filter((action) => 'failed' in action)).toEqual([
      failed(5, 'OFFLINE'),
      failed(6, 'OFFLINE'),
    ]);
    driver.comeBack(resumed());
    expect(driver.publish(8, { qos: 0 })).toEqual([send(publish(), 8)]);
  });

  it('what is sent again does not fill the socket beyond it either, and comes before what is new', () => {
    const driver = connected();
    for (const op of [1, 2, 3, 4, 5, 6, 7]) {
      driver.publish(op, { payload });
      level(driver, 0);
    }
    driver.closed();
    driver.publish(8);
    const identifiers = (actions: Seen[]) => packets(actions).map((packet) => 'packetId' in packet && packet.packetId);
    expect(identifiers(driver.comeBack(resumed()))).toEqual([1, 2, 3, 4]);
    expect(driver.receive(puback(1))).toEqual([{ settled: 1, packet: puback(1) }]);
    expect(identifiers(level(driver, 0))).toEqual([5, 6, 7, 8]);
  });

  it('the queue of a new connection waits, too', () => {
    const driver = connected();
    driver.closed();
    for (const op of [1, 2, 3, 4, 5, 6]) driver.publish(op, { payload });
    expect(packets(driver.comeBack(resumed()))).toHaveLength(4);
    expect(packets(level(driver, 0))).toHaveLength(2);
    expect(driver.tell({ type: 'awaitDrained', op: 9 })).toEqual([{ settled: 9 }]);
  });

  it('a subscription renewed meanwhile is not held back', () => {
    const driver = connected();
    driver.subscribe(1, 'a');
    driver.receive(suback(1, 1));
    driver.closed();
    for (const op of [2, 3, 4, 5, 6]) driver.publish(op, { payload });
    expect(packets(driver.comeBack(connack()))[0]).toEqual(subscribe(2, 'a'));
  });
});

describe('the socket is asked', () => {
  const untilDue = ({ session, now }: Driver): number => session.nextDeadline() - now;

  it('never while there is room', () => {
    const driver = connected();
    driver.pass(20_000);
    driver.publish(1, { qos: 0, payload });
    expect(untilDue(driver)).toBe(Number.POSITIVE_INFINITY);
  });

  it('less and less often while nothing moves, and often again when something does', () => {
    const driver = full();
    driver.publish(5, { qos: 0 });
    const waits: number[] = [];
    const waitAndReport = (bufferedBytes: number): void => {
      const wait = untilDue(driver);
      waits.push(wait);
      driver.now += wait;
      driver.tell({ type: 'socketLevel', bufferedBytes });
      driver.tell({ type: 'tick' });
    };
    for (let count = 0; count < 8; count++) waitAndReport(2_000_000);
    expect(waits).toEqual([2, 4, 8, 16, 32, 50, 50, 50]);
    waitAndReport(1_900_000);
    expect(untilDue(driver)).toBe(2);
    level(driver, 0);
    driver.pass(300_000);
    expect(untilDue(driver)).toBe(Number.POSITIVE_INFINITY);
  });

  it('no longer after the connection is lost, or the client is stopped', () => {
    for (const end of ['closed', 'stop'] as const) {
      const driver = full({ reconnect: false });
      driver[end]();
      driver.closed();
      driver.pass(10_000);
      expect(untilDue(driver)).toBe(Number.POSITIVE_INFINITY);
    }
  });
});
