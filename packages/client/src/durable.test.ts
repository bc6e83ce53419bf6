import { type Fault, MemoryStore, type Pair, createPair } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import { createClientWith } from './internal.ts';
import { Page } from './testing/page.test-helpers.ts';
import { watch } from './testing/set-up.test-helpers.ts';

interface World {
  readonly pair: Pair;
  readonly store: MemoryStore;
  /** What arrived of the page's messages. */
  readonly arrived: string[];
}

/** A broker with a witness that hears what the page publishes. */
async function world(): Promise<World> {
  const pair = createPair();
  const arrived: string[] = [];
  const witness = createClientWith({ url: pair.url, clientId: 'witness' }, pair);
  void witness.subscribe('out/#', { qos: 2 }, (message) => void arrived.push(message.text()));
  void witness.start();
  await pair.clock.settle();
  return { pair, store: new MemoryStore(), arrived };
}

const of = (when: Fault['when'], type: Fault['type'] & string, effect: Fault['effect'] = 'closeBefore'): Fault => ({
  when,
  type,
  effect,
  clientId: 'page',
  nth: 1,
});

const STEPS: Readonly<Record<string, readonly Fault[]>> = {
  'before PUBLISH arrives': [of('received', 'publish')],
  'before PUBACK or PUBREC arrives': [of('sent', 'puback'), of('sent', 'pubrec')],
  'before PUBREL arrives': [of('received', 'pubrel')],
  'before PUBCOMP arrives': [of('sent', 'pubcomp')],
  'after everything': [],
};

describe.each([5, 4] as const)('a page that dies while it publishes, version %i', (protocolVersion) => {
  describe.each([1, 2] as const)('QoS %i', (qos) => {
    it.each(Object.keys(STEPS))('%s, loses nothing [MQTT-4.1.0-1] [MQTT3-4.1.0-1]', async (step) => {
      const { pair, store, arrived } = await world();
      const first = new Page(pair, store, { protocolVersion });
      await first.start();
      for (const fault of STEPS[step] ?? []) pair.broker.faults.add(fault);
      const outcome = watch(first.client.publish('out/a', 'x', { qos }));
      pair.isReachable = false;
      await pair.clock.settle();
      const isOver = step === 'after everything' || (qos === 1 && /PUBREL|PUBCOMP/.test(step));
      expect(outcome.status).toBe(isOver ? 'resolved' : 'pending');
      first.crash();
      pair.isReachable = true;
      const second = new Page(pair, store, { protocolVersion });
      await second.start();
      expect(new Set(arrived)).toEqual(new Set(['x']));
      if (qos === 2) expect(arrived).toEqual(['x']);
      expect(second.restored).toEqual(outcome.status === 'pending' ? [{ publishes: 1, messages: 0 }] : []);
      expect(second.unhandled).toEqual([]);
      expect(store.records('page').map(({ key }) => key)).toEqual(['session']);
      pair.broker.assertNoViolations();
    });
  });
});
