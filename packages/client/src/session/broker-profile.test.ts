import { describe, expect, it } from 'vitest';
import type { BrokerProfile } from './broker-profile.ts';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import { connack, puback, publish, resumed, suback } from './testing/packets.test-helpers.ts';
import { type Seen, failed, packets, settled, types } from './testing/seen.test-helpers.ts';

/** What AWS IoT Core publishes of topics. */
const iotCoreProfile = {
  maximumTopicBytes: 256,
  maximumTopicLevels: 8,
  exemptTopics: [
    { prefix: '$aws/rules/+/', exempt: 'prefix' },
    { prefix: '$aws/', exempt: 'levels' },
  ],
} as const;

const levels = (count: number): string => Array.from({ length: count }, () => 'a').join('/');

/** What a publish to this topic comes to. */
const outcome = (brokerProfile: BrokerProfile, topic: string): Seen | undefined =>
  connected({ brokerProfile }).publish(1, { topic })[0];

const limit = failed(1, 'LIMIT_EXCEEDED');

describe.each(VERSIONS)('in MQTT version %i a profile', (protocolVersion) => {
  const online = (brokerProfile: BrokerProfile): Driver => connected({ brokerProfile, protocolVersion });

  it('that is empty limits nothing', () => {
    const driver = online({});
    expect(types(driver.publish(1, { topic: levels(100), qos: 2 }))).toEqual(['publish']);
  });

  it('limits QoS of publishes and subscriptions', () => {
    const driver = online({ maximumQoS: 1 });
    expect(driver.publish(1, { qos: 2 })).toEqual([failed(1, 'UNSUPPORTED_BY_SERVER')]);
    expect(driver.tell({ type: 'subscribe', op: 2, subscriptions: [{ filter: 'a', qos: 2 }] })).toEqual([
      failed(2, 'UNSUPPORTED_BY_SERVER'),
    ]);
    expect(types(driver.publish(3, { qos: 1 }))).toEqual(['publish']);
  });

  it('limits the payload, exactly', () => {
    const driver = online({ maximumPayloadBytes: 10 });
    expect(types(driver.publish(1, { payload: new Uint8Array(10) }))).toEqual(['publish']);
    expect(driver.publish(2, { payload: new Uint8Array(11) })).toEqual([failed(2, 'LIMIT_EXCEEDED')]);
    expect(driver.publish(3, { payload: new Uint8Array(11), qos: 0 })).toEqual([failed(3, 'LIMIT_EXCEEDED')]);
  });

  it('limits filters of requests as well as topics', () => {
    const driver = online({ maximumTopicLevels: 2 });
    expect(driver.subscribe(1, 'a/b', 'a/b/#')).toEqual([limit]);
    expect(driver.unsubscribe(2, 'a/b/#')).toEqual([failed(2, 'LIMIT_EXCEEDED')]);
    expect(types(driver.subscribe(3, 'a/b', '$share/group/a/+'))).toEqual(['subscribe']);
  });

  it('limits before there is a connection, too', () => {
    const driver = new Driver({ brokerProfile: { maximumPayloadBytes: 0 }, protocolVersion });
    expect(driver.publish(1, { payload: new Uint8Array(1) })).toEqual([limit]);
  });

  it('says how many messages may be unacknowledged, unless the server allows less', () => {
    const driver = online({ receiveMaximum: 2 });
    expect([1, 2, 3].flatMap((op) => driver.publish(op)).length).toBe(2);
    const more = online({ receiveMaximum: 100 });
    expect(Array.from({ length: 101 }, (_, op) => more.publish(op + 1)).flat()).toHaveLength(100);
  });
});

it('the Receive Maximum of the server counts where it is the smaller one', () => {
  const driver = connected({ brokerProfile: { receiveMaximum: 100 } }, connack({ receiveMaximum: 1 }));
  expect([1, 2].flatMap((op) => driver.publish(op))).toHaveLength(1);
});

