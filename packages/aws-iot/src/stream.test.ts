import { beforeEach, describe, expect, it } from 'vitest';
import { parseObject } from './json.ts';
import { Stream, type StreamOptions } from './stream.ts';
import { errorOf, FakeMessenger, settle } from './testing/fake-messenger.test-helpers.ts';

let messenger: FakeMessenger;
beforeEach(() => {
  messenger = new FakeMessenger();
});

const open = (options?: StreamOptions, filters = ['events']) =>
  new Stream(messenger, filters, ({ payload }) => parseObject<{ n: number }>(payload), options);
const next = async (stream: Stream<{ n: number }>) => stream[Symbol.asyncIterator]().next();

describe('a stream', () => {
  it('subscribes when it is made, and delivers what came before it was read', async () => {
    const stream = open();
    await stream.ready;
    messenger.deliver('events', { n: 1 });
    messenger.deliver('events', 'no JSON');
    messenger.deliver('events', { n: 2 });
    expect((await next(stream)).value).toEqual({ n: 1 });
    expect((await next(stream)).value).toEqual({ n: 2 });
    const third = next(stream);
    messenger.deliver('events', { n: 3 });
    expect((await third).value).toEqual({ n: 3 });
  });

  it('ends with `break`, and its subscription and listeners with it', async () => {
    const stream = open();
    await settle();
    messenger.deliver('events', { n: 1 });
    for await (const event of stream) {
      expect(event).toEqual({ n: 1 });
      break;
    }
    await settle();
    expect(messenger.filters).toEqual([]);
    expect(messenger.listenerCount).toBe(0);
    expect(await next(stream)).toEqual({ done: true, value: undefined });
  });

  it('can be left while there is no connection', async () => {
    const stream = open();
    await stream.ready;
    messenger.onUnsubscribe = () => new Promise(() => {});
    messenger.deliver('events', { n: 1 });
    for await (const event of stream) {
      expect(event).toEqual({ n: 1 });
      break;
    }
    expect(await next(stream)).toEqual({ done: true, value: undefined });
  });

  it('that was never granted can be closed, and takes its subscription back', async () => {
    messenger.onSubscribe = () => new Promise(() => {});
    const stream = open();
    await stream.close();
    expect(messenger.filters).toEqual([]);
    expect((await errorOf(stream.ready)).name).toBe('AbortError');
  });

  it('drops the oldest of what nobody reads, and counts it', async () => {
    const stream = open({ buffer: 2 });
    for (const n of [1, 2, 3, 4]) messenger.deliver('events', { n });
    expect(stream.dropped).toBe(2);
    expect((await next(stream)).value).toEqual({ n: 3 });
  });

  it('tells of reconnections, and whether anything may be missing', async () => {
    const told: boolean[] = [];
    const stream = open({ onReconnect: ({ resumed }) => told.push(resumed) });
    // The first connection is no reconnection.
    messenger.emit('connectionSuccess', { settings: { rejoinedSession: false } });
    await stream.ready;
    messenger.emit('disconnection', { willRetryInMs: 1 });
    messenger.emit('connectionSuccess', { settings: { rejoinedSession: true } });
    messenger.emit('connectionSuccess', { settings: { rejoinedSession: false } });
    expect(told).toEqual([true, false]);
    await stream.close();
    messenger.emit('connectionSuccess', { settings: { rejoinedSession: false } });
    expect(told).toHaveLength(2);
  });

  it('throws why a subscription was refused, once, and takes the others back', async () => {
    const refused = new Error('SUBSCRIBE_REFUSED');
    messenger.onSubscribe = (filter) => (filter === 'b' ? Promise.reject(refused) : undefined);
    const stream = open({}, ['a', 'b']);
    expect(await errorOf(stream.ready)).toBe(refused);
    expect(await errorOf(next(stream))).toBe(refused);
    expect((await next(stream)).done).toBe(true);
    await settle();
    expect(messenger.filters).toEqual([]);
  });

  it('ends with the client: quietly when it is stopped, with the error when it gives up', async () => {
    const stopped = open();
    const waiting = next(stopped);
    messenger.emit('stopped');
    expect((await waiting).done).toBe(true);
    const failed = open();
    const error = new Error('CONNACK_REFUSED');
    const pending = errorOf(next(failed));
    messenger.emit('connectionFailure', { error: new Error('once more'), willRetryInMs: 1_000 });
    messenger.emit('connectionFailure', { error });
    expect(await pending).toBe(error);
  });

  it('ends with its signal', async () => {
    const abort = new AbortController();
    const stream = open({ signal: abort.signal });
    const waiting = errorOf(next(stream));
    abort.abort(new Error('enough'));
    expect((await waiting).message).toBe('enough');
    const over = open({ signal: abort.signal });
    expect((await errorOf(next(over))).message).toBe('enough');
    await settle();
    expect(messenger.filters).toEqual([]);
  });

  it('serves a client that nobody can listen to', async () => {
    const { publish, subscribe } = messenger;
    const plain = { publish: publish.bind(messenger), subscribe: subscribe.bind(messenger) };
    const stream = new Stream(plain, ['events'], () => ({ n: 1 }));
    messenger.deliver('events', {});
    expect((await next(stream)).value).toEqual({ n: 1 });
    await stream.close();
    const other = { ...plain, on: () => plain as never };
    await new Stream(other, ['events'], () => ({ n: 1 })).close();
    expect(messenger.filters).toEqual([]);
  });
});
