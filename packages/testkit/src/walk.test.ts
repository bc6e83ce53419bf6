import { createClientWith } from '@mqtide/client/internal';
import { describe, expect, it } from 'vitest';
import { createPair } from './pair.ts';
import { seededRandom } from './random.ts';

/** What went wrong and what was lost must be told apart: the broker is honest, so only the wire does harm. */
async function walk(seed: number, protocolVersion: 4 | 5, steps: number) {
  const random = seededRandom(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const pair = createPair({
    seed,
    latencyMs: pick(3) * 20,
    record: false,
    broker: { connack: { receiveMaximum: 1 + pick(5) }, overlapping: pick(2) === 0 ? 'once' : 'each' },
  });
  const client = createClientWith(
    {
      url: pair.url,
      clientId: 'walker',
      protocolVersion,
      limits: { receiveMaximum: 1 + pick(4) },
      ackTimeoutMs: 3_600_000,
    },
    pair,
  );
  const received: string[] = [];
  const outcomes: string[] = [];
  void client.start();
  await pair.clock.advance(100);
  void client.subscribe('a/#', { qos: 2 }, (message) => received.push(message.text()));
  await pair.clock.advance(100);
  let sent = 0;
  for (let step = 0; step < steps; step++) {
    const choice = pick(20);
    if (choice < 12) {
      const text = `${sent++}`;
      client.publish('a/b', text, { qos: (1 + pick(2)) as 1 | 2 }).then(
        () => outcomes.push(text),
        (error: unknown) => outcomes.push(`${text} failed: ${String(error)}`),
      );
    } else if (choice < 16) await pair.clock.advance(pick(60));
    else if (choice < 17) pair.transport.last.drop();
    else if (choice < 18) pair.broker.publish({ topic: 'a/c', payload: `broker ${step}`, qos: 2 });
    else if (choice < 19) {
      pair.transport.last.stall();
      await pair.clock.advance(pick(200));
      pair.transport.last.resume();
    } else await pair.clock.settle();
  }
  await pair.clock.advance(600_000);
  return { pair, received, outcomes, sent };
}

describe('random walk of a client and the broker', () => {
  for (const protocolVersion of [4, 5] as const) {
    for (let seed = 1; seed <= 20; seed++) {
      it(`finds no violation and loses nothing in version ${protocolVersion} (seed ${seed})`, async () => {
        const { pair, received, outcomes, sent } = await walk(seed, protocolVersion, 300);
        pair.broker.assertNoViolations();
        expect(outcomes.filter((outcome) => outcome.includes('failed'))).toEqual([]);
        expect(outcomes.length).toBe(sent);
        expect(new Set(received.filter((text) => !text.startsWith('broker'))).size).toBe(sent);
        expect(pair.broker.session('walker')?.inFlight.size).toBe(0);
        expect(pair.broker.session('walker')?.incoming.size).toBe(0);
      });
    }
  }
});
