import { describe, expect, it } from 'vitest';
import { Driver } from './testing/driver.test-helpers.ts';
import { online, opened } from './testing/durable.test-helpers.ts';
import {
  connack,
  message,
  publish,
  publish2,
  puback,
  pubcomp,
  pubrec,
  pubrel,
  resumed,
} from './testing/packets.test-helpers.ts';
import {
  closeStore,
  deliver,
  dial,
  failed,
  hangUp,
  openStore,
  send,
  settled,
  status,
  store,
} from './testing/seen.test-helpers.ts';

describe('a session with a store', () => {
  it('opens it before the first attempt', () => {
    const driver = new Driver({ isDurable: true });
    expect(driver.start()).toEqual([status('connecting'), openStore]);
    expect(driver.tell({ type: 'restored', records: [] })).toEqual([status('connecting'), dial(1, 5)]);
  });

  it('stores that the server has a session, and removes that when it has none', () => {
    const driver = opened();
    driver.opened();
    expect(driver.receive(connack())).toEqual([status('connected', 'connectionSuccess'), store('session', 5)]);
    driver.reconnect(connack({ sessionExpiryInterval: 0 }));
    expect(driver.lastActions).toContainEqual({ do: 'store', key: 'session', value: undefined });
  });

  it('stores QoS 1 before PUBLISH, and removes it before it settles', () => {
    const driver = online();
    expect(driver.publish(1)).toEqual([store('p1', { message: message(), packetId: 1 }), send(publish(1))]);
    expect(driver.receive(puback(1))).toEqual([store('p1'), settled(1, puback(1))]);
  });

  it('stores QoS 2 before PUBLISH, without the message before PUBREL, and removes it before it settles', () => {
    const driver = online();
    expect(driver.publish(1, { qos: 2 })).toEqual([
      store('p1', { message: message({ qos: 2 }), packetId: 1 }),
      send(publish2(1)),
    ]);
    expect(driver.receive(pubrec(1))).toEqual([
      store('p1'),
      store('p2', { packetId: 1, received: pubrec(1) }),
      send(pubrel(1)),
    ]);
    expect(driver.receive(pubcomp(1))).toEqual([store('p2'), settled(1, pubrec(1))]);
  });

  it('stores nothing of QoS 0', () => {
    const driver = online();
    expect(driver.publish(1, { qos: 0 })).toEqual([send(publish(), 1)]);
    expect(driver.receive(publish())).toEqual([deliver(0, publish())]);
  });

  it('stores what waits, and what waited before the store was open', () => {
    const driver = new Driver({ isDurable: true });
    driver.publish(1);
    driver.start();
    driver.publish(2, { topic: 'u' });
    const actions = driver.tell({ type: 'restored', records: [] });
    expect(actions.slice(0, 2)).toEqual([
      store('p1', { message: message(), expiresAt: 300_000 }),
      store('p2', { message: message({ qos: 1, topic: 'u' }), expiresAt: 300_000 }),
    ]);
    expect(driver.cancel(2)).toEqual([store('p2')]);
    expect(driver.pass(300_000)).toContainEqual(store('p1'));
  });

  it('stores a received QoS 2 message before it delivers it, that it was processed before PUBREC, and removes it before PUBCOMP', () => {
    const driver = online();
    expect(driver.receive(publish2(7))).toEqual([
      store('r1', { packetId: 7, packet: publish2(7) }),
      deliver(1, publish2(7)),
    ]);
    expect(driver.acknowledge(1)).toEqual([store('r1', { packetId: 7 }), send(pubrec(7))]);
    expect(driver.receive(pubrel(7))).toEqual([store('r1'), send(pubcomp(7))]);
  });

  it('keeps a received message that was released before its handler had finished', () => {
    const driver = online();
    driver.receive(publish2(7));
    expect(driver.tell({ type: 'acknowledge', delivery: 1, reasonCode: 0, unfinished: true })).toEqual([
      send(pubrec(7)),
    ]);
    expect(driver.receive(pubrel(7))).toEqual([
      store('r1', { packetId: 7, packet: publish2(7), isReleased: true }),
      send(pubcomp(7)),
    ]);
    expect(driver.tell({ type: 'processed', delivery: 1 })).toEqual([store('r1')]);
  });

  it('stores nothing of received QoS 1, which the server sends again', () => {
    const driver = online();
    expect(driver.receive(publish(7))).toEqual([deliver(1, publish(7))]);
    expect(driver.acknowledge(1)).toEqual([send(puback(7))]);
  });

  it('marks what the application was told has failed, which is not published anew when the session is lost', () => {
    const driver = online();
    driver.publish(1);
    const actions = driver.pass(60_000);
    expect(actions).toEqual([
      store('p1', { message: message(), packetId: 1, isGivenUp: true }),
      failed(1, 'ACK_TIMEOUT'),
    ]);
    const again = opened([{ key: 'p1', value: { message: message(), packetId: 1, isGivenUp: true } }]);
    again.opened();
    expect(again.receive(connack())).toEqual([
      status('connected', 'connectionSuccess'),
      store('session', 5),
      store('p1'),
    ]);
  });
});

