/*
 * A client and the broker walk together over seeded random steps. The client is taken to be right, so a violation that
 * the broker sees, or a message that gets lost, is a fault of one of the two.
 */
import type { PacketType, QoS } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import type { FaultEffect } from './broker/faults.ts';
import { createPair, type Pair } from './pair.ts';
import { RawClient } from './raw-client.ts';
import { seededRandom } from './random.ts';

interface Walk {
  readonly seed: number;
  readonly version: 4 | 5;
  readonly steps: number;
  /** Whether the broker may lose sessions; then not every message arrives. */
  readonly losesSessions: boolean;
}

const FAULTY: readonly PacketType[] = ['publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'connack', 'suback'];
/** What a broker answers has to arrive, or the connection has to end: it is never sent twice on a connection. */
const EFFECTS: readonly FaultEffect[] = ['closeBefore', 'closeAfter'];

async function walk({ seed, version, steps, losesSessions }: Walk) {
  const random = seededRandom(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const oneOf = <Value>(values: readonly Value[]): Value => values[pick(values.length)] as Value;
  const pair = createPair({
    seed,
    latencyMs: pick(3) * 20,
    record: false,
    broker: {
      connack: () => ({ receiveMaximum: 1 + pick(5), topicAliasMaximum: pick(3) }),
      overlapping: oneOf(['once', 'each']),
    },
  });
  const client = pair.createClient({
    clientId: 'walker',
    protocolVersion: version,
    limits: { receiveMaximum: 1 + pick(4) },
    ackTimeoutMs: 7_200_000,
    offlineQueue: { maxAgeMs: 7_200_000 },
  });
  const received: string[] = [];
  let settled = 0;
  const failures: unknown[] = [];
  const watch = (operation: Promise<unknown>): void => {
    operation.then(
      () => settled++,
      (error: unknown) => failures.push(error),
    );
  };
  await Promise.all([client.start(), pair.clock.advance(1_000)]);
  watch(client.subscribe('a/#', { qos: 2 }, (message) => void received.push(message.text())));
  await pair.clock.advance(1_000);
  let published = 0;
  for (let step = 0; step < steps; step++) {
    const choice = pick(24);
    const qos = (1 + pick(2)) as QoS;
    if (choice < 12) watch(client.publish(`a/${pick(3)}`, `${published++} of QoS ${qos}`, { qos }));
    else if (choice < 16) await pair.clock.advance(pick(80));
    else if (choice < 17) await pair.clock.settle();
    else if (choice < 18) pair.broker.publish({ topic: 'a/b', payload: `broker ${step}`, qos: pick(3) as QoS });
    else await disturb(pair, choice - 18);
  }
  pair.isReachable = true;
  pair.broker.faults.clear();
  if (!pair.broker.connectedClients.includes('walker')) await pair.clock.advance(600_000);
  // What is held or swallowed is only given up with the connection.
  pair.transport.last.drop();
  await pair.clock.advance(3_600_000);
  return { pair, received, published, settled, failures };

  async function disturb({ broker, clock, transport }: Pair, kind: number): Promise<void> {
    if (kind === 0) transport.last.drop();
    else if (kind === 1) {
      transport.last.stall(oneOf(['both', 'toServer', 'toClient']));
      await clock.advance(pick(300));
      transport.last.resume();
    } else if (kind === 2) {
      const when = oneOf(['received', 'sent'] as const);
      broker.faults.add({ when, type: oneOf(FAULTY), nth: 1 + pick(3), effect: oneOf(EFFECTS) });
    } else if (kind === 3) {
      const remove = broker.faults.add({ when: 'sent', type: oneOf(FAULTY), effect: 'hold' });
      await clock.advance(pick(100));
      remove();
      broker.faults.release();
    } else if (kind === 4) {
      pair.isReachable = !pair.isReachable;
      if (!pair.isReachable) transport.last.drop();
      await clock.advance(pick(5_000));
    } else if (losesSessions && pick(2) === 0) {
      broker.restartEmpty();
    } else if (losesSessions) {
      const rival = new RawClient(broker, version);
      const cleanStart = pick(2) === 0;
      rival.send({ type: 'connect', protocolVersion: version, clientId: 'walker', cleanStart, keepAliveSeconds: 0 });
      rival.close();
    }
  }
}

const SEEDS = Array.from({ length: 15 }, (_, index) => index + 1);
const VERSIONS = [4, 5] as const;

describe('random walk of a client and the broker', () => {
  it.each(VERSIONS.flatMap((version) => SEEDS.map((seed) => ({ version, seed }))))(
    'breaks no rule and loses nothing in version $version (seed $seed)',
    async ({ version, seed }) => {
      const { pair, received, published, settled, failures } = await walk({
        seed,
        version,
        steps: 300,
        losesSessions: false,
      });
      pair.broker.assertNoViolations();
      expect(failures).toEqual([]);
      expect(settled).toBe(published + 1);
      const messages = received.filter((text) => !text.startsWith('broker'));
      expect(new Set(messages).size).toBe(published);
      const exactlyOnce = messages.filter((text) => text.endsWith('QoS 2'));
      expect(exactlyOnce.length).toBe(new Set(exactlyOnce).size);
      const session = pair.broker.session('walker');
      expect([session?.inFlight.size, session?.incoming.size, session?.queue.length]).toEqual([0, 0, 0]);
    },
  );

  it.each(VERSIONS.flatMap((version) => SEEDS.map((seed) => ({ version, seed }))))(
    'breaks no rule and settles everything in version $version when sessions are lost (seed $seed)',
    async ({ version, seed }) => {
      const { pair, published, settled, failures } = await walk({ seed, version, steps: 300, losesSessions: true });
      pair.broker.assertNoViolations();
      expect(settled + failures.length).toBe(published + 1);
    },
  );
});
