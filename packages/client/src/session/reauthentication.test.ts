import { describe, expect, it } from 'vitest';
import {
  answer,
  auth,
  bytes,
  challenge,
  greeting,
  online,
  options,
  reject,
  renew,
} from './testing/authentication.test-helpers.ts';
import { Driver, connected } from './testing/driver.test-helpers.ts';
import { disconnect, pingreq, puback, publish, suback } from './testing/packets.test-helpers.ts';
import {
  authenticate,
  deliver,
  failed,
  hangUp,
  packets,
  send,
  settled,
  status,
  types,
} from './testing/seen.test-helpers.ts';

/** What is done when the server breaks the protocol. */
const brokenRenewal = [
  send(disconnect(0x82)),
  hangUp,
  failed(1, 'PROTOCOL_ERROR'),
  status('waiting', 'disconnection', 'PROTOCOL_ERROR', 1_000),
];

describe('re-authentication', () => {
  it('begins with AUTH 0x19 and the same method, and is over with AUTH 0x00 that the mechanism accepts [MQTT-4.12.1-1]', () => {
    const driver = online();
    expect(renew(driver, 1)).toEqual([authenticate('begin')]);
    expect(answer(driver, 1)).toEqual([send(auth(0x19, { authenticationData: bytes(1) }))]);
    expect(driver.receive(challenge(2))).toEqual([authenticate('respond', bytes(2))]);
    expect(answer(driver, 3)).toEqual([send(auth(0x18, { authenticationData: bytes(3) }))]);
    expect(driver.receive(auth(0, { authenticationData: bytes(4) }))).toEqual([authenticate('verify', bytes(4))]);
    expect(answer(driver)).toEqual([settled(1)]);
    expect(renew(driver, 2)).toEqual([authenticate('begin')]);
  });

  it('says nothing but method and data, so that there is nothing to leave out [MQTT-3.15.2-2] [MQTT-3.15.2-3]', () => {
    const driver = online();
    renew(driver, 1);
    answer(driver, 1);
    driver.receive(challenge(2));
    for (const packet of packets(answer(driver, 3)))
      expect(Object.keys('properties' in packet ? packet.properties : {})).toEqual([
        'authenticationMethod',
        'authenticationData',
      ]);
  });

  it('lets everything else go on meanwhile [SEC-4.12.1-a]', () => {
    const driver = online({ keepAliveSeconds: 10 });
    renew(driver, 1);
    expect(packets(driver.publish(2))).toEqual([publish(1)]);
    answer(driver, 1);
    expect(driver.receive(puback(1))).toEqual([settled(2, puback(1))]);
    driver.receive(challenge(2));
    expect(types(driver.subscribe(3, 'a'))).toEqual(['subscribe']);
    expect(driver.receive(suback(2, 0))).toEqual([settled(3, suback(2, 0))]);
    expect(driver.receive(publish())).toEqual([deliver(0, publish())]);
    expect(driver.pass(5_000)).toEqual([send(pingreq)]);
    answer(driver, 3);
    driver.receive(auth(0));
    expect(answer(driver)).toEqual([settled(1)]);
  });

  it('is one at a time', () => {
    const driver = online();
    renew(driver, 1);
    expect(renew(driver, 2)).toEqual([failed(2, 'INVALID_STATE')]);
    answer(driver, 1);
    expect(renew(driver, 3)).toEqual([failed(3, 'INVALID_STATE')]);
  });

  it('needs a method in CONNECT, a connection, and MQTT 5 [MQTT-4.12.0-7] [MQTT-4.12.1-1]', () => {
    expect(renew(connected(), 1)).toEqual([failed(1, 'INVALID_STATE')]);
    expect(renew(new Driver(options), 1)).toEqual([failed(1, 'INVALID_STATE')]);
    expect(renew(greeting(), 1)).toEqual([failed(1, 'INVALID_STATE')]);
    expect(renew(connected({ protocolVersion: 4 }), 1)).toEqual([failed(1, 'UNSUPPORTED_BY_SERVER')]);
  });

  it('costs no connection when the mechanism cannot even begin', () => {
    const driver = online();
    renew(driver, 1);
    expect(reject(driver)).toEqual([failed(1, 'AUTHENTICATION_FAILED')]);
    expect(renew(driver, 2)).toEqual([authenticate('begin')]);
  });

  it('costs no connection when its first packet is larger than the server takes [MQTT-3.2.2-15]', () => {
    const driver = online({}, { maximumPacketSize: 20 });
    renew(driver, 1);
    expect(answer(driver, ...Array.from({ length: 30 }, () => 0))).toEqual([failed(1, 'PACKET_TOO_LARGE')]);
  });

  it('ends the connection when the mechanism gives up, or the server does not prove itself [MQTT-4.12.1-2]', () => {
    const expected = [
      send(disconnect(0x80)),
      hangUp,
      failed(1, 'AUTHENTICATION_FAILED'),
      status('failed', 'disconnection', 'AUTHENTICATION_FAILED'),
    ];
    const atChallenge = online();
    renew(atChallenge, 1);
    answer(atChallenge, 1);
    atChallenge.receive(challenge(2));
    expect(reject(atChallenge)).toEqual(expected);
    const atEnd = online();
    renew(atEnd, 1);
    answer(atEnd, 1);
    atEnd.receive(auth(0));
    expect(reject(atEnd)).toEqual(expected);
  });

  it('fails with what ends the connection: the server says no, the network goes, stop [MQTT-4.12.1-2]', () => {
    const refused = online();
    renew(refused, 1);
    answer(refused, 1);
    expect(refused.receive(disconnect(0x87))).toContainEqual(failed(1, 'SERVER_DISCONNECTED'));
    const lost = online();
    renew(lost, 1);
    expect(lost.closed()).toContainEqual(failed(1, 'SOCKET_CLOSED'));
    const stopped = online();
    renew(stopped, 1);
    expect(stopped.stop()).toContainEqual(failed(1, 'STOPPED'));
    expect(answer(stopped, 1)).toEqual([]);
  });

  it.each([
    ['AUTH 0x19', [auth(0x19)]],
    ['AUTH with another method', [auth(0x18, { authenticationMethod: 'X' })]],
    ['AUTH 0x00 before our answer', [challenge(2), auth(0)]],
  ])('ends with a protocol error after %s [MQTT-4.12.0-5] [MQTT-3.15.2-1]', (_, received) => {
    const driver = online();
    renew(driver, 1);
    answer(driver, 1);
    expect(received.flatMap((packet) => driver.receive(packet)).slice(-4)).toEqual(brokenRenewal);
  });

  it('is not begun by the server: AUTH outside an exchange is a protocol error [SEC-4.12.1-a]', () => {
    for (const reasonCode of [0, 0x18])
      expect(online().receive(auth(reasonCode))).toContainEqual(
        status('waiting', 'disconnection', 'PROTOCOL_ERROR', 1_000),
      );
  });

  it('that takes too long ends the connection', () => {
    const driver = online({ ackTimeoutMs: 20_000 });
    renew(driver, 1);
    answer(driver, 1);
    expect(driver.pass(19_999)).toEqual([]);
    expect(driver.pass(1)).toEqual([
      send(disconnect(0x80)),
      hangUp,
      failed(1, 'AUTHENTICATION_FAILED'),
      status('failed', 'disconnection', 'AUTHENTICATION_FAILED'),
    ]);
    const impatient = online();
    renew(impatient, 1, 500);
    expect(impatient.pass(500)).toContainEqual(failed(1, 'AUTHENTICATION_FAILED'));
  });

  it('is not given up after an hour of sleep while the answer waits in the socket', () => {
    const driver = online();
    renew(driver, 1);
    answer(driver, 1);
    expect(driver.oversleep(3_600_000)).toEqual([]);
    driver.receive(auth(0));
    expect(answer(driver)).toEqual([settled(1)]);
  });

  it('goes on when nobody waits for it any more, without a word', () => {
    const driver = online();
    renew(driver, 1);
    driver.cancel(1);
    answer(driver, 1);
    expect(renew(driver, 2)).toEqual([failed(2, 'INVALID_STATE')]);
    driver.receive(auth(0));
    expect(answer(driver)).toEqual([]);
    expect(renew(driver, 3)).toEqual([authenticate('begin')]);
  });

  it('may have a Reason String only if the client asked for explanations [MQTT-3.1.2-29]', () => {
    const driver = online({ connectProperties: { requestProblemInformation: false } });
    renew(driver, 1);
    answer(driver, 1);
    expect(driver.receive(challenge(2))).toEqual([authenticate('respond', bytes(2))]);
    answer(driver, 1);
    expect(driver.receive(auth(0x18, { reasonString: 'x' })).slice(-4)).toEqual(brokenRenewal);
  });
});