describe('the limits of a topic', () => {
  it('count bytes in UTF-8', () => {
    const profile = { maximumTopicBytes: 10 };
    for (const topic of ['x'.repeat(10), 'ü'.repeat(5), '水'.repeat(3), '🌱🌱'])
      expect(outcome(profile, topic)).toHaveProperty('send');
    for (const topic of ['x'.repeat(11), 'ü'.repeat(6), '水'.repeat(4), '🌱🌱🌱'])
      expect(outcome(profile, topic)).toEqual(limit);
  });

  it('count levels, empty ones too', () => {
    expect(outcome({ maximumTopicLevels: 8 }, levels(8))).toHaveProperty('send');
    expect(outcome({ maximumTopicLevels: 8 }, levels(9))).toEqual(limit);
    expect(outcome({ maximumTopicLevels: 3 }, '///')).toEqual(limit);
  });

  it('leave a share name out of account', () => {
    const driver = connected({ brokerProfile: { maximumTopicBytes: 3, maximumTopicLevels: 2 } });
    expect(types(driver.subscribe(1, `$share/${'group'.repeat(9)}/a/b`))).toEqual(['subscribe']);
    expect(driver.subscribe(2, '$share/g/a/b/c')).toEqual([failed(2, 'LIMIT_EXCEEDED')]);
  });

  it.each<[string, boolean]>([
    [`$aws/rules/my-rule/${levels(8)}`, true],
    [`$aws/rules/my-rule/${levels(9)}`, false],
    [`$aws/rules/${'long'.repeat(60)}/${'x'.repeat(256)}`, true],
    [`$aws/rules/my-rule/${'x'.repeat(257)}`, false],
    [`$aws/${levels(20)}`, true],
    [`$aws/${'x'.repeat(252)}`, false],
    ['$aws/rules/my-rule', true],
    [`$awsome/${levels(8)}`, false],
    ['x'.repeat(256), true],
    ['x'.repeat(257), false],
  ])('with the exceptions of AWS IoT Core: %s', (topic, isTaken) => {
    const found = outcome(iotCoreProfile, topic);
    if (isTaken) expect(found).toHaveProperty('send');
    else expect(found).toEqual(limit);
  });

  it('may be lifted altogether for some topics', () => {
    const profile = { maximumTopicBytes: 3, exemptTopics: [{ prefix: 'free/', exempt: 'all' }] } as const;
    expect(outcome(profile, `free/${'x'.repeat(100)}`)).toHaveProperty('send');
    expect(outcome(profile, 'bound')).toEqual(limit);
  });
});

