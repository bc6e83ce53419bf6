import type { PacketType } from '@mqtide/codec';
import { createPair, type Pair, seededRandom } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { createClientWith } from './internal.ts';
import type { Subscription } from './subscription.ts';
import { watch, type Watched } from './testing/set-up.test-helpers.ts';

/*
 * A client is published through, subscribed, stopped, started and cut off at random, while an honest broker watches it
 * and another client hears what it publishes. Whatever happens: every promise settles, the broker finds no fault, a
 * QoS 2 message arrives once, one that was reported a success has arrived, and the order is kept.
 */
interface Published {
  readonly qos: 1 | 2;
  readonly payload: string;
  readonly outcome: Watched<unknown>;
}

const ANSWERS: readonly PacketType[] = ['puback', 'pubrec', 'pubcomp', 'suback', 'unsuback', 'connack'];
const FAULTY: readonly PacketType[] = ['publish', 'pubrel', 'subscribe', 'unsubscribe', 'connect', ...ANSWERS];

class Walk {
  readonly pair: Pair;
  readonly client: Client;
  readonly promises: (readonly [what: string, outcome: Watched<unknown>])[] = [];
  /** Publishes and subscriptions that nothing but the client itself may end. */
  readonly unbounded: Watched<unknown>[] = [];
  readonly published: Published[] = [];
  readonly arrived: string[] = [];
  readonly received: string[] = [];
  readonly #random: () => number;
  readonly #subscriptions: Subscription[] = [];
  readonly #controllers: AbortController[] = [];
  /** Handlers that have not finished with their message. */
  readonly #unfinished: (() => void)[] = [];
  #count = 0;

