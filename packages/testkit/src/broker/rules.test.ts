import type { ProtocolVersion } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import { Broker } from './broker.ts';
import type { BrokerOptions } from './options.ts';
import { RULES, type RuleName } from './rules.ts';

type Commit = (client: RawClient, broker: Broker, advance: (milliseconds: number) => void) => RawClient | void;

/** A rule, how a client breaks it, and the broker and the version in which it does. */
type Crime = readonly [rule: RuleName, commit: Commit, options?: BrokerOptions, version?: ProtocolVersion];

const METHOD = { authenticationMethod: 'm' } as const;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function keepSession(client: RawClient): void {
  const properties = { sessionExpiryInterval: 600 };
  client.connect({ cleanStart: false, ...(client.version === 5 && { properties }) });
}

/** Loses the connection and connects again, to the session that was kept. */
function resume(broker: Broker, before: RawClient): RawClient {
  before.close();
  broker.faults.clear();
  const client = new RawClient(broker, before.version);
  keepSession(client);
  return client;
}

/** A connected client does something. */
const connected =
  (act: (client: RawClient) => void): Commit =>
  (client) => {
    client.connect();
    act(client);
  };

/** A connected client does something while the broker does not send its packets of one type. */
const unanswered =
  (type: 'puback' | 'pubrec' | 'suback', act: (client: RawClient) => void): Commit =>
  (client, broker) => {
    client.connect();
    broker.faults.add({ when: 'sent', type, effect: 'ignore' });
    act(client);
  };

/** A client does something, loses its connection, resumes its session and does something else. */
const resumed =
  (act: (client: RawClient) => void, actAgain: (client: RawClient) => void, lost?: 'puback' | 'pubcomp'): Commit =>
  (client, broker) => {
    keepSession(client);
    if (lost !== undefined) broker.faults.add({ when: 'sent', type: lost, effect: 'ignore' });
    act(client);
    const again = resume(broker, client);
    actAgain(again);
    return again;
  };

/** A client that was sent two messages, 1 and 2, acknowledges them wrongly. */
const acknowledging =
  (qos: 1 | 2, act: (client: RawClient) => void): Commit =>
  (client, broker) => {
    client.connect();
    client.subscribe(1, 'a');
    for (let count = 0; count < 2; count++) broker.publish({ topic: 'a', qos });
    act(client);
  };

const qos1 = (client: RawClient, packetId: number, duplicate = false): void =>
  client.publish({ qos: 1, packetId, duplicate });
const qos2 = (client: RawClient, packetId: number, duplicate = false): void =>
  client.publish({ qos: 2, packetId, duplicate });

