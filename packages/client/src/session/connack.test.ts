import { describe, expect, it } from 'vitest';
import { Driver, connected } from './testing/driver.test-helpers.ts';
import { connack, disconnect, pingresp, puback, publish, refused } from './testing/packets.test-helpers.ts';
import { hangUp, packets, send, status } from './testing/seen.test-helpers.ts';

function settingsOf(driver: Driver) {
  const events = driver.lastActions.flatMap((action) => (action.do === 'status' && action.event ? [action.event] : []));
  const success = events.find((event) => event.type === 'connectionSuccess');
  if (success === undefined) throw new Error('no success');
  return success.settings;
}

describe('the answer to CONNECT', () => {
  const greeted = (...args: ConstructorParameters<typeof Driver>): Driver => {
    const driver = new Driver(...args);
    driver.start();
    driver.opened();
    return driver;
  };

  it.each([publish(), puback(1), pingresp])('may be nothing but CONNACK: not $type [MQTT-3.2.0-1]', (packet) => {
    expect(greeted().receive(packet)).toEqual([
      send(disconnect(0x82)),
      hangUp,
      status('waiting', 'connectionFailure', 'PROTOCOL_ERROR', 1_000),
    ]);
    expect(greeted({ protocolVersion: 4 }).receive(packet)).toEqual([
      hangUp,
      status('waiting', 'connectionFailure', 'PROTOCOL_ERROR', 1_000),
    ]);
  });

  it('is not awaited any more after a DISCONNECT, whose reason is reported [MQTT-3.14.0-1]', () => {
    expect(greeted().receive(disconnect(0x89))).toEqual([
      hangUp,
      status('waiting', 'connectionFailure', 'SERVER_DISCONNECTED', 1_000),
    ]);
  });

  it('comes once [MQTT-3.2.0-2]', () => {
    const driver = connected();
    expect(driver.receive(connack())).toEqual([
      send(disconnect(0x82)),
      hangUp,
      status('waiting', 'disconnection', 'PROTOCOL_ERROR', 1_000),
    ]);
  });

  it('carries the failure with reason code and packet', () => {
    const driver = greeted();
    driver.receive(refused(0x87));
    expect(driver.lastActions.at(-1)).toMatchObject({
      event: { failure: { code: 'CONNACK_REFUSED', reasonCode: 0x87, packet: refused(0x87) }, connack: refused(0x87) },
    });
  });

  it('has to assign an identifier where the client has none, which is used from then on [MQTT-3.1.3-7] [MQTT-3.2.2-16]', () => {
    const driver = greeted({ clientId: '' });
    driver.receive(connack({ assignedClientIdentifier: 'assigned' }));
    expect(settingsOf(driver).clientId).toBe('assigned');
    driver.closed();
    driver.pass(1_000);
    expect(packets(driver.opened())[0]).toMatchObject({ type: 'connect', clientId: 'assigned' });

    expect(greeted({ clientId: '' }).receive(connack())).toEqual([
      send(disconnect(0x82)),
      hangUp,
      status('waiting', 'connectionFailure', 'PROTOCOL_ERROR', 1_000),
    ]);
  });

  it('names no authentication method that was not asked for [MQTT-4.12.0-6]', () => {
    expect(greeted().receive(connack({ authenticationMethod: 'x' }))[0]).toEqual(send(disconnect(0x82)));
  });

  it('says what is agreed on; what it leaves out has the value of the standard [MQTT-3.2.2-9] [MQTT-3.2.2-22] [SEC-3.2.2.3.2-a] [SEC-3.2.2.3.3-a]', () => {
    const driver = greeted({ keepAliveSeconds: 30 });
    driver.receive(connack());
    expect(settingsOf(driver)).toEqual({
      protocolVersion: 5,
      clientId: 'c',
      rejoinedSession: false,
      sessionExpirySeconds: 300,
      keepAliveSeconds: 30,
      receiveMaximum: 65_535,
      maximumQoS: 2,
      retainAvailable: true,
      maximumPacketSize: 268_435_460,
      topicAliasMaximum: 0,
      wildcardSubscriptionsAvailable: true,
      subscriptionIdentifiersAvailable: true,
      sharedSubscriptionsAvailable: true,
    });
  });

  it('overrides what was asked for, with zero and false too [MQTT-3.2.2-21] [SEC-3.2.2.3.2-a]', () => {
    const driver = greeted({ keepAliveSeconds: 30 });
    driver.receive(
      connack({
        sessionExpiryInterval: 0,
        serverKeepAlive: 0,
        receiveMaximum: 1,
        maximumQoS: 0,
        retainAvailable: false,
        maximumPacketSize: 100,
        topicAliasMaximum: 3,
        wildcardSubscriptionAvailable: false,
        subscriptionIdentifierAvailable: false,
        sharedSubscriptionAvailable: false,
        responseInformation: 'r',
        serverReference: 's',
      }),
    );
    expect(settingsOf(driver)).toEqual({
      protocolVersion: 5,
      clientId: 'c',
      rejoinedSession: false,
      sessionExpirySeconds: 0,
      keepAliveSeconds: 0,
      receiveMaximum: 1,
      maximumQoS: 0,
      retainAvailable: false,
      maximumPacketSize: 100,
      topicAliasMaximum: 3,
      wildcardSubscriptionsAvailable: false,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionsAvailable: false,
      responseInformation: 'r',
      serverReference: 's',
    });
  });
});
