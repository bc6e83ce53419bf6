import { describe, expect, it } from 'vitest';
import type { Message } from './message.ts';
import type { ClientOptions } from './options.ts';
import { connected, reconnected, type SetUp } from './testing/set-up.test-helpers.ts';
import { answers, collector, confirm, grant, message, reliable } from './testing/subscriptions.test-helpers.ts';
import type { ScriptedConnection } from '@mqtide/testkit';
import type { Warning } from './warning.ts';

interface Resumed extends SetUp {
  readonly server: ScriptedConnection;
  readonly warnings: Warning[];
}

/** A client whose session goes on, and which has subscribed to nothing. */
async function resumed(options: Partial<ClientOptions> = {}): Promise<Resumed> {
  const made = await connected({ keepAliveSeconds: 0, ...options });
  const warnings: Warning[] = [];
  made.client.on('warning', (warning) => warnings.push(warning));
  made.server.close();
  return { ...made, warnings, server: await reconnected(made, { sessionPresent: true }) };
}

describe.each([1, 2] as const)('a message of QoS %i in a resumed session', (qos) => {
  it('waits for a handler that matches, which is not called while it is being registered', async () => {
    const { client, clock, server, warnings } = await resumed();
    const { texts, handler } = collector();
    server.send(reliable(1, 'a', qos), reliable(2, 'b', qos));
    await clock.advance(29_000);
    expect(answers(server)).toEqual([]);
    void client.subscribe('a', handler);
    expect(texts).toEqual([]);
    await grant(server);
    expect([texts, answers(server)]).toEqual([['1'], [[1, 0]]]);
    void client.subscribe('b', handler);
    await clock.settle();
    expect([texts, answers(server), client.statistics().unroutedMessageCount]).toEqual([
      ['1', '2'],
      [
        [1, 0],
        [2, 0],
      ],
      0,
    ]);
    await clock.advance(40_000);
    expect(warnings).toEqual([]);
  });

  it('waits for a listener to `messageReceived`', async () => {
    const { client, clock, server } = await resumed();
    const heard: string[] = [];
    server.send(reliable(1, 'a', qos), reliable(2, 'b', qos));
    await clock.settle();
    client.on('messageReceived', (event) => heard.push(event.message.text()));
    await clock.settle();
    expect([heard, answers(server).length]).toEqual([['1', '2'], 2]);
  });

  it('is acknowledged, counted and warned about when nobody has come after `unroutedHoldMs`', async () => {
    const { client, clock, server, warnings } = await resumed({ unroutedHoldMs: 5_000 });
    server.send(reliable(1, 'a', qos), reliable(2, 'b', qos));
    await clock.advance(4_999);
    expect(answers(server)).toEqual([]);
    await clock.advance(1);
    expect([answers(server).length, client.statistics().unroutedMessageCount]).toEqual([2, 2]);
    expect(warnings).toMatchObject([{ code: 'MESSAGES_UNROUTED', topic: 'a' }]);
    expect(clock.pendingWakes).toBe(0);
    const { texts, handler } = collector();
    void client.subscribe('#', handler);
    await clock.settle();
    expect(texts).toEqual([]);
  });

  it('is acknowledged with the mode of the handler that comes', async () => {
    const { client, clock, server } = await resumed();
    server.send(reliable(1, 'a', qos));
    await clock.settle();
    const messages: Message[] = [];
    void client.subscribe('a', { acknowledge: 'manual' }, (each) => void messages.push(each));
    await clock.settle();
    expect(answers(server)).toEqual([]);
    messages[0]?.acknowledge();
    await clock.settle();
    expect(answers(server)).toEqual([[1, 0]]);
  });

  it('does not wait in a new session', async () => {
    const { client, clock, server } = await connected();
    server.send(reliable(1, 'a', qos));
    await clock.settle();
    expect([answers(server).length, client.statistics().unroutedMessageCount]).toEqual([1, 1]);
  });

  it('does not wait with `unroutedHoldMs: 0`', async () => {
    const { clock, server } = await resumed({ unroutedHoldMs: 0 });
    server.send(reliable(1, 'a', qos));
    await clock.settle();
    expect(answers(server)).toHaveLength(1);
  });
});

describe('other messages do not wait long', () => {
  it('one for a subscription that the client has ended does not wait', async () => {
    const made = await connected();
    const subscribed = made.client.subscribe('a/+', collector().handler);
    await grant(made.server);
    const subscription = await subscribed;
    made.server.close();
    await made.clock.settle();
    void subscription.unsubscribe();
    const next = await reconnected(made, { sessionPresent: true });
    next.send(reliable(1, 'a/b'), reliable(2, 'b'));
    await made.clock.settle();
    expect(answers(next)).toEqual([[1, 0]]);
  });

  it('after the first whose time was up the others are acknowledged at once, until the next connection', async () => {
    const made = await resumed({ unroutedHoldMs: 5_000 });
    made.server.send(reliable(1, 'a'));
    await made.clock.advance(5_000);
    made.server.send(reliable(2, 'a'));
    await made.clock.settle();
    expect([answers(made.server).length, made.client.statistics().unroutedMessageCount]).toEqual([2, 2]);
    made.server.close();
    const next = await reconnected(made, { sessionPresent: true });
    next.send(reliable(3, 'a'));
    await made.clock.settle();
    expect(answers(next)).toEqual([]);
  });

  it('QoS 0 does not wait at all', async () => {
    const { client, clock, server } = await resumed();
    const { texts, handler } = collector();
    server.send(message('a', 'once'));
    await clock.settle();
    void client.subscribe('a', handler);
    await grant(server);
    expect(texts).toEqual([]);
  });
});

describe('when the connection is lost while messages wait', () => {
  it('QoS 1 comes again and waits anew, QoS 2 goes on waiting', async () => {
    const made = await resumed();
    made.server.send(reliable(1, 'a', 1), reliable(2, 'a', 2));
    await made.clock.settle();
    made.server.close();
    const next = await reconnected(made, { sessionPresent: true });
    next.send(reliable(1, 'a', 1, true), reliable(2, 'a', 2, true));
    await made.clock.settle();
    const { texts, handler } = collector();
    void made.client.subscribe('a', handler);
    await grant(next);
    expect(texts.toString()).toBe('2,1');
    expect(answers(next)).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  it('a lost session takes them with it, and stop() leaves no timer', async () => {
    const made = await resumed();
    made.server.send(reliable(1, 'a'));
    await made.clock.settle();
    made.server.close();
    const next = await reconnected(made);
    const { texts, handler } = collector();
    const subscribed = made.client.subscribe('a', handler);
    await grant(next);
    expect(texts).toEqual([]);
    void (await subscribed).unsubscribe();
    await confirm(next);
    void made.client.stop();
    await made.clock.advance(3_000);
    expect(made.clock.pendingWakes).toBe(0);
  });
});