const CRIMES: readonly Crime[] = [
  ['malformed', connected((client) => client.sendBytes(bytes(0xc1, 0x00)))],
  ['textFrame', connected((client) => client.sendText())],
  ['connectFirst', (client) => client.send({ type: 'pingreq' }), {}, 5],
  [
    'connectOnce',
    connected((client) => {
      const protocolVersion = client.version;
      client.send({ type: 'connect', protocolVersion, clientId: 'b', cleanStart: true, keepAliveSeconds: 0 });
    }),
  ],
  [
    'onlyAuthBeforeConnack',
    (client) => {
      client.send({
        type: 'connect',
        protocolVersion: 5,
        clientId: '',
        cleanStart: true,
        keepAliveSeconds: 0,
        properties: METHOD,
      });
      client.send({ type: 'pingreq' });
    },
    { authenticate: () => ({ next: 'continue' }) },
  ],
  [
    'authMethod',
    (client) => {
      client.connect({ properties: METHOD });
      client.send({ type: 'auth', reasonCode: 0x19, properties: { authenticationMethod: 'other' } });
    },
    { authenticate: () => ({ next: 'success' }) },
  ],
  ['authUninvited', connected((client) => client.send({ type: 'auth', reasonCode: 0x19, properties: METHOD }))],
  [
    'nothingAfterDisconnect',
    connected((client) => client.send({ type: 'disconnect', reasonCode: 0 }, { type: 'pingreq' })),
  ],
  [
    'closeAfterDisconnect',
    (client, _broker, advance) => {
      client.connect();
      client.send({ type: 'disconnect', reasonCode: 0 });
      advance(4_999);
      expect(client.isOpen).toBe(true);
      advance(1);
    },
  ],
  [
    'sessionExpiryRaised',
    connected((client) => client.send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 1 } })),
  ],
  ['packetIdInUse', unanswered('puback', (client) => [qos1(client, 7), qos1(client, 7)])],
  ['packetIdInUse', connected((client) => [qos2(client, 7), qos2(client, 7)])],
  ['packetIdInUse', connected((client) => [qos2(client, 7), client.subscribe(7, 'a')])],
  ['packetIdInUse', unanswered('suback', (client) => [client.subscribe(7, 'a'), qos1(client, 7)])],
  [
    'packetIdInUse',
    resumed(
      (client) => qos2(client, 7),
      (client) => client.publish({ qos: 2, packetId: 7, topic: 'b' }),
    ),
  ],
  [
    'duplicateMissing',
    resumed(
      (client) => qos2(client, 7),
      (client) => qos2(client, 7),
    ),
  ],
  [
    'duplicateMissing',
    resumed(
      (client) => qos1(client, 7),
      (client) => qos1(client, 7),
      'puback',
    ),
  ],
  [
    'contentChanged',
    resumed(
      (client) => qos2(client, 7),
      (client) => client.publish({ qos: 2, packetId: 7, duplicate: true, payload: bytes(1) }),
    ),
  ],
  ['resentOnSameConnection', connected((client) => [qos2(client, 7), qos2(client, 7, true)])],
  [
    'resentOnSameConnection',
    resumed(
      () => undefined,
      (client) => [qos1(client, 7), qos1(client, 7, true)],
    ),
    {},
    5,
  ],
  ['resentWithoutSession', connected((client) => qos1(client, 7, true))],
  ['resentWithoutSession', connected((client) => client.acknowledge('pubrel', 7))],
  [
    'resendOrder',
    resumed(
      (client) => [qos1(client, 7), qos1(client, 8)],
      (client) => [qos1(client, 8, true), qos1(client, 7, true)],
      'puback',
    ),
  ],
  [
    'publishAfterPubrec',
    resumed(
      (client) => qos2(client, 7),
      (client) => qos2(client, 7, true),
    ),
  ],
  [
    'publishAfterPubrel',
    resumed(
      (client) => [qos2(client, 7), client.acknowledge('pubrel', 7)],
      (client) => qos2(client, 7, true),
      'pubcomp',
    ),
  ],
  ['pubrelBeforePubrec', unanswered('pubrec', (client) => [qos2(client, 7), client.acknowledge('pubrel', 7)])],
  [
    'pubrelTwice',
    connected((client) => [qos2(client, 7), client.acknowledge('pubrel', 7), client.acknowledge('pubrel', 7)]),
    {},
    5,
  ],
  [
    'pubrelOrder',
    connected((client) => [
      qos2(client, 7),
      qos2(client, 8),
      client.acknowledge('pubrel', 8),
      client.acknowledge('pubrel', 7),
    ]),
  ],
  ['pubackOrder', acknowledging(1, (client) => [client.acknowledge('puback', 2), client.acknowledge('puback', 1)])],
  ['pubrecOrder', acknowledging(2, (client) => [client.acknowledge('pubrec', 2), client.acknowledge('pubrec', 1)])],
  ['ackForNothing', connected((client) => client.acknowledge('puback', 9))],
  ['ackForNothing', acknowledging(2, (client) => [client.acknowledge('pubrec', 1), client.acknowledge('pubrec', 1)])],
  ['ackOfOtherKind', acknowledging(2, (client) => client.acknowledge('puback', 1))],
  ['ackOfOtherKind', acknowledging(2, (client) => client.acknowledge('pubcomp', 1))],
  ['ackOfOtherKind', acknowledging(1, (client) => client.acknowledge('pubrec', 1))],
  ['ackOfOtherKind', unanswered('puback', (client) => [qos1(client, 7), client.acknowledge('pubrel', 7)])],
  [
    'receiveMaximum',
    connected((client) => [qos2(client, 7), qos2(client, 8), qos2(client, 9)]),
    { connack: { receiveMaximum: 2 } },
  ],
  ['maximumQoS', connected((client) => qos2(client, 7)), { connack: { maximumQoS: 1 } }],
  [
    'retainUnavailable',
    connected((client) => client.publish({ retain: true })),
    { connack: { retainAvailable: false } },
  ],
  [
    'maximumPacketSize',
    connected((client) => client.publish({ payload: new Uint8Array(20) })),
    { connack: { maximumPacketSize: 20 } },
  ],
  [
    'topicAliasTooLarge',
    connected((client) => client.publish({ properties: { topicAlias: 3 } })),
    { connack: { topicAliasMaximum: 2 } },
  ],
  [
    'topicAliasUnknown',
    connected((client) => client.publish({ topic: '', properties: { topicAlias: 1 } })),
    { connack: { topicAliasMaximum: 2 } },
  ],
  [
    'wildcardUnavailable',
    connected((client) => client.subscribe(1, 'a/+')),
    { connack: { wildcardSubscriptionAvailable: false } },
  ],
  [
    'identifierUnavailable',
    connected((client) => {
      const subscriptions = [{ filter: 'a', qos: 0 }] as const;
      client.send({ type: 'subscribe', packetId: 1, subscriptions, properties: { subscriptionIdentifier: 1 } });
    }),
    { connack: { subscriptionIdentifierAvailable: false } },
  ],
  [
    'sharedUnavailable',
    connected((client) => client.subscribe(1, '$share/group/a')),
    { connack: { sharedSubscriptionAvailable: false } },
  ],
];