  constructor(seed: number, protocolVersion: 4 | 5) {
    this.#random = seededRandom(seed);
    this.pair = createPair({ seed, latencyMs: Math.floor(this.#random() * 30), record: false });
    const reconnect = { minDelayMs: 50, maxDelayMs: 1_000 };
    const options = { url: this.pair.url, protocolVersion, clientId: 'walker', reconnect };
    this.client = createClientWith({ ...options, onUnhandledError: () => {} }, this.pair);
    this.client.on('messageReceived', ({ message }) => {
      // With the QoS it came with, which may be lower than the publisher's.
      this.received.push(`${message.qos}${message.text().slice(1)}`);
    });
  }

  /** Another client, which nothing happens to, hears everything. */
  async observe(): Promise<Client> {
    const observer = createClientWith({ url: this.pair.url, clientId: 'observer' }, this.pair);
    const subscribed = watch(
      observer.subscribe('out/#', { qos: 2 }, (message) => void this.arrived.push(message.text())),
    );
    void observer.start();
    await this.pair.clock.advance(1_000);
    expect(subscribed.status).toBe('resolved');
    return observer;
  }

  async step(): Promise<void> {
    const [act] = this.#pick(this.#acts);
    act();
    if (this.#random() < 0.5) await this.pair.clock.advance(Math.floor(this.#random() * 200));
    else await this.pair.clock.settle();
  }

  /** Everything that was in the way is gone, and time enough passes. */
  async comeToRest(): Promise<void> {
    const { broker, clock } = this.pair;
    broker.faults.clear();
    this.pair.isReachable = true;
    this.#watch('start', this.client.start());
    // What was withheld lets more come, which may be withheld again.
    for (let seconds = 0; seconds < 900; seconds++) {
      this.#finish(1);
      await clock.advance(1_000);
    }
  }

  readonly #acts: readonly (readonly [() => void, weight: number])[] = [
    [() => this.#publish(), 40],
    [() => this.#subscribe(), 8],
    [() => this.#unsubscribe(), 4],
    [() => this.#sendIn(), 15],
    [() => this.#finish(this.#random()), 10],
    [() => this.#cutOff(), 6],
    [() => this.#addFault(), 4],
    [() => this.#controllers.splice(0).forEach((controller) => controller.abort('aborted')), 3],
    [() => void (this.pair.isReachable = this.#random() < 0.8), 8],
    [() => this.#watch('start', this.client.start()), 12],
    [() => this.#watch('stop', this.client.stop()), 1],
    [() => this.#watch('stop', this.client.stop({ drainMs: this.#random() * 1_000 })), 1],
  ];

  #publish(): void {
    this.#count += 1;
    const qos = Math.floor(this.#random() * 3) as 0 | 1 | 2;
    const payload = `${qos} ${this.#count}`;
    const bounds = this.#bounds();
    const outcome = this.#watch(`publish ${payload}`, this.client.publish('out/a', payload, { qos, ...bounds }));
    if (qos === 0) return;
    this.published.push({ qos, payload, outcome });
    if (bounds === undefined) this.unbounded.push(outcome);
  }

  #subscribe(): void {
    const filter = this.#pick([
      ['in/#', 1],
      ['in/a', 1],
      ['in/+', 1],
    ] as const)[0];
    const qos = Math.floor(this.#random() * 3) as 0 | 1 | 2;
    const [acknowledge] = this.#pick([
      ['onDelivery', 2],
      ['afterProcessing', 1],
      ['manual', 1],
    ] as const);
    const subscribed = this.client.subscribe(filter, { qos, acknowledge, ...this.#bounds() }, (message) => {
      if (this.#random() < 0.1) throw new Error('in the handler');
      if (acknowledge === 'onDelivery') return undefined;
      return new Promise<void>((resolve) => {
        this.#unfinished.push(() => {
          message.acknowledge();
          resolve();
        });
      });
    });
    this.#watch(`subscribe ${filter}`, subscribed);
    subscribed.then(
      (subscription) => this.#subscriptions.push(subscription),
      () => {},
    );
  }

  #unsubscribe(): void {
    const [subscription] = this.#subscriptions.splice(Math.floor(this.#random() * this.#subscriptions.length), 1);
    if (subscription !== undefined) this.#watch('unsubscribe', subscription.unsubscribe());
  }

  #sendIn(): void {
    this.#count += 1;
    const qos = Math.floor(this.#random() * 3) as 0 | 1 | 2;
    this.pair.broker.publish({ topic: 'in/a', payload: `${qos} ${this.#count}`, qos });
  }

  /** Some of the handlers finish, in any order. */
  #finish(share: number): void {
    for (const [index, finish] of [...this.#unfinished.entries()].reverse()) {
      if (this.#random() >= share) continue;
      this.#unfinished.splice(index, 1);
      finish();
    }
  }

  #cutOff(): void {
    if (this.pair.broker.connectedClients.includes('walker')) this.pair.broker.drop('walker');
  }

  #addFault(): void {
    const [type] = this.#pick(FAULTY.map((each) => [each, 1] as const));
    const effect = this.#random() < 0.5 ? 'closeBefore' : 'closeAfter';
    const isSent = ANSWERS.includes(type) || (type === 'publish' && this.#random() < 0.5);
    this.pair.broker.faults.add({ when: isSent ? 'sent' : 'received', type, clientId: 'walker', nth: 1, effect });
  }

  #bounds(): { signal?: AbortSignal; timeoutMs?: number } | undefined {
    const kind = this.#random();
    if (kind < 0.1) return { timeoutMs: Math.floor(this.#random() * 2_000) };
    if (kind > 0.2) return undefined;
    const controller = new AbortController();
    this.#controllers.push(controller);
    return { signal: controller.signal };
  }

  #watch<Value>(what: string, promise: Promise<Value>): Watched<Value> {
    const outcome = watch(promise);
    this.promises.push([what, outcome]);
    return outcome;
  }

  #pick<Row extends readonly [unknown, number]>(rows: readonly Row[]): Row {
    let left = this.#random() * rows.reduce((sum, [, weight]) => sum + weight, 0);
    return rows.find(([, weight]) => (left -= weight) < 0) ?? (rows[0] as Row);
  }
}

const once = (texts: readonly string[]): string[] => [...new Set(texts)];
const numberOf = (text: string): number => Number(text.split(' ')[1]);

function expectOnceAndInOrder(texts: readonly string[]): void {
  const exactlyOnce = texts.filter((each) => each.startsWith('2'));
  expect(exactlyOnce).toEqual(once(exactlyOnce));
  for (const qos of ['1', '2']) {
    const numbers = once(texts.filter((each) => each.startsWith(qos))).map(numberOf);
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
  }
}

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

describe.each([5, 4] as const)('a random walk in version %i', (version) => {
  it.each(SEEDS)('loses nothing and leaves nothing open (seed %i)', async (seed) => {
    const walk = new Walk(seed, version);
    const observer = await walk.observe();
    for (let steps = 0; steps < 400; steps++) await walk.step();
    await walk.comeToRest();
    const pending = walk.promises.flatMap(([what, { status }]) => (status === 'pending' ? [what] : []));
    expect(pending).toEqual([]);
    expect(walk.client.state.status).toBe('connected');
    // No answer was lost, so nothing may have timed out, and no session was, so nothing may have been given up.
    for (const { status, code } of walk.unbounded) if (status === 'rejected') expect(code).toBe('STOPPED');
    expectOnceAndInOrder(walk.arrived);
    expectOnceAndInOrder(walk.received);
    const arrived = new Set(walk.arrived);
    const missing = walk.published.filter(
      ({ outcome, payload }) => outcome.status === 'resolved' && !arrived.has(payload),
    );
    expect(missing.map(({ payload }) => payload)).toEqual([]);
    expect(walk.published.filter(({ outcome }) => outcome.status === 'resolved').length).toBeGreaterThan(10);
    const stopped = [walk.client.stop(), observer.stop()].map(watch);
    await walk.pair.clock.advance(10_000);
    expect(stopped.map(({ status }) => status)).toEqual(['resolved', 'resolved']);
    walk.pair.broker.assertNoViolations();
  });
});
