import type { ScriptedConnection } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import type { Message } from './message.ts';
import type { SubscribeOptions } from './subscribe.ts';
import type { MessageHandler, Subscription } from './subscription.ts';
import { connected, reconnected, type SetUp, watch, type Watched } from './testing/set-up.test-helpers.ts';
import { collector, confirm, grant, message } from './testing/subscriptions.test-helpers.ts';

interface Subscribed extends SetUp {
  readonly server: ScriptedConnection;
  readonly subscription: Subscription;
  /** Delivers messages to the subscription, all in one frame. */
  deliver(...texts: string[]): Promise<void>;
}

async function subscribed(options: SubscribeOptions = {}, handler?: MessageHandler): Promise<Subscribed> {
  const made = await connected();
  const { client, clock, server } = made;
  const granted = client.subscribe('a', options, handler);
  await grant(server);
  const deliver = async (...texts: string[]): Promise<void> => {
    server.send(...texts.map((text) => message('a', text)));
    await clock.settle();
  };
  return { ...made, subscription: await granted, deliver };
}

type Result = IteratorResult<Message>;

const reader = (subscription: Subscription): (() => Watched<Result>) => {
  const iterator = subscription[Symbol.asyncIterator]();
  return () => watch(iterator.next());
};

/** What a read gave: the text, or 'done', or the code of the error, or 'pending'. */
function gave({ status, value, code }: Watched<Result>): string {
  if (status !== 'resolved') return status === 'pending' ? status : `${code}`;
  return value?.done === true ? 'done' : (value as IteratorYieldResult<Message>).value.text();
}

describe('an iterator', () => {
  it('gives messages in order, those that came before it was asked too', async () => {
    const { subscription, deliver, clock } = await subscribed();
    await deliver('1', '2');
    const read = reader(subscription);
    const reads = [read(), read(), read(), read()];
    await clock.settle();
    expect(reads.map(gave)).toEqual(['1', '2', 'pending', 'pending']);
    await deliver('3', '4', '5');
    expect(reads.map(gave)).toEqual(['1', '2', '3', '4']);
    const last = read();
    await clock.settle();
    expect(gave(last)).toBe('5');
  });

  it('is what `for await` reads; `break` unsubscribes', async () => {
    const { subscription, deliver, server, clock } = await subscribed();
    const texts: string[] = [];
    const loop = async (): Promise<void> => {
      for await (const each of subscription) {
        texts.push(each.text());
        if (texts.length === 2) break;
      }
    };
    const looped = watch(loop());
    await deliver('1', '2', '3');
    await confirm(server);
    await clock.settle();
    expect([looped.status, texts]).toEqual(['resolved', ['1', '2']]);
  });

  it('unsubscribes too when the loop throws, and the loop throws its own error', async () => {
    const { subscription, deliver, server, clock } = await subscribed();
    const failure = new Error('in the loop');
    const loop = async (): Promise<void> => {
      for await (const each of subscription) throw Object.assign(failure, { text: each.text() });
    };
    const looped = watch(loop());
    await deliver('1');
    await confirm(server);
    await clock.settle();
    expect(looped.error).toBe(failure);
  });

  it('shares messages with other iterators of the same subscription: each goes to one', async () => {
    const { subscription, deliver, clock } = await subscribed();
    const reads = [reader(subscription)(), reader(subscription)()];
    await deliver('1', '2');
    await clock.settle();
    expect(reads.map(gave)).toEqual(['1', '2']);
  });

  it('ends with stop(), and stays ended', async () => {
    const { subscription, client, clock } = await subscribed();
    const read = reader(subscription);
    const waiting = [read(), read()];
    void client.stop();
    await clock.settle();
    expect(waiting.map(gave)).toEqual(['done', 'done']);
    const later = [read(), reader(subscription)()];
    await clock.settle();
    expect(later.map(gave)).toEqual(['done', 'done']);
  });

  it('ends with unsubscribe()', async () => {
    const { subscription, deliver, clock } = await subscribed();
    const read = reader(subscription);
    const waiting = read();
    void subscription.unsubscribe();
    await clock.settle();
    expect(gave(waiting)).toBe('done');
    await deliver('too late');
    const later = read();
    await clock.settle();
    expect(gave(later)).toBe('done');
  });

  it('throws the error of a fatal end, once, after what was received before', async () => {
    const { subscription, deliver, server, clock } = await subscribed();
    await deliver('1');
    server.send({ type: 'disconnect', reasonCode: 0x8e });
    await clock.settle();
    const read = reader(subscription);
    const reads = [read(), read(), read()];
    await clock.settle();
    expect(reads.map(gave)).toEqual(['1', 'SESSION_TAKEN_OVER', 'done']);
  });

  it('goes on over a reconnection', async () => {
    const made = await subscribed();
    const waiting = reader(made.subscription)();
    made.server.close();
    const next = await reconnected(made, { sessionPresent: true });
    next.send(message('a', 'after'));
    await made.clock.settle();
    expect(gave(waiting)).toBe('after');
  });
});

