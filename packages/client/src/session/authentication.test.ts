import type { AuthPacket } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import {
  METHOD,
  accepted,
  answer,
  auth,
  bytes,
  challenge,
  greeting,
  online,
  options,
  reject,
} from './testing/authentication.test-helpers.ts';
import { Driver } from './testing/driver.test-helpers.ts';
import { connack, disconnect, publish } from './testing/packets.test-helpers.ts';
import { authenticate, deliver, dial, hangUp, packets, send, status, types } from './testing/seen.test-helpers.ts';

/** What is done when the server breaks the protocol during the handshake. */
const brokenGreeting = [
  send(disconnect(0x82)),
  hangUp,
  status('waiting', 'connectionFailure', 'PROTOCOL_ERROR', 1_000),
];

describe('authentication at connect', () => {
  it('names the method in CONNECT, with what the client says first [SEC-4.12-a]', () => {
    const driver = new Driver(options);
    driver.start();
    expect(packets(driver.opened({ authenticationData: bytes(1) }))[0]).toMatchObject({
      properties: { authenticationMethod: METHOD, authenticationData: bytes(1) },
    });
  });

  it('answers every challenge with AUTH 0x18 and the same method [MQTT-4.12.0-3] [MQTT-4.12.0-5] [MQTT-3.15.2-1]', () => {
    const driver = greeting();
    for (const value of [2, 4, 6]) {
      expect(driver.receive(challenge(value))).toEqual([authenticate('respond', bytes(value))]);
      expect(answer(driver, value + 1)).toEqual([send(auth(0x18, { authenticationData: bytes(value + 1) }))]);
    }
    expect(driver.receive(accepted({ authenticationData: bytes(9) }))).toEqual([authenticate('verify', bytes(9))]);
    expect(answer(driver)).toEqual([status('connected', 'connectionSuccess')]);
  });

  it('may have nothing to say in an answer', () => {
    const driver = greeting();
    driver.receive(auth(0x18));
    expect(answer(driver)).toEqual([send(auth(0x18))]);
  });

  it('sends nothing but AUTH before CONNACK, however long it takes [MQTT-3.1.2-30]', () => {
    const driver = greeting({ keepAliveSeconds: 1 });
    driver.publish(1);
    driver.subscribe(2, 'a');
    driver.receive(challenge(2));
    expect(driver.pass(5_000)).toEqual([]);
    expect(types(answer(driver, 3))).toEqual(['auth']);
    driver.receive(accepted());
    expect(types(answer(driver))).toEqual(['publish', 'subscribe']);
  });

  it('holds what follows the CONNACK until the server has proved itself, and then looks at it in order', () => {
    const driver = greeting();
    driver.receive(accepted());
    expect(driver.receive(publish(7))).toEqual([]);
    expect(driver.receive(publish(8))).toEqual([]);
    expect(answer(driver)).toEqual([
      status('connected', 'connectionSuccess'),
      deliver(1, publish(7)),
      deliver(2, publish(8)),
    ]);
    expect(driver.receive(publish(9))).toEqual([deliver(3, publish(9))]);
  });

  it('shows no Authentication Data in the CONNACK of the event', () => {
    const driver = greeting();
    driver.receive(accepted({ authenticationData: bytes(9), topicAliasMaximum: 3 }));
    answer(driver);
    expect(driver.lastActions[0]).toMatchObject({
      event: { connack: { properties: { authenticationMethod: METHOD, topicAliasMaximum: 3 } } },
    });
    expect(JSON.stringify(driver.lastActions)).not.toContain('authenticationData');
  });

  it('ends for good when the mechanism gives up, and is told to the server [SEC-4.12-b]', () => {
    const driver = greeting();
    driver.receive(challenge(2));
    expect(reject(driver)).toEqual([
      send(disconnect(0x80)),
      hangUp,
      status('failed', 'connectionFailure', 'AUTHENTICATION_FAILED'),
    ]);
    expect(driver.pass(86_400_000)).toEqual([]);
  });

  it('ends when the server does not prove itself; what came after its CONNACK was never there', () => {
    const driver = greeting();
    driver.receive(accepted());
    driver.receive(publish());
    expect(reject(driver).at(-1)).toEqual(status('failed', 'connectionFailure', 'AUTHENTICATION_FAILED'));
    expect(answer(driver)).toEqual([]);
  });

  it('is tried again with a mechanism that gets other credentials', () => {
    const driver = greeting({ credentialsChange: true });
    driver.receive(challenge(2));
    expect(reject(driver).at(-1)).toEqual(status('waiting', 'connectionFailure', 'AUTHENTICATION_FAILED', 1_000));
  });

  it.each([
    ['0x8C, final', 0x8c, {}, status('failed', 'connectionFailure', 'CONNACK_REFUSED')],
    ['0x87, final', 0x87, {}, status('failed', 'connectionFailure', 'CONNACK_REFUSED')],
    [
      '0x87, with other credentials next time',
      0x87,
      { credentialsChange: true },
      status('waiting', 'connectionFailure', 'CONNACK_REFUSED', 1_000),
    ],
  ])('is refused with %s [MQTT-4.12.0-1] [MQTT-4.12.0-4]', (_, reasonCode, overrides, expected) => {
    const before = greeting(overrides);
    expect(before.receive(connack({}, { reasonCode })).at(-1)).toEqual(expected);
    // In the middle, also while the mechanism thinks.
    const amid = greeting(overrides);
    amid.receive(challenge(2));
    expect(amid.receive(connack({}, { reasonCode })).at(-1)).toEqual(expected);
    expect(answer(amid, 3)).toEqual([]);
  });

  it.each([
    ['AUTH 0x00', [auth(0)]],
    ['AUTH 0x19', [auth(0x19)]],
    ['AUTH with another method', [auth(0x18, { authenticationMethod: 'X' })]],
    ['AUTH without a method', [{ type: 'auth', reasonCode: 0x18 } as AuthPacket]],
    ['two challenges at once', [challenge(2), challenge(3)]],
    ['CONNACK without a method', [connack()]],
    ['CONNACK with another method', [connack({ authenticationMethod: 'X' })]],
    ['CONNACK before our answer', [challenge(2), accepted()]],
    ['PUBLISH', [publish()]],
  ])(
    'ends with a protocol error after %s [MQTT-4.12.0-2] [MQTT-4.12.0-5] [MQTT-3.15.2-1] [SEC-3.15-a] [MQTT-3.2.0-1]',
    (_, received) => {
      const driver = greeting();
      expect(received.flatMap((packet) => driver.receive(packet)).slice(-3)).toEqual(brokenGreeting);
      expect(answer(driver, 1)).toEqual([]);
    },
  );

  it.each([
    ['AUTH', auth(0x18)],
    ['a CONNACK with a method', accepted()],
  ])('without a method in CONNECT does not take %s [MQTT-4.12.0-6]', (_, packet) => {
    const driver = new Driver();
    driver.start();
    driver.opened();
    expect(driver.receive(packet)).toEqual(brokenGreeting);
  });

  it('has the time of the attempt, whoever is silent', () => {
    const silentServer = greeting();
    expect(silentServer.pass(15_000)).toContainEqual(status('waiting', 'connectionFailure', 'CONNECT_TIMEOUT', 1_000));
    const silentMechanism = greeting();
    silentMechanism.receive(challenge(2));
    expect(silentMechanism.pass(15_000)).toContainEqual(
      status('waiting', 'connectionFailure', 'CONNECT_TIMEOUT', 1_000),
    );
    expect(silentMechanism.pass(1_000)).toContainEqual(dial(2, 5));
    // The answer to the attempt before comes now.
    expect(answer(silentMechanism, 3)).toEqual([]);
    silentMechanism.opened();
    expect(answer(silentMechanism, 3)).toEqual([]);
    expect(silentMechanism.receive(challenge(2))).toEqual([authenticate('respond', bytes(2))]);
  });

  it('can be stopped in the middle', () => {
    const driver = greeting();
    driver.receive(challenge(2));
    expect(types(driver.stop())).toEqual(['disconnect']);
    expect(answer(driver, 3)).toEqual([]);
    expect(driver.closed()).toEqual([status('stopped', 'stopped')]);
  });

  it('begins anew with every connection', () => {
    const driver = online();
    driver.closed();
    driver.pass(1_000);
    driver.opened({ authenticationData: bytes(1) });
    expect(driver.receive(challenge(2))).toEqual([authenticate('respond', bytes(2))]);
  });

  it('ends when the mechanism says more than a packet can hold', () => {
    const driver = greeting();
    driver.receive(challenge(2));
    expect(driver.tell({ type: 'unsendable', packet: auth(0x18), message: 'too long' }).at(-1)).toEqual(
      status('failed', 'connectionFailure', 'AUTHENTICATION_FAILED'),
    );
  });
});
