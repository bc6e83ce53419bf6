import { describe, expect, it } from 'vitest';
import { type Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import {
  connack,
  puback,
  pubcomp,
  publish,
  publish2,
  pubrec,
  pubrel,
  resumed,
} from './testing/packets.test-helpers.ts';
import { deliver, packets, send } from './testing/seen.test-helpers.ts';

const DAY = 86_400_000;

describe.each(VERSIONS)('receiving in version %i', (protocolVersion) => {
  const online = (): Driver => connected({ protocolVersion });
  const notFound = protocolVersion === 5 ? 0x92 : 0;

  it('QoS 0: delivers and answers nothing [MQTT-3.3.4-1] [MQTT3-3.3.4-1]', () => {
    const packet = publish(undefined, { topic: 'a', payload: new Uint8Array([1]), retain: true });
    expect(online().receive(packet)).toEqual([deliver(0, packet)]);
  });

  it('delivers an empty payload [SEC-3.3.3-a]', () => {
    expect(online().receive(publish())).toEqual([deliver(0, publish())]);
  });

  it('delivers a packet as it is, with every user property in its order [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT3-3.3.1-8] [MQTT3-3.3.1-9]', () => {
    const userProperties = [
      ['a', '1'],
      ['b', ''],
      ['a', '1'],
    ] as const;
    const packet = publish(undefined, { retain: true, properties: { userProperties, subscriptionIdentifier: [1, 1] } });
    const [action] = online().receive(packet);
    expect(action).toEqual(deliver(0, packet));
  });

  it('QoS 1: answers PUBACK when the application is done [MQTT-3.3.4-1] [MQTT-4.3.2-4] [MQTT-2.2.1-5] [MQTT3-3.3.4-1] [MQTT3-4.3.2-2] [MQTT3-2.3.1-6]', () => {
    const driver = online();
    expect(driver.receive(publish(700))).toEqual([deliver(1, publish(700))]);
    expect(driver.pass(DAY)).toEqual([]);
    expect(driver.acknowledge(1)).toEqual([send(puback(700))]);
    expect(driver.acknowledge(1)).toEqual([]);
  });

  it('QoS 1: takes the same identifier for a new message after PUBACK, whatever DUP says [MQTT-4.3.2-5] [MQTT3-4.3.2-2]', () => {
    const driver = online();
    driver.receive(publish(7));
    driver.acknowledge(1);
    expect(driver.receive(publish(7, { duplicate: true }))).toEqual([deliver(2, publish(7, { duplicate: true }))]);
    expect(driver.acknowledge(2)).toEqual([send(puback(7))]);
  });

  it('QoS 2: PUBREC when the application is done, PUBCOMP after PUBREL [MQTT-4.3.3-8] [MQTT-4.3.3-11] [MQTT3-4.3.3-2]', () => {
    const driver = online();
    expect(driver.receive(publish2(7))).toEqual([deliver(1, publish2(7))]);
    expect(driver.acknowledge(1)).toEqual([send(pubrec(7))]);
    expect(driver.receive(pubrel(7))).toEqual([send(pubcomp(7))]);
  });

  it('QoS 2: takes the same identifier for a new message after PUBCOMP [MQTT-4.3.3-12] [MQTT3-4.3.3-2]', () => {
    const driver = online();
    driver.receive(publish2(7));
    driver.acknowledge(1);
    driver.receive(pubrel(7));
    expect(driver.receive(publish2(7))).toEqual([deliver(2, publish2(7))]);
  });

  it('QoS 2: answers a repeated PUBLISH without delivering it twice, also after a day [MQTT-4.1.0-1] [MQTT3-4.1.0-2] [MQTT-4.3.3-10] [MQTT3-4.3.3-2]', () => {
    const driver = online();
    driver.receive(publish2(7));
    driver.acknowledge(1);
    expect(driver.receive(publish2(7, { duplicate: true }))).toEqual([send(pubrec(7))]);
    driver.pass(DAY);
    expect(driver.receive(publish2(7))).toEqual([send(pubrec(7))]);
    expect(driver.receive(pubrel(7))).toEqual([send(pubcomp(7))]);
  });

  it('QoS 2: delivers once what is repeated before the application is done, and then answers [MQTT-4.3.3-10] [MQTT3-4.3.3-2]', () => {
    const driver = online();
    driver.receive(publish2(7));
    expect(driver.receive(publish2(7, { duplicate: true }))).toEqual([]);
    expect(driver.acknowledge(1)).toEqual([send(pubrec(7))]);
  });

  it('QoS 2: delivers once what is repeated in the next connection [MQTT-4.3.3-10] [MQTT3-4.3.3-2]', () => {
    const driver = online();
    driver.receive(publish2(7));
    driver.acknowledge(1);
    driver.receive(publish2(8));
    driver.reconnect(resumed());
    expect(driver.receive(publish2(7, { duplicate: true }))).toEqual([send(pubrec(7))]);
    expect(driver.receive(publish2(8, { duplicate: true }))).toEqual([]);
    expect(driver.acknowledge(2)).toEqual([send(pubrec(8))]);
    expect(driver.receive(pubrel(7))).toEqual([send(pubcomp(7))]);
    expect(driver.receive(pubrel(8))).toEqual([send(pubcomp(8))]);
  });

  it('QoS 2: completes in the next connection what PUBREC had answered in this one', () => {
    const driver = online();
    driver.receive(publish2(7));
    driver.acknowledge(1);
    driver.reconnect(resumed());
    expect(driver.receive(pubrel(7))).toEqual([send(pubcomp(7))]);
    expect(driver.receive(pubrel(7))).toEqual([send(pubcomp(7, notFound))]);
  });

  it('QoS 2: has no message for an application that is done after the connection is lost; the server repeats it', () => {
    const driver = online();
    driver.receive(publish2(7));
    driver.closed();
    expect(driver.acknowledge(1)).toEqual([]);
    expect(packets(driver.comeBack(resumed()))).toEqual([]);
    expect(driver.receive(publish2(7, { duplicate: true }))).toEqual([send(pubrec(7))]);
  });

  it('answers PUBREL for what it does not know, so that the server does not wait for ever [MQTT-4.3.3-11] [MQTT3-4.3.3-2]', () => {
    expect(online().receive(pubrel(7))).toEqual([send(pubcomp(7, notFound))]);
  });

  it('QoS 2: forgets what it has when the server lost the session [MQTT-3.2.2-5]', () => {
    const driver = online();
    driver.receive(publish2(7));
    driver.reconnect(connack());
    expect(driver.acknowledge(1)).toEqual([]);
    expect(driver.receive(publish2(7))).toEqual([deliver(2, publish2(7))]);
    expect(driver.acknowledge(2)).toEqual([send(pubrec(7))]);
  });

  it("QoS 1: answers no message of the last connection in this one, where the identifier may be another's", () => {
    const driver = online();
    driver.receive(publish(7));
    driver.reconnect(resumed());
    expect(driver.acknowledge(1)).toEqual([]);
    expect(driver.receive(publish(7, { topic: 'another' }))).toEqual([deliver(2, publish(7, { topic: 'another' }))]);
    expect(driver.acknowledge(1)).toEqual([]);
    expect(driver.acknowledge(2)).toEqual([send(puback(7))]);
  });

  it('acknowledges in the order in which messages came, however the application is done with them [MQTT-4.6.0-2] [MQTT-4.6.0-3] [MQTT3-4.6.0-2] [MQTT3-4.6.0-3]', () => {
    const driver = online();
    driver.receive(publish(1));
    driver.receive(publish2(2));
    driver.receive(publish(3));
    driver.receive(publish2(4));
    expect(driver.acknowledge(3)).toEqual([]);
    expect(driver.acknowledge(2)).toEqual([]);
    expect(packets(driver.acknowledge(1))).toEqual([puback(1), pubrec(2), puback(3)]);
    expect(packets(driver.acknowledge(4))).toEqual([pubrec(4)]);
  });

  it('acknowledges in the order of this connection what the application is done with in any [MQTT-4.6.0-2] [MQTT-4.6.0-3]', () => {
    const driver = online();
    driver.receive(publish2(1));
    driver.receive(publish2(2));
    driver.receive(publish2(3));
    driver.acknowledge(3);
    driver.closed();
    driver.acknowledge(1);
    driver.comeBack(resumed());
    expect(packets(driver.receive(publish2(2, { duplicate: true })))).toEqual([]);
    expect(packets(driver.receive(publish2(3, { duplicate: true })))).toEqual([]);
    expect(packets(driver.receive(publish2(1, { duplicate: true })))).toEqual([]);
    expect(packets(driver.acknowledge(2))).toEqual([pubrec(2), pubrec(3), pubrec(1)]);
  });

  it('answers PUBREL at once, whatever the application has not done yet', () => {
    const driver = online();
    driver.receive(publish2(1));
    driver.acknowledge(1);
    driver.receive(publish(2));
    expect(driver.receive(pubrel(1))).toEqual([send(pubcomp(1))]);
  });

  it('answers every message, also one that nobody wants [MQTT-4.5.0-2] [MQTT3-4.5.0-2]', () => {
    const driver = online();
    driver.receive(publish(1, { topic: 'nobody/subscribed' }));
    expect(driver.acknowledge(1)).toEqual([send(puback(1))]);
  });

  it('finishes an exchange whose message has expired here [MQTT-4.3.3-13]', () => {
    const driver = online();
    driver.receive(publish2(1, protocolVersion === 5 ? { properties: { messageExpiryInterval: 0 } } : {}));
    driver.pass(DAY);
    expect(driver.acknowledge(1)).toEqual([send(pubrec(1))]);
    expect(driver.receive(pubrel(1))).toEqual([send(pubcomp(1))]);
  });

  it('keeps identifiers of the server apart from its own [SEC-2.2.1-c]', () => {
    const driver = online();
    driver.publish(1, { qos: 2 });
    driver.receive(publish2(1));
    expect(driver.acknowledge(1)).toEqual([send(pubrec(1))]);
    expect(driver.receive(pubrec(1))).toEqual([send(pubrel(1))]);
    expect(driver.receive(pubrel(1))).toEqual([send(pubcomp(1))]);
    expect(driver.receive(pubcomp(1))).toHaveLength(1);
  });
});

describe('refusing a message', () => {
  it('QoS 1: PUBACK carries the code [MQTT-3.4.2-1]', () => {
    const driver = connected();
    driver.receive(publish(7));
    expect(driver.acknowledge(1, 0x99)).toEqual([send(puback(7, 0x99))]);
  });

  it("QoS 2: PUBREC carries the code and ends the exchange: the identifier is a new message's [MQTT-4.3.3-9] [MQTT-3.5.2-1]", () => {
    const driver = connected();
    driver.receive(publish2(7));
    expect(driver.acknowledge(1, 0x97)).toEqual([send(pubrec(7, 0x97))]);
    expect(driver.receive(publish2(7))).toEqual([deliver(2, publish2(7))]);
  });

  it('cannot be said in 3.1.1 [SEC3-3.3.5-a]', () => {
    const driver = connected({ protocolVersion: 4 });
    driver.receive(publish(7));
    driver.receive(publish2(8));
    expect(driver.acknowledge(1, 0x97)).toEqual([send(puback(7))]);
    expect(driver.acknowledge(2, 0x97)).toEqual([send(pubrec(8))]);
    expect(driver.receive(publish2(8, { duplicate: true }))).toEqual([send(pubrec(8))]);
  });
});
