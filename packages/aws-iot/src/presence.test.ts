import { createPair } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import { createPresence, type PresenceStatus, watchPresence } from './presence.ts';
import { FakeMessenger, settle } from './testing/fake-messenger.test-helpers.ts';

const TOPIC = 'presence/lamp';

describe('presence', () => {
  it('is announced when connected, taken back by the will, announced again, and ended with a goodbye', async () => {
    const pair = createPair();
    const presence = createPresence({ topic: TOPIC });
    const lamp = pair.createClient({ clientId: 'lamp', will: presence.will, reconnect: { jitter: 'none' } });
    const page = pair.createClient({ clientId: 'page' });
    await page.start();
    const seen: PresenceStatus['status'][] = [];
    const stream = watchPresence(page, { topic: TOPIC });
    void (async () => {
      for await (const { status } of stream) seen.push(status);
    })();
    await stream.ready;
    const leave = presence.announce(lamp);
    await lamp.start();
    await pair.clock.settle();
    expect(seen).toEqual(['online']);

    pair.broker.drop('lamp');
    await pair.clock.settle();
    expect(seen.at(-1)).toBe('offline');
    await pair.clock.advance(10_000);
    expect(seen.at(-1)).toBe('online');

    const before = seen.length;
    await lamp.stop();
    await lamp.start();
    await pair.clock.settle();
    expect(seen.slice(before)).toContain('online');

    await leave();
    await lamp.stop();
    await pair.clock.settle();
    expect(seen.at(-1)).toBe('offline');
    const late = pair.createClient();
    await late.start();
    const retained = await watchPresence(late, { topic: TOPIC })[Symbol.asyncIterator]().next();
    expect(retained.value).toEqual({ status: 'offline' });
  });

  it('is announced again when the will of an older connection comes late', async () => {
    const messenger = new FakeMessenger();
    const leave = createPresence({ topic: TOPIC }).announce(messenger);
    await settle();
    expect(messenger.published.map(({ body }) => body['status'])).toEqual(['online']);
    messenger.deliver(TOPIC, { status: 'offline' });
    await settle();
    expect(messenger.published.map(({ body }) => body['status'])).toEqual(['online', 'online']);
    messenger.onPublish = ({ topic, body }) => messenger.deliver(topic, body);
    await leave();
    messenger.deliver(TOPIC, { status: 'offline' });
    messenger.emit('connectionSuccess', { settings: { rejoinedSession: false } });
    await settle();
    expect(messenger.published.map(({ body }) => body['status'])).toEqual(['online', 'online', 'offline']);
    expect(messenger.filters).toEqual([]);
  });

  it('tells what could not be said', async () => {
    const messenger = new FakeMessenger();
    const errors: unknown[] = [];
    messenger.onPublish = () => Promise.reject(new Error('PUBLISH_REFUSED'));
    createPresence({ topic: TOPIC }).announce(messenger, (error) => errors.push(error));
    await settle();
    messenger.onSubscribe = () => Promise.reject(new Error('SUBSCRIBE_REFUSED'));
    createPresence({ topic: TOPIC }).announce(messenger, (error) => errors.push(error));
    await settle();
    expect(errors.map(String)).toEqual(['Error: PUBLISH_REFUSED', 'Error: SUBSCRIBE_REFUSED']);
  });
});
