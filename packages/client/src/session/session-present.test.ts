import type { ProtocolVersion } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import type { SessionBehavior } from './config.ts';
import { Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
  disconnect,
  message,
  publish,
  publish2,
  pubrec,
  pubrel,
  refused,
  resumed,
} from './testing/packets.test-helpers.ts';
import { deliver, dial, hangUp, packets, send, status, types } from './testing/seen.test-helpers.ts';

/** What a CONNACK comes to. */
type Result = 'new' | 'resumed' | 'purge' | 'violation';

/** Whether the client holds the state of a session when it connects. */
type Held = 'none' | 'held';

const connectedNow = status('connected', 'connectionSuccess');

/** A client that is about to be answered: it has said CONNECT. Returns its Clean Start. */
function ask(protocolVersion: ProtocolVersion, behavior: SessionBehavior, held: Held): [Driver, boolean] {
  const driver = new Driver({ protocolVersion, session: { behavior } });
  driver.start();
  if (held === 'held') {
    driver.opened();
    driver.receive(connack());
    driver.publish(1);
    driver.closed();
    driver.pass(1_000);
  }
  const [packet] = packets(driver.opened());
  if (packet?.type !== 'connect') throw new Error('no CONNECT');
  return [driver, packet.cleanStart];
}

function resultOf(driver: Driver, sessionPresent: boolean): Result {
  const actions = driver.receive(connack(undefined, { sessionPresent }));
  if (driver.session.status === 'connected') {
    const { settings } = (driver.lastActions[0] as { event: { settings: { rejoinedSession: boolean } } }).event;
    return settings.rejoinedSession ? 'resumed' : 'new';
  }
  return actions.some((action) => 'code' in action && action.code === 'PROTOCOL_ERROR') ? 'violation' : 'purge';
}

describe('Clean Start and Session Present', () => {
  it.each<[ProtocolVersion, SessionBehavior, Held, cleanStart: boolean, absent: Result, present: Result]>([
    [5, 'clean', 'none', true, 'new', 'violation'],
    [5, 'clean', 'held', true, 'new', 'violation'],
    [5, 'rejoinPostSuccess', 'none', true, 'new', 'violation'],
    [5, 'rejoinPostSuccess', 'held', false, 'new', 'resumed'],
    [5, 'rejoinAlways', 'none', false, 'new', 'purge'],
    [5, 'rejoinAlways', 'held', false, 'new', 'resumed'],
    [4, 'clean', 'none', true, 'new', 'violation'],
    [4, 'clean', 'held', true, 'new', 'violation'],
    // A session that is begun clean ends with its connection there.
    [4, 'rejoinPostSuccess', 'none', false, 'new', 'purge'],
    [4, 'rejoinPostSuccess', 'held', false, 'new', 'resumed'],
    // 3.1.1 leaves the choice [SEC3-3.2.2.2-a].
    [4, 'rejoinAlways', 'none', false, 'new', 'resumed'],
    [4, 'rejoinAlways', 'held', false, 'new', 'resumed'],
  ])(
    'in version %i, %s, state %s: Clean Start %s, absent %s, present %s [MQTT-3.2.2-2] [MQTT-3.2.2-3] [MQTT-3.2.2-4] [MQTT3-3.2.2-1] [MQTT3-3.2.2-2] [MQTT3-3.2.2-3]',
    (version, behavior, held, cleanStart, absent, present) => {
      const [driver, asked] = ask(version, behavior, held);
      expect(asked).toBe(cleanStart);
      expect(resultOf(driver, false)).toBe(absent);
      expect(resultOf(ask(version, behavior, held)[0], true)).toBe(present);
    },
  );

  it.each([
    [5, true, true],
    [5, false, true],
    [4, true, false],
    [4, false, true],
  ] as const)(
    'in version %i, client identifier given %s: Clean Start is %s by default',
    (protocolVersion, clientIdGiven, clean) => {
      const driver = new Driver({ protocolVersion, clientIdGiven });
      driver.start();
      expect(packets(driver.opened())[0]).toMatchObject({ cleanStart: clean });
    },
  );
});

describe('a session after Clean Start that is present', () => {
  it('is against the protocol: the client says so and closes [MQTT-3.2.2-2]', () => {
    expect(connected().receive(connack()).length).toBeGreaterThan(0);
    const [driver] = ask(5, 'clean', 'none');
    expect(driver.receive(resumed())).toEqual([
      send(disconnect(0x82)),
      hangUp,
      status('waiting', 'connectionFailure', 'PROTOCOL_ERROR', 1_000),
    ]);
  });

  it('is against the protocol in 3.1.1, too, where the client just closes: DISCONNECT would mean that all is well [MQTT3-4.8.0-1]', () => {
    const [driver] = ask(4, 'clean', 'none');
    expect(driver.receive(resumed())).toEqual([
      hangUp,
      status('waiting', 'connectionFailure', 'PROTOCOL_ERROR', 1_000),
    ]);
  });
});