describe('the buffer', () => {
  const texts = ['1', '2', '3', '4', '5'];

  it.each<[string, SubscribeOptions, string[], number]>([
    ['keeps 1,024 messages by default', {}, texts, 0],
    ['drops the oldest by default', { buffer: 2 }, ['4', '5'], 3],
    ['drops the newest when asked to', { buffer: 2, overflow: 'dropNewest' }, ['1', '2'], 3],
    ['may hold nothing', { buffer: 0 }, [], 5],
    ['may hold nothing of the newest', { buffer: 0, overflow: 'dropNewest' }, [], 5],
  ])('%s', async (_, options, kept, dropped) => {
    const { subscription, deliver, clock } = await subscribed(options);
    await deliver(...texts);
    expect(subscription.dropped).toBe(dropped);
    const read = reader(subscription);
    const reads = Array.from({ length: kept.length + 1 }, read);
    await clock.settle();
    expect(reads.map(gave)).toEqual([...kept, 'pending']);
  });

  it('of 1,024 drops the oldest of 1,025', async () => {
    const { subscription, deliver, clock } = await subscribed();
    await deliver(...Array.from({ length: 1_025 }, (_, index) => `${index}`));
    expect(subscription.dropped).toBe(1);
    const first = reader(subscription)();
    await clock.settle();
    expect(gave(first)).toBe('1');
  });

  it('is not used while somebody reads: nothing is dropped', async () => {
    const { subscription, deliver } = await subscribed({ buffer: 0 });
    const read = reader(subscription);
    const reads = [read(), read()];
    await deliver('1', '2');
    expect([reads.map(gave), subscription.dropped]).toEqual([['1', '2'], 0]);
  });
});

describe('pause and resume', () => {
  it('hold messages back from a handler, and deliver them in order', async () => {
    const { texts, handler } = collector();
    const { subscription, deliver } = await subscribed({}, handler);
    subscription.pause();
    subscription.pause();
    await deliver('1', '2');
    expect(texts).toEqual([]);
    subscription.resume();
    subscription.resume();
    await deliver('3');
    expect(texts).toEqual(['1', '2', '3']);
  });

  it('keep to the buffer', async () => {
    const { texts, handler } = collector();
    const { subscription, deliver } = await subscribed({ buffer: 1 }, handler);
    subscription.pause();
    await deliver('1', '2', '3');
    subscription.resume();
    expect([texts, subscription.dropped]).toEqual([['3'], 2]);
  });

  it('hold messages back from an iterator that waits', async () => {
    const { subscription, deliver, clock } = await subscribed();
    const read = reader(subscription);
    const waiting = read();
    subscription.pause();
    await deliver('1', '2');
    expect(gave(waiting)).toBe('pending');
    subscription.resume();
    await clock.settle();
    const next = read();
    await clock.settle();
    expect([waiting, next].map(gave)).toEqual(['1', '2']);
  });

  it('may be called by the handler: the order stays', async () => {
    const texts: string[] = [];
    const made: Subscribed = await subscribed({}, (each) => {
      texts.push(each.text());
      made.subscription.pause();
    });
    const { subscription } = made;
    await made.deliver('1', '2', '3');
    expect(texts).toEqual(['1']);
    subscription.resume();
    expect(texts).toEqual(['1', '2']);
    await made.deliver('4');
    subscription.resume();
    subscription.resume();
    expect(texts).toEqual(['1', '2', '3', '4']);
  });

  it('do nothing after the end', async () => {
    const { texts, handler } = collector();
    const { subscription, client, deliver, clock } = await subscribed({}, handler);
    subscription.pause();
    await deliver('1');
    void client.stop();
    await clock.settle();
    subscription.resume();
    expect(texts).toEqual([]);
  });
});

describe('a handler', () => {
  it('that throws, or rejects, is reported, called again, and hurts no other', async () => {
    const failure = new Error('in the handler');
    const { deliver, unhandled, client, server, clock } = await subscribed({}, (each) => {
      if (each.text() === 'throw') throw failure;
      return Promise.reject(failure);
    });
    const { texts, handler } = collector();
    void client.subscribe('#', handler);
    await grant(server);
    await deliver('throw', 'reject');
    await clock.settle();
    expect(unhandled).toEqual([failure, failure]);
    expect(texts).toEqual(['throw', 'reject']);
    expect(client.state.status).toBe('connected');
  });

  it('is not the only one: `messageReceived` hears of every message', async () => {
    const { texts, handler } = collector();
    const { deliver, client, clock, server } = await subscribed({}, handler);
    const heard: string[] = [];
    client.on('messageReceived', ({ message: each }) => heard.push(`${each.topic} ${each.text()}`));
    await deliver('1');
    server.send(message('b', 'nobody subscribed to this'));
    await clock.settle();
    expect([texts, heard]).toEqual([['1'], ['a 1', 'b nobody subscribed to this']]);
  });
});

describe('Symbol.asyncDispose', () => {
  it('unsubscribes', async () => {
    const { subscription, server, clock } = await subscribed();
    const symbol = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
    const disposed = watch((Reflect.get(subscription, symbol) as () => Promise<void>).call(subscription));
    await confirm(server);
    await clock.settle();
    expect(disposed.status).toBe('resolved');
  });
});
