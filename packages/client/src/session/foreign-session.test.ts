import { describe, expect, it } from 'vitest';
import { Driver, connected } from './testing/driver.test-helpers.ts';
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
import { packets, settled } from './testing/seen.test-helpers.ts';

/** A client of 3.1.1 that goes on with a session of which it knows nothing. */
function adopted(): Driver {
  const driver = new Driver({ protocolVersion: 4, session: { behavior: 'rejoinAlways' } });
  driver.connect(resumed());
  return driver;
}

const TWENTY = Array.from({ length: 20 }, (_, index) => index + 1);

describe('a session of 3.1.1 that somebody else began', () => {
  it('has its identifiers cleared before the first is used for QoS 2: a message under one the server still holds would be lost [MQTT3-4.3.3-2]', () => {
    const driver = adopted();
    expect(packets(driver.publish(1, { qos: 2 }))).toEqual(TWENTY.map((id) => pubrel(id)));
    expect(packets(driver.receive(pubcomp(1)))).toEqual([publish2(1)]);
    expect(packets(driver.receive(pubrec(1)))).toEqual([pubrel(1)]);
    expect(driver.receive(pubcomp(1))).toEqual([settled(1, pubrec(1))]);
  });

  it('needs that once for each: later messages take those that are cleared', () => {
    const driver = adopted();
    driver.publish(1, { qos: 2 });
    for (const id of TWENTY) driver.receive(pubcomp(id));
    const sent = TWENTY.slice(1).flatMap((op) => packets(driver.publish(op, { qos: 2 })));
    expect(sent).toEqual(TWENTY.slice(1).map((id) => publish2(id)));
    driver.receive(pubrec(5, 0));
    driver.receive(pubcomp(5));
    expect(packets(driver.publish(30, { qos: 2 }))).toEqual([publish2(5)]);
  });

  it('lets QoS 0 and 1 pass at once, under other identifiers, but for QoS 1 behind QoS 2', () => {
    const driver = adopted();
    driver.publish(1, { qos: 2 });
    expect(packets(driver.publish(2, { qos: 1 }))).toEqual([]);
    expect(packets(driver.receive(pubcomp(1)))).toEqual([publish2(1)]);
    const other = adopted();
    expect(packets(other.publish(1, { qos: 1 }))).toEqual([publish(1)]);
    expect(packets(other.publish(2, { qos: 0 }))).toEqual([publish()]);
    expect(packets(other.publish(3, { qos: 2 })).at(0)).toEqual(pubrel(2));
    expect(other.receive(puback(1))).toEqual([settled(1, puback(1))]);
  });

  it('is asked again after a connection that was lost meanwhile', () => {
    const driver = adopted();
    driver.publish(1, { qos: 2 });
    expect(packets(driver.reconnect(resumed())).map(({ type }) => type)).toEqual(TWENTY.map(() => 'pubrel'));
    const { packetId } = packets(driver.receive(pubcomp(25)))[0] as { packetId: number };
    expect(packetId).toBe(25);
  });

  it('is forgotten with the session', () => {
    const driver = adopted();
    driver.reconnect(connack());
    expect(packets(driver.publish(1, { qos: 2 }))).toEqual([publish2(1)]);
  });

  it('is one that we know afterwards: what is under way is sent again as ever', () => {
    const driver = adopted();
    driver.publish(1, { qos: 2 });
    driver.receive(pubcomp(3));
    expect(packets(driver.reconnect(resumed()))).toEqual([publish2(3, { duplicate: true })]);
  });
});

it('a session that we began needs no clearing', () => {
  const driver = connected({ protocolVersion: 4 });
  expect(packets(driver.publish(1, { qos: 2 }))).toEqual([publish2(1)]);
  driver.reconnect(resumed());
  expect(packets(driver.publish(2, { qos: 2 }))).toEqual([publish2(2)]);
});