describe('a session of the server that the client knows nothing of', () => {
  it('is ended by a Clean Start at once, in 5.0 [MQTT-3.2.2-4]', () => {
    const [driver] = ask(5, 'rejoinAlways', 'none');
    expect(driver.receive(resumed())).toEqual([
      send(disconnect(0)),
      hangUp,
      status('waiting', 'connectionFailure', 'SESSION_LOST', 0),
    ]);
    expect(driver.pass(0)).toEqual([status('connecting'), dial(2, 5)]);
    expect(packets(driver.opened())[0]).toMatchObject({ cleanStart: true, properties: { sessionExpiryInterval: 300 } });
    expect(driver.receive(connack())).toEqual([connectedNow]);
    driver.closed();
    driver.pass(1_000);
    expect(packets(driver.opened())[0]).toMatchObject({ cleanStart: false });
  });

  it('is ended by a clean session that is ended again, in 3.1.1, since that would not last [SEC3-3.2.2.2-a]', () => {
    const [driver] = ask(4, 'rejoinPostSuccess', 'none');
    expect(driver.receive(resumed())).toEqual([
      send(disconnect(0)),
      hangUp,
      status('waiting', 'connectionFailure', 'SESSION_LOST', 0),
    ]);
    driver.pass(0);
    expect(packets(driver.opened())[0]).toMatchObject({ cleanStart: true });
    expect(driver.receive(connack())).toEqual([
      send(disconnect(0)),
      hangUp,
      status('waiting', 'connectionFailure', 'SESSION_LOST', 0),
    ]);
    driver.pass(0);
    expect(packets(driver.opened())[0]).toMatchObject({ cleanStart: false });
    expect(driver.receive(connack())).toEqual([connectedNow]);
  });

  it('is asked to end until it has: a failed attempt changes nothing', () => {
    const [driver] = ask(5, 'rejoinAlways', 'none');
    driver.receive(resumed());
    driver.pass(0);
    driver.closed();
    driver.comeBack(refused(0x88));
    driver.comeBack(connack());
    expect(driver.session.status).toBe('connected');
  });

  it('is ended with a reconnect policy that makes no second attempt, too', () => {
    const driver = new Driver({ session: { behavior: 'rejoinAlways' }, reconnect: false });
    driver.start();
    driver.opened();
    driver.receive(resumed());
    driver.pass(0);
    driver.opened();
    expect(driver.receive(connack())).toEqual([connectedNow]);
  });

  it('does not make the client dial without a pause when the server always has one', () => {
    const [driver] = ask(4, 'rejoinPostSuccess', 'none');
    for (let attempt = 0; attempt < 20; attempt++) {
      const clean = driver.session.status === 'connecting' && attempt % 2 === 1;
      driver.receive(connack(undefined, { sessionPresent: !clean }));
      driver.pass(0);
      if (driver.session.status === 'waiting') break;
      driver.opened();
    }
    expect(driver.session.status).toBe('waiting');
  });
});

describe.each(VERSIONS)('the state of the session in version %i', (protocolVersion) => {
  const options = { protocolVersion, clientIdGiven: true };

  it('outlives the connection and goes on when the session is present [MQTT-3.1.2-5] [MQTT-3.1.2-23] [MQTT3-3.1.2-4] [MQTT3-4.1.0-1]', () => {
    const driver = connected(options);
    driver.publish(1);
    expect(packets(driver.reconnect(resumed()))).toEqual([publish(1, { duplicate: true })]);
  });

  it('is thrown away in both directions when the session is absent [MQTT-3.2.2-5]', () => {
    const driver = connected(options);
    driver.publish(1, { qos: 2 });
    driver.receive(pubrec(1));
    driver.receive(publish2(7));
    driver.acknowledge(1);
    expect(types(driver.reconnect(connack()))).toEqual([]);
    expect(driver.receive(publish2(7))).toEqual([deliver(2, publish2(7))]);
    driver.acknowledge(2);
    expect(types(driver.receive(pubrel(7)))).toEqual(['pubcomp']);
  });

  it('belongs to the client identifier, which every connection names [MQTT-3.1.3-2] [MQTT3-3.1.3-2]', () => {
    const driver = connected({ ...options, clientId: 'mine' });
    driver.closed();
    driver.pass(1_000);
    expect(packets(driver.opened())[0]).toMatchObject({ clientId: 'mine', cleanStart: false });
  });

  it('survives attempts that the server refuses [MQTT-3.2.2-6] [MQTT3-3.2.2-4]', () => {
    const driver = connected(options);
    driver.publish(1);
    driver.reconnect(refused(protocolVersion === 5 ? 0x88 : 3));
    expect(packets(driver.comeBack(resumed()))).toEqual([publish(1, { duplicate: true })]);
  });

  it('ends with the connection where the session does [SEC-3.1.2.11.2-a] [MQTT-3.1.2-4] [MQTT3-3.1.2-6]', () => {
    const driver = connected({ ...options, session: { behavior: 'clean' } });
    driver.publish(1);
    expect(packets(driver.reconnect(connack()))).toEqual([publish(2)]);
  });
});

it('ends with the connection when the server says so in the CONNACK [SEC-3.2.2.3.2-a]', () => {
  const driver = connected({}, connack({ sessionExpiryInterval: 0 }));
  driver.tell({ type: 'publish', op: 1, message: message() });
  driver.closed();
  driver.pass(1_000);
  expect(packets(driver.opened())[0]).toMatchObject({ cleanStart: true });
  expect(packets(driver.receive(connack()))).toEqual([publish(2)]);
});