describe('the end of a session with a store', () => {
  it('leaves it to the next page: what waited has failed, what was sent goes on', () => {
    const driver = online();
    driver.publish(1);
    expect(driver.stop()).toEqual([
      send({ type: 'disconnect', reasonCode: 0, properties: {} }),
      hangUp,
      store('p1', { message: message(), packetId: 1, isGivenUp: true }),
      failed(1, 'STOPPED'),
      closeStore,
      status('stopping'),
    ]);
    expect(driver.closed()).toEqual([status('stopped', 'stopped')]);
    expect(driver.start()).toEqual([status('connecting'), openStore]);
  });

  it('removes everything when the session is to end on the server, too', () => {
    const driver = online(
      [
        { key: 'p1', value: { message: message(), packetId: 1 } },
        { key: 'r1', value: { packetId: 8 } },
        { key: 'session', value: 5 },
      ],
      resumed(),
    );
    expect(driver.stop({ sessionExpirySeconds: 0 })).toEqual([
      send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } }),
      hangUp,
      store('session'),
      store('p1'),
      store('r1'),
      closeStore,
      status('stopping'),
    ]);
  });

  it('keeps everything after a failure that is final, and says nothing of what an earlier page published', () => {
    const driver = opened([{ key: 'p1', value: { message: message(), expiresAt: 9e9 } }], { reconnect: false });
    driver.publish(1);
    expect(driver.closed()).toEqual([
      hangUp,
      store('p2'),
      failed(1, 'SOCKET_OPEN_FAILED'),
      closeStore,
      status('failed', 'connectionFailure', 'SOCKET_OPEN_FAILED'),
    ]);
  });

  it('closes a store that is still being opened', () => {
    const driver = new Driver({ isDurable: true });
    driver.start();
    expect(driver.stop()).toEqual([closeStore, status('stopped', 'stopped')]);
    expect(driver.tell({ type: 'restored', records: [] })).toEqual([]);
  });
});

describe('a store that fails', () => {
  const failure = (code: 'STORE_FAILED' | 'SESSION_LOCKED') => ({ code, message: '', retryable: true });

  it('cannot be opened: the session goes on in memory, and says so', () => {
    const driver = new Driver({ isDurable: true });
    driver.start();
    expect(driver.tell({ type: 'storeFailed', failure: failure('STORE_FAILED') })).toEqual([
      { storeFailed: 'STORE_FAILED' },
      status('connecting'),
      dial(1, 5),
    ]);
    driver.opened();
    driver.receive(connack());
    expect(driver.publish(1)).toEqual([send(publish(1))]);
    expect(driver.stop()).toContainEqual(
      send({ type: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 0 } }),
    );
  });

  it('takes nothing more: what is under way goes on in memory', () => {
    const driver = online();
    driver.publish(1);
    expect(driver.tell({ type: 'storeFailed', failure: failure('STORE_FAILED') })).toEqual([
      { storeFailed: 'STORE_FAILED' },
    ]);
    expect(driver.receive(puback(1))).toEqual([settled(1, puback(1))]);
    expect(driver.reconnect(resumed())).toContainEqual(status('connected', 'connectionSuccess'));
  });

  it('is held by another page: that is final', () => {
    const driver = new Driver({ isDurable: true });
    driver.start();
    driver.publish(1);
    expect(driver.tell({ type: 'storeFailed', failure: failure('SESSION_LOCKED') })).toEqual([
      failed(1, 'SESSION_LOCKED'),
      closeStore,
      status('failed', 'connectionFailure', 'SESSION_LOCKED'),
    ]);
  });
});
