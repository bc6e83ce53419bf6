import { describe, expect, it } from 'vitest';
import type { Message } from './message.ts';
import { slow, subscribed } from './testing/acknowledging.test-helpers.ts';
import { reconnected } from './testing/set-up.test-helpers.ts';
import { answers, collector, confirm, reliable } from './testing/subscriptions.test-helpers.ts';

describe.each([5, 4] as const)('in version %i', (protocolVersion) => {
  it.each([1, 2] as const)('onDelivery: QoS %i is acknowledged when the handler has been called', async (qos) => {
    const { handler } = slow();
    const { server, clock } = await subscribed({}, handler, { protocolVersion });
    server.send(reliable(1, 'a', qos));
    await clock.settle();
    expect(answers(server)).toEqual([[1, 0]]);
  });

  it.each([1, 2] as const)('afterProcessing: QoS %i when the promise of the handler has settled', async (qos) => {
    const { handler, finish } = slow();
    const { server, clock } = await subscribed({ acknowledge: 'afterProcessing' }, handler, { protocolVersion });
    server.send(reliable(1, 'a', qos));
    await clock.settle();
    expect(answers(server)).toEqual([]);
    finish(0);
    await clock.settle();
    expect(answers(server)).toEqual([[1, 0]]);
  });

  it.each([1, 2] as const)('manual: QoS %i when `acknowledge()` is called, and once', async (qos) => {
    const messages: Message[] = [];
    const options = { acknowledge: 'manual' } as const;
    const { server, clock } = await subscribed(options, (each) => messages.push(each), { protocolVersion });
    server.send(reliable(1, 'a', qos));
    await clock.advance(1_000);
    expect(answers(server)).toEqual([]);
    messages[0]?.acknowledge();
    messages[0]?.acknowledge();
    await clock.settle();
    expect(answers(server)).toEqual([[1, 0]]);
  });

  it('acknowledgements leave in the order of the messages, whichever is processed first [MQTT-4.6.0-2] [MQTT3-4.6.0-2]', async () => {
    const { handler, finish } = slow();
    const made = await subscribed({ acknowledge: 'afterProcessing' }, handler, { protocolVersion });
    await made.send(1, 2, 3);
    finish(2);
    finish(1);
    await made.clock.settle();
    expect(answers(made.server)).toEqual([]);
    finish(0);
    await made.clock.settle();
    expect(answers(made.server)).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
  });

  it('a handler that throws or rejects is reported, and does not stall: the server is told where it can be', async () => {
    const handler = (each: Message): unknown => {
      if (each.text() === '1') throw new Error('thrown');
      return Promise.reject(new Error('rejected'));
    };
    const made = await subscribed({ acknowledge: 'afterProcessing' }, handler, { protocolVersion });
    await made.send(1, 2);
    const code = protocolVersion === 5 ? 0x80 : 0;
    expect(answers(made.server)).toEqual([
      [1, code],
      [2, code],
    ]);
    expect(made.unhandled).toMatchObject([{ message: 'thrown' }, { message: 'rejected' }]);
  });
});

it('a handler that fails does not refuse a QoS 2 message: it might come again as a new one', async () => {
  const made = await subscribed({ acknowledge: 'afterProcessing' }, () => Promise.reject(new Error('rejected')));
  made.server.send(reliable(1, 'a', 2));
  await made.clock.settle();
  expect([answers(made.server), made.unhandled.length]).toEqual([[[1, 0]], 1]);
});

describe('a message matched by several subscriptions', () => {
  it('is acknowledged when all are done', async () => {
    const { handler, finish } = slow();
    const made = await subscribed({ acknowledge: 'afterProcessing' }, handler);
    const messages: Message[] = [];
    await made.subscribe('+', { acknowledge: 'manual' }, (each) => messages.push(each));
    await made.subscribe('#', {}, collector().handler);
    await made.send(1, 2);
    messages[0]?.acknowledge();
    finish(1);
    await made.clock.settle();
    expect(answers(made.server)).toEqual([]);
    finish(0);
    await made.clock.settle();
    expect(answers(made.server)).toEqual([[1, 0]]);
    messages[1]?.acknowledge();
    await made.clock.settle();
    expect(answers(made.server)).toHaveLength(2);
  });

  it('is refused if one of them failed', async () => {
    const { handler, finish, fail } = slow();
    const made = await subscribed({ acknowledge: 'afterProcessing' }, handler);
    await made.subscribe('#', { acknowledge: 'afterProcessing' }, handler);
    await made.send(1);
    fail(0);
    finish(1);
    await made.clock.settle();
    expect(answers(made.server)).toEqual([[1, 0x80]]);
  });

  it('does not wait for one that unsubscribes before it is given the message', async () => {
    const made = await subscribed({ acknowledge: 'manual' }, () => {});
    await made.subscribe('#', { acknowledge: 'afterProcessing' }, () => void made.subscription.unsubscribe());
    await made.send(1);
    expect(answers(made.server)).toEqual([[1, 0]]);
  });
});

