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

describe.each([5, 4] as const)('a page that dies while it receives QoS 2, version %i', (protocolVersion) => {
  it.each(Object.keys(STEPS))('%s, is given the message once [MQTT-4.3.3-10] [MQTT3-4.3.3-2]', async (step) => {
    const { pair, store } = await world();
    const first = new Page(pair, store, { protocolVersion });
    await first.start();
    for (const { when, type, effect } of STEPS[step] ?? [])
      if (type !== 'puback')
        pair.broker.faults.add(of(when === 'sent' ? 'received' : 'sent', type as 'pubrec', effect));
    pair.broker.publish({ topic: 'in/a', payload: 'x', qos: 2 });
    pair.isReachable = false;
    await pair.clock.settle();
    first.crash();
    pair.isReachable = true;
    const second = new Page(pair, store, { protocolVersion });
    await second.start();
    expect([...first.received, ...second.received]).toEqual(['x']);
    expect(store.records('page').map(({ key }) => key)).toEqual(['session']);
    pair.broker.assertNoViolations();
  });

  it('is given the message again when its handler had not finished, until one has', async () => {
    const { pair, store } = await world();
    let finish = (): void => {};
    const options = { protocolVersion, handler: () => new Promise<void>((resolve) => (finish = resolve)) };
    const first = new Page(pair, store, options);
    await first.start();
    pair.broker.publish({ topic: 'in/a', payload: 'x', qos: 2 });
    await pair.clock.settle();
    first.crash();
    const second = new Page(pair, store, options);
    await second.start();
    expect([first.received, second.received, second.restored]).toEqual([
      ['x'],
      ['x!'],
      [{ publishes: 0, messages: 1 }],
    ]);
    finish();
    await pair.clock.settle();
    second.crash();
    const third = new Page(pair, store, options);
    await third.start();
    expect([third.received, third.restored]).toEqual([[], []]);
  });

  it('is given the message again when it died before it was delivered, and never when it was not stored', async () => {
    const { pair, store } = await world();
    const first = new Page(pair, store, { protocolVersion });
    await first.start();
    store.gate = new Promise(() => {});
    pair.broker.publish({ topic: 'in/a', payload: 'x', qos: 2 });
    await pair.clock.settle();
    expect(first.received).toEqual([]);
    first.crash();
    store.gate = undefined;
    const second = new Page(pair, store, { protocolVersion });
    await second.start();
    expect(second.received).toEqual(['x']);
  });
});