/** Rules that the decoder refuses before the broker can: see `dispatch.test.ts`. */
const BY_PACKETS_ALONE: readonly RuleName[] = ['serverPacket', 'identifierInPublish', 'noLocalShared'];

/** Before the connection is complete, a server closes without DISCONNECT. */
const WITHOUT_A_WORD: ReadonlySet<RuleName> = new Set(['connectFirst', 'onlyAuthBeforeConnack']);

const cases = CRIMES.flatMap(([rule, commit, options = {}, only]) =>
  ([4, 5] as const)
    .filter((version) => RULES[rule][version] !== undefined && (only ?? version) === version)
    .map((version) => ({ rule, version, commit, options })),
);

describe('the rules of a client', () => {
  it.each(cases)('$rule is seen in version $version, and ends the connection where the table says so', (crime) => {
    let now = 0;
    const broker = new Broker({ ...crime.options, now: () => now });
    const first = new RawClient(broker, crime.version);
    const advance = (milliseconds: number): void => {
      now += milliseconds;
      broker.tick();
    };
    const client = crime.commit(first, broker, advance) ?? first;
    const { [crime.version]: rule = '', closeWith } = RULES[crime.rule];
    expect(broker.violations.map((violation) => [violation.name, violation.rule])).toEqual([[crime.rule, rule]]);
    expect(() => broker.assertNoViolations()).toThrow(`[${rule}]`);
    expect(client.isOpen).toBe(closeWith === undefined && crime.rule !== 'closeAfterDisconnect');
    const isTold = crime.version === 5 && closeWith !== undefined && !WITHOUT_A_WORD.has(crime.rule);
    const farewell = client.received.find(({ type }) => type === 'disconnect');
    expect(farewell).toEqual(isTold ? { type: 'disconnect', reasonCode: closeWith } : undefined);
  });

  it('are all broken by one of these clients', () => {
    const broken = new Set<string>([...CRIMES.map(([rule]) => rule), ...BY_PACKETS_ALONE]);
    expect(Object.keys(RULES).filter((name) => !broken.has(name))).toEqual([]);
  });
});
