import { describe, expect, it } from 'vitest';
import { subscribed } from './testing/acknowledging.test-helpers.ts';
import { watch } from './testing/set-up.test-helpers.ts';
import { answers, confirm, message } from './testing/subscriptions.test-helpers.ts';

describe('pause', () => {
  it('withholds acknowledgements with afterProcessing, and resume gives them', async () => {
    const made = await subscribed({ acknowledge: 'afterProcessing' }, () => {});
    made.subscription.pause();
    await made.send(1, 2);
    expect(answers(made.server)).toEqual([]);
    made.subscription.resume();
    await made.clock.settle();
    expect(answers(made.server)).toHaveLength(2);
  });

  it('with holdAcknowledgements, too, as soon as the buffer is full', async () => {
    const texts: string[] = [];
    const made = await subscribed({ buffer: 1, overflow: 'holdAcknowledgements' }, (each) => texts.push(each.text()));
    await made.send(1);
    made.subscription.pause();
    await made.send(2, 3, 4);
    expect(answers(made.server)).toEqual([
      [1, 0],
      [2, 0],
    ]);
    made.subscription.resume();
    await made.clock.settle();
    expect([texts, answers(made.server).length]).toEqual([['1', '2', '3', '4'], 4]);
  });
});

describe('the policy `error`', () => {
  it('ends the subscription: the iterator gives what waits, then throws; the server is told', async () => {
    const made = await subscribed({ buffer: 1, overflow: 'error' });
    const iterator = made.subscription[Symbol.asyncIterator]();
    await made.send(1, 2, 3);
    const [first, second] = [watch(iterator.next()), watch(iterator.next())];
    await made.clock.settle();
    expect([first.value?.done, second.code]).toEqual([false, 'LIMIT_EXCEEDED']);
    expect(made.server.untaken.filter(({ type }) => type === 'unsubscribe')).toHaveLength(1);
    expect([answers(made.server).length, made.unhandled]).toEqual([3, []]);
  });

  it('is reported where there is a handler', async () => {
    const made = await subscribed({ buffer: 1, overflow: 'error' }, () => {});
    made.subscription.pause();
    await made.send(1, 2);
    expect(made.unhandled).toMatchObject([{ code: 'LIMIT_EXCEEDED' }]);
    made.server.send(message('a', 'later'));
    await made.clock.settle();
    expect(made.unhandled).toHaveLength(1);
  });
});

describe('`break`', () => {
  it('does not wait for the server, and what comes of the UNSUBSCRIBE is reported', async () => {
    const made = await subscribed({});
    await made.send(1);
    await made.server.expectPacket('puback');
    for await (const _ of made.subscription) break;
    await confirm(made.server, 0x87);
    await made.clock.settle();
    expect(made.unhandled).toMatchObject([{ code: 'UNSUBSCRIBE_REFUSED' }]);
  });

  it('followed by `stop()` has nothing to report: the subscription ends with the client', async () => {
    const made = await subscribed({});
    await made.send(1);
    for await (const _ of made.subscription) break;
    void made.client.stop();
    await made.clock.advance(2_000);
    expect([made.client.state.status, made.unhandled]).toEqual(['stopped', []]);
  });

  it('without a connection neither waits nor throws', async () => {
    const made = await subscribed({}, undefined, { offlineQueue: { behavior: 'failAllOnDisconnect' } });
    await made.send(1);
    made.server.close();
    await made.clock.settle();
    for await (const _ of made.subscription) break;
    await made.clock.settle();
    expect(made.unhandled).toMatchObject([{ code: 'OFFLINE' }]);
  });
});