describe('a client with a store', () => {
  it('keeps the offline queue over a reload, in order', async () => {
    const { pair, store, arrived } = await world();
    pair.isReachable = false;
    const first = new Page(pair, store);
    for (const payload of ['a', 'b']) void first.client.publish('out/a', payload, { qos: 1 }).catch(() => {});
    await first.start();
    for (const payload of ['c', 'd']) void first.client.publish('out/a', payload, { qos: 2 }).catch(() => {});
    await pair.clock.settle();
    first.crash();
    pair.isReachable = true;
    const second = new Page(pair, store);
    void second.client.publish('out/a', 'e', { qos: 1 });
    await second.start();
    expect(second.restored).toEqual([{ publishes: 4, messages: 0 }]);
    expect(arrived).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('reports what an earlier page published and the server refuses, which nobody awaits', async () => {
    const { pair, store } = await world();
    pair.isReachable = false;
    const first = new Page(pair, store);
    void first.client.publish('out/a', 'x', { qos: 1 }).catch(() => {});
    await first.start();
    first.crash();
    pair.isReachable = true;
    pair.broker.faults.answer({ type: 'puback', reasonCode: 0x87 });
    const second = new Page(pair, store);
    await second.start();
    expect(second.unhandled).toEqual(['PUBLISH_REFUSED']);
  });

  it('leaves the session to the next page when it is stopped, and ends it when it is told to', async () => {
    const { pair, store } = await world();
    const first = new Page(pair, store);
    await first.start();
    await first.client.stop();
    expect(pair.broker.session('page')).toBeDefined();
    pair.broker.publish({ topic: 'in/a', payload: 'x', qos: 1 });
    const second = new Page(pair, store);
    await second.start();
    expect(second.received).toEqual(['x']);
    await second.client.stop({ sessionExpirySeconds: 0 });
    expect(pair.broker.session('page')).toBeUndefined();
    expect(store.records('page')).toEqual([]);
  });

  it('can be stopped and started again, with the same session', async () => {
    const { pair, store, arrived } = await world();
    const page = new Page(pair, store);
    for (let round = 0; round < 3; round++) {
      await page.start();
      await page.client.publish('out/a', String(round), { qos: 2 });
      const stopped = watch(page.client.stop());
      await pair.clock.settle();
      expect(stopped.status).toBe('resolved');
    }
    expect(arrived).toEqual(['0', '1', '2']);
    pair.broker.assertNoViolations();
  });

  it('does not start while another page has the session, and does when that is gone', async () => {
    const { pair, store } = await world();
    const first = new Page(pair, store);
    await first.start();
    const second = new Page(pair, store);
    const started = watch(second.client.start());
    await pair.clock.settle();
    expect([started.code, second.client.state.status]).toEqual(['SESSION_LOCKED', 'failed']);
    expect(first.client.state.status).toBe('connected');
    first.crash();
    await second.start();
    expect(second.client.state.status).toBe('connected');
  });

  it.each(['opening', 'storing'] as const)('says once that %s fails, and goes on in memory', async (when) => {
    const { pair, store, arrived } = await world();
    const page = new Page(pair, store);
    if (when === 'opening') store.failure = new Error('no storage here');
    await page.start();
    store.failure = new Error('quota');
    const outcomes = ['a', 'b'].map((payload) => watch(page.client.publish('out/a', payload, { qos: 2 })));
    await pair.clock.settle();
    pair.broker.drop('page');
    outcomes.push(watch(page.client.publish('out/a', 'c', { qos: 1 })));
    await pair.clock.advance(5_000);
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved', 'resolved']);
    expect([arrived, page.storeFailures, page.unhandled]).toEqual([['a', 'b', 'c'], ['STORE_FAILED'], []]);
  });

  it('settles everything when the store never answers', async () => {
    const { pair, store, arrived } = await world();
    const page = new Page(pair, store);
    await page.start();
    store.gate = new Promise(() => {});
    const outcomes = ['a', 'b'].map((payload) => watch(page.client.publish('out/a', payload, { qos: 1 })));
    await pair.clock.advance(11_000);
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved']);
    expect([arrived, page.storeFailures]).toEqual([['a', 'b'], ['STORE_FAILED']]);
    const stopped = watch(page.client.stop());
    await pair.clock.advance(30_000);
    expect(stopped.status).toBe('resolved');
  });

  it('needs a clientId to find the session by', () => {
    const session = { store: new MemoryStore() };
    for (const clientId of [{}, { clientId: '' }])
      expect(() => createClientWith({ url: 'ws://b', session, ...clientId }, createPair())).toThrow(/clientId/);
  });

  it('lets QoS 0 pass unless something before it is being stored', async () => {
    const { pair, store, arrived } = await world();
    const page = new Page(pair, store);
    await page.start();
    let open = (): void => {};
    store.gate = new Promise<void>((resolve) => (open = resolve));
    await page.client.publish('out/a', '0');
    const outcomes = [
      watch(page.client.publish('out/a', '1', { qos: 1 })),
      watch(page.client.publish('out/a', '2')),
      watch(page.client.publish('out/a', '3')),
    ];
    await pair.clock.settle();
    expect(arrived).toEqual(['0']);
    store.gate = undefined;
    open();
    await pair.clock.settle();
    expect(arrived).toEqual(['0', '1', '2', '3']);
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved', 'resolved']);
  });
});