describe('an iterator with afterProcessing', () => {
  it('acknowledges a message when the next one is asked for', async () => {
    const made = await subscribed({ acknowledge: 'afterProcessing' });
    await made.send(1, 2);
    const iterator = made.subscription[Symbol.asyncIterator]();
    await iterator.next();
    await made.clock.settle();
    expect(answers(made.server)).toEqual([]);
    await iterator.next();
    await made.clock.settle();
    expect(answers(made.server)).toEqual([[1, 0]]);
  });

  it('acknowledges what it gave when several were asked for at once', async () => {
    const made = await subscribed({ acknowledge: 'afterProcessing' });
    const iterator = made.subscription[Symbol.asyncIterator]();
    const reads = [iterator.next(), iterator.next()];
    await made.send(1, 2);
    await Promise.all(reads);
    expect(answers(made.server)).toEqual([]);
    void iterator.next();
    await made.clock.settle();
    expect(answers(made.server)).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  it('acknowledges the last one when the loop is left, and refuses those that nobody will read', async () => {
    const made = await subscribed({ acknowledge: 'afterProcessing' });
    await made.send(1, 2);
    for await (const each of made.subscription) if (each.text() === '1') break;
    await made.clock.settle();
    expect(answers(made.server)).toEqual([
      [1, 0],
      [2, 0x80],
    ]);
  });

  it('is given what waits after `unsubscribe()`, and then ends', async () => {
    const made = await subscribed({ acknowledge: 'afterProcessing' });
    const iterator = made.subscription[Symbol.asyncIterator]();
    await made.send(1, 2);
    void made.subscription.unsubscribe();
    await confirm(made.server);
    const results = [await iterator.next(), await iterator.next(), await iterator.next()];
    expect(results.map(({ done }) => done)).toEqual([false, false, true]);
    await made.clock.settle();
    expect(answers(made.server)).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });
});

describe('what waits for nobody when a subscription ends', () => {
  it.each(['afterProcessing', 'manual'] as const)('does not stall the others: %s', async (acknowledge) => {
    const made = await subscribed({ acknowledge }, () => {});
    made.subscription.pause();
    await made.send(1);
    void made.subscription.unsubscribe();
    await made.clock.settle();
    expect(answers(made.server)).toEqual([[1, 0x80]]);
  });
});

describe('a withheld acknowledgement', () => {
  it('is warned about after `ackTimeoutMs`, once, with the subscription and the topic', async () => {
    const made = await subscribed({ acknowledge: 'manual' }, () => {}, { ackTimeoutMs: 5_000 });
    await made.send(1, 2);
    await made.clock.advance(4_999);
    expect(made.warnings).toEqual([]);
    await made.clock.advance(100_000);
    expect(made.warnings).toMatchObject([{ code: 'ACKNOWLEDGEMENT_WITHHELD', filters: ['a'], topic: 'a' }]);
  });

  it('names only those that are not done', async () => {
    const made = await subscribed({ acknowledge: 'manual' }, (each) => each.acknowledge(), { ackTimeoutMs: 5_000 });
    await made.subscribe('#', { acknowledge: 'manual' }, () => {});
    await made.send(1);
    await made.clock.advance(5_000);
    expect(made.warnings).toMatchObject([{ filters: ['#'] }]);
  });

  it('is not warned about while others are finished one after the other', async () => {
    const { handler, finish } = slow();
    const made = await subscribed({ acknowledge: 'afterProcessing' }, handler, { ackTimeoutMs: 5_000 });
    await made.send(1, 2, 3);
    for (const index of [0, 1, 2]) {
      await made.clock.advance(4_000);
      finish(index);
    }
    await made.clock.advance(60_000);
    expect(made.warnings).toEqual([]);
    expect(made.clock.pendingWakes).toBe(0);
  });

  it('leaves no timer behind when the client stops', async () => {
    const made = await subscribed({ acknowledge: 'manual' }, () => {});
    await made.send(1);
    void made.client.stop();
    await made.clock.advance(2_000);
    expect([made.client.state.status, made.clock.pendingWakes]).toEqual(['stopped', 0]);
  });
});

describe('a lost connection', () => {
  it('QoS 1: a late acknowledgement answers nothing; the message comes again', async () => {
    const messages: Message[] = [];
    const made = await subscribed({ acknowledge: 'manual' }, (each) => messages.push(each), { ackTimeoutMs: 50_000 });
    await made.send(1);
    made.server.close();
    const next = await reconnected(made, { sessionPresent: true });
    messages[0]?.acknowledge();
    next.send(reliable(1, 'a', 1, true));
    await made.clock.settle();
    expect(answers(next)).toEqual([]);
    messages[1]?.acknowledge();
    await made.clock.settle();
    expect([answers(next), messages[1]?.duplicate]).toEqual([[[1, 0]], true]);
    await made.clock.advance(100_000);
    expect(made.warnings).toEqual([]);
  });

  it('QoS 2: a late acknowledgement counts; the message is not delivered again', async () => {
    const messages: Message[] = [];
    const made = await subscribed({ acknowledge: 'manual' }, (each) => messages.push(each));
    made.server.send(reliable(1, 'a', 2));
    await made.clock.settle();
    made.server.close();
    const next = await reconnected(made, { sessionPresent: true });
    next.send(reliable(1, 'a', 2, true));
    await made.clock.settle();
    expect([messages.length, answers(next)]).toEqual([1, []]);
    messages[0]?.acknowledge();
    await made.clock.settle();
    expect(answers(next)).toEqual([[1, 0]]);
  });

  it('takes unacknowledged QoS 1 messages back from the buffer if they come again, and not otherwise', async () => {
    for (const sessionPresent of [true, false]) {
      const made = await subscribed({ buffer: 1, overflow: 'holdAcknowledgements' });
      const iterator = made.subscription[Symbol.asyncIterator]();
      await made.send(1, 2, 3);
      made.server.close();
      const next = await reconnected(made, { sessionPresent });
      if (sessionPresent) next.send(reliable(2, 'a', 1, true), reliable(3, 'a', 1, true));
      await made.clock.settle();
      void made.client.stop();
      await made.clock.settle();
      const results = [await iterator.next(), await iterator.next(), await iterator.next(), await iterator.next()];
      const texts = results.map(({ value }) => (value as Message | undefined)?.text());
      expect([sessionPresent, texts]).toEqual([sessionPresent, ['1', '2', '3', undefined]]);
    }
  });
});