describe('publishesPerSecond', () => {
  const paced = (brokerProfile: BrokerProfile, receiveMaximum = 65_535): Driver =>
    connected({ brokerProfile }, connack({ receiveMaximum }));
  const sent = (actions: Seen[]): number => packets(actions).filter(({ type }) => type === 'publish').length;

  it('delays what would be too fast, in order, and fails nothing', () => {
    const driver = paced({ publishesPerSecond: 10 });
    const first = Array.from({ length: 25 }, (_, op) => driver.publish(op + 1, { qos: 0, topic: `t${op}` })).flat();
    expect(sent(first)).toBe(1);
    expect(sent(driver.pass(99))).toBe(0);
    const second = packets(driver.pass(1_000));
    expect(second.map((packet) => 'topic' in packet && packet.topic)).toEqual(
      Array.from({ length: 10 }, (_, index) => `t${index + 1}`),
    );
    expect(sent(driver.pass(2_000))).toBe(14);
    expect(driver.publish(99, { qos: 0 })).toHaveLength(1);
  });

  it('holds for what is sent again as well', () => {
    const driver = paced({ publishesPerSecond: 2 });
    for (const op of [1, 2]) driver.publish(op);
    driver.pass(5_000);
    driver.publish(3);
    expect(sent(driver.reconnect(resumed()))).toBe(1);
    expect(sent(driver.pass(500))).toBe(1);
    expect(sent(driver.pass(500))).toBe(1);
  });

  it('lets acknowledgements and requests pass, and does not touch the quota', () => {
    const driver = paced({ publishesPerSecond: 1 });
    driver.publish(1);
    driver.publish(2);
    driver.receive(publish(7));
    expect(packets(driver.acknowledge(1))).toEqual([puback(7)]);
    expect(types(driver.subscribe(3, 'a'))).toEqual(['subscribe']);
    expect(driver.receive(suback(2, 1))).toEqual([settled(3, suback(2, 1))]);
    expect(sent(driver.receive(puback(1)))).toBe(0);
    expect(sent(driver.pass(1_000))).toBe(1);
  });

  it('counts received publishes where the service does', () => {
    const driver = paced({ publishesPerSecond: 3, countsReceived: true });
    for (let count = 0; count < 2; count++) driver.receive(publish());
    expect(sent([1, 2].flatMap((op) => driver.publish(op, { qos: 0 })))).toBe(0);
    expect(sent(driver.pass(700))).toBe(1);
    expect(sent(driver.pass(300))).toBe(1);
  });

  it('is not forgotten with the connection', () => {
    const driver = paced({ publishesPerSecond: 1 });
    driver.publish(1, { qos: 0 });
    driver.closed();
    driver.publish(2);
    driver.random = 0;
    expect(sent(driver.comeBack(resumed()))).toBe(1);
    driver.publish(3);
    expect(sent(driver.pass(999))).toBe(0);
    expect(sent(driver.pass(1))).toBe(1);
  });

  it('goes by the clock, also when the tick is late', () => {
    const driver = paced({ publishesPerSecond: 1 });
    driver.publish(1, { qos: 0, topic: 'one' });
    driver.publish(2, { qos: 0, topic: 'two' });
    driver.now += 5_000;
    expect(packets(driver.publish(3, { qos: 0, topic: 'three' }))).toMatchObject([{ topic: 'two' }]);
    expect(packets(driver.pass(1_000))).toMatchObject([{ topic: 'three' }]);
  });

  it('bytesPerSecond delays by bytes', () => {
    const driver = paced({ bytesPerSecond: 1_000 });
    const payload = new Uint8Array(320);
    expect(sent([1, 2, 3, 4].flatMap((op) => driver.publish(op, { qos: 0, payload })))).toBe(1);
    expect(sent(driver.pass(999))).toBe(2);
    expect(sent(driver.pass(300))).toBe(1);
  });

  it('lets a message go that is larger than a second of bytes, and nothing overtakes it', () => {
    const driver = paced({ bytesPerSecond: 1_000 });
    driver.publish(1, { qos: 0, topic: 'first' });
    driver.publish(2, { qos: 1, topic: 'large', payload: new Uint8Array(5_000) });
    expect(driver.publish(3, { qos: 0, topic: 'small' })).toEqual([]);
    expect(packets(driver.pass(999))).toEqual([]);
    expect(packets(driver.pass(1))).toMatchObject([{ topic: 'large' }]);
    expect(packets(driver.pass(4_000))).toEqual([]);
    expect(packets(driver.pass(1_000))).toMatchObject([{ topic: 'small' }]);
  });

  it('goes on when an acknowledgement comes, however late the timer is', () => {
    const driver = paced({ publishesPerSecond: 100 });
    for (let op = 1; op <= 30; op++) driver.publish(op);
    driver.now += 100;
    expect(sent(driver.receive(puback(1)))).toBe(10);
  });

  it('leaves nothing behind in the clock', () => {
    const driver = paced({ publishesPerSecond: 1 });
    driver.publish(1, { qos: 0 });
    driver.publish(2, { qos: 0 });
    driver.pass(60_000);
    expect(driver.session.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('connectsPerSecond', () => {
  const options = { brokerProfile: { connectsPerSecond: 1 }, reconnect: { minDelayMs: 0, maxDelayMs: 0 } };

  it('makes a reconnection wait, counted from CONNECT to CONNECT', () => {
    const driver = new Driver(options);
    driver.start();
    driver.now += 500;
    driver.opened();
    driver.receive(connack());
    driver.now += 300;
    expect(driver.closed().at(-1)).toMatchObject({ status: 'waiting' });
    expect(types(driver.pass(699))).toEqual([]);
    expect(driver.session.status).toBe('waiting');
    driver.pass(1);
    expect(driver.session.status).toBe('connecting');
  });

  it('makes a start after a stop wait', () => {
    const driver = connected(options);
    driver.stop();
    driver.closed(1000);
    driver.start();
    expect(driver.session.status).toBe('waiting');
    driver.pass(1_000);
    expect(driver.session.status).toBe('connecting');
  });

  it('does not count attempts that did not come to CONNECT', () => {
    const driver = new Driver(options);
    driver.start();
    driver.dialFailed();
    driver.pass(0);
    expect(driver.session.status).toBe('connecting');
  });
});

it('filtersPerSubscribe holds for renewals', () => {
  const driver = connected({ brokerProfile: { filtersPerSubscribe: 2 } });
  for (const op of [1, 2, 3]) {
    driver.subscribe(op, `t${op}`);
    driver.receive(suback(op, 1));
  }
  expect(types(driver.reconnect(connack()))).toEqual(['subscribe', 'subscribe']);
});

it('a stop that drains lets out what is paced, and then says good-bye', () => {
  const driver = connected({ brokerProfile: { publishesPerSecond: 2 } });
  for (let op = 1; op <= 6; op++) driver.publish(op, { qos: 0 });
  driver.stop({ drainMs: 10_000 });
  expect(types(driver.pass(2_500))).toEqual([...Array(5).fill('publish'), 'disconnect']);
});

it('a publish that is paced does not stall when the client was stopped and started meanwhile', () => {
  const driver = connected({ brokerProfile: { publishesPerSecond: 1 } });
  driver.publish(1);
  driver.stop();
  driver.closed();
  driver.start();
  driver.opened();
  driver.publish(2);
  driver.now += 1_000;
  expect(types(driver.receive(connack()))).toEqual(['publish']);
});

it('a stop that drains sends nothing more on a connection that has died', () => {
  const driver = connected({ brokerProfile: { publishesPerSecond: 1 }, keepAliveSeconds: 10, pingTimeoutMs: 1_000 });
  expect(types(driver.pass(5_500))).toEqual(['pingreq']);
  driver.publish(1, { qos: 0 });
  driver.publish(2, { qos: 0 });
  driver.stop({ drainMs: 60_000 });
  // The tick is late: the answer to PINGREQ is overdue, and another publish may leave.
  driver.now += 1_400;
  const seen = driver.tell({ type: 'tick' });
  expect(seen).toContainEqual(failed(2, 'STOPPED'));
  expect(types(seen)).toEqual([]);
});
