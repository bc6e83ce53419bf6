import type { ConnackPacket } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { type Driver, VERSIONS, connected } from './testing/driver.test-helpers.ts';
import { connack, puback, requests, resumed, suback, subscribe } from './testing/packets.test-helpers.ts';
import { type Seen, failed, packets, settled, types, unsubscribed } from './testing/seen.test-helpers.ts';

const brokerProfile = { hangsUpOnDeniedPublish: true };
const MOST_CONNECTIONS = 40;

/** Ends each connection as soon as it is asked for `denied/…`, and answers everything else. */
class Server {
  readonly #driver: Driver;
  readonly #answer: ConnackPacket;
  connections = 0;
  readonly seen: Seen[] = [];

  constructor(driver: Driver, answer: ConnackPacket) {
    this.#driver = driver;
    this.#answer = answer;
  }

  /** Plays its part until nothing is left to answer. */
  serve(actions: readonly Seen[]): void {
    let sent = packets(this.#saw(actions));
    for (let packet = sent.shift(); packet !== undefined; packet = sent.shift()) {
      if (packet.type === 'publish')
        sent.push(...packets(this.#saw(this.#driver.receive(puback(packet.packetId ?? 0)))));
      if (packet.type !== 'subscribe') continue;
      const { packetId, subscriptions } = packet;
      if (subscriptions.some(({ filter }) => filter.startsWith('denied/'))) {
        this.connections += 1;
        if (this.connections > MOST_CONNECTIONS) throw new Error('for ever');
        this.#saw(this.#driver.closed());
        sent = packets(this.#saw(this.#driver.comeBack(this.#answer)));
      } else sent.push(...packets(this.#saw(this.#driver.receive(suback(packetId, ...subscriptions.map(() => 1))))));
    }
  }

  #saw(actions: readonly Seen[]): readonly Seen[] {
    this.seen.push(...actions);
    return actions;
  }

  get failures(): Seen[] {
    return this.seen.filter((action) => 'failed' in action || 'unsubscribed' in action);
  }
}

describe.each(VERSIONS)('a subscription that ends every connection, in version %i', (protocolVersion) => {
  const online = (): Driver => connected({ protocolVersion, brokerProfile, ackTimeoutMs: 3_600_000 }, connack());

  describe.each([
    ['the session goes on', resumed()],
    ['it is lost each time', connack()],
  ])('when %s', (_, answer) => {
    it('[a subscription denied on 3.1.1 is not asked for for ever] fails after three connections', () => {
      const driver = online();
      const server = new Server(driver, answer);
      server.serve(driver.subscribe(1, 'denied/a'));
      expect(server.failures).toEqual([failed(1, 'SUBSCRIBE_REFUSED')]);
      expect(server.connections).toBe(3);
    });

    it('takes nothing with it: other subscriptions, and messages', () => {
      const driver = online();
      const server = new Server(driver, answer);
      driver.closed();
      for (const [op, filter] of ['a', 'b', 'denied/c', 'd', 'denied/e', 'f'].entries())
        driver.subscribe(op + 1, filter);
      for (const op of [10, 11, 12]) driver.publish(op);
      server.serve(driver.comeBack(answer));
      expect(server.failures).toEqual([failed(3, 'SUBSCRIBE_REFUSED'), failed(5, 'SUBSCRIBE_REFUSED')]);
      for (const op of [1, 2, 4, 6, 10, 11, 12])
        expect(server.seen, `operation ${op}`).toContainEqual(expect.objectContaining({ settled: op }));
    });
  });

  it('after a lost session: only what is not allowed any more is given up', () => {
    const driver = online();
    const granted = ['a', 'denied/b', 'c', 'd'];
    for (const [index, filter] of granted.entries()) {
      driver.subscribe(index, filter);
      driver.receive(suback(index + 1, 1));
    }
    driver.closed();
    const server = new Server(driver, connack());
    server.serve(driver.comeBack(connack()));
    expect(server.failures).toEqual([unsubscribed('denied/b', 'SUBSCRIBE_REFUSED')]);
    driver.closed();
    const renewed = packets(driver.comeBack(connack()));
    expect(renewed).toEqual([expect.objectContaining({ subscriptions: requests('a', 'c', 'd') })]);
  });

  it('does not hold up others for longer than two seconds, when the server says nothing at all', () => {
    const driver = online();
    driver.subscribe(1, 'a');
    driver.closed();
    expect(types(driver.comeBack(resumed()))).toEqual(['subscribe']);
    driver.subscribe(2, 'b');
    driver.publish(3);
    expect(types(driver.pass(2_000))).toEqual([]);
    expect(types(driver.pass(1))).toEqual(['subscribe']);
    expect(types(driver.pass(2_001))).toEqual(['publish']);
    expect(driver.receive(puback(4))).toEqual([settled(3, puback(4))]);
  });

  it('may be a message after all: a subscription is not blamed while one has no answer', () => {
    const driver = online();
    driver.publish(1);
    driver.subscribe(2, 'a');
    const found: Seen[] = [];
    for (let count = 0; count < 5; count++) {
      found.push(...driver.closed());
      driver.comeBack(resumed());
    }
    expect(found.filter((action) => 'failed' in action)).toEqual([failed(1, 'PUBLISH_REFUSED')]);
  });

  it('is asked for again and again of a server that is not known to hang up', () => {
    const driver = connected({ protocolVersion, ackTimeoutMs: 3_600_000 });
    driver.subscribe(1, 'a');
    for (let count = 0; count < 10; count++) {
      expect(driver.closed().filter((action) => 'failed' in action)).toEqual([]);
      expect(packets(driver.comeBack(resumed()))).toEqual([subscribe(count + 2, 'a')]);
    }
  });
});
