import { describe, expect, it } from 'vitest';
import type { Message } from './message.ts';
import { reply, requested, take, type World } from './testing/requests.test-helpers.ts';
import { connected, reconnected, setUp, watch, type Watched } from './testing/set-up.test-helpers.ts';
import { confirm, grant, message } from './testing/subscriptions.test-helpers.ts';

describe('request', () => {
  it('publishes with response topic and correlation data, and resolves with the reply', async () => {
    const { request, outcome, server, clock } = await requested({ properties: { contentType: 'text/plain' } });
    expect(request).toMatchObject({ topic: 'svc/time', qos: 1, retain: false });
    expect(request.properties).toMatchObject({ responseTopic: 'replies/me', contentType: 'text/plain' });
    expect(request.properties?.correlationData).toHaveLength(12);
    expect(outcome.status).toBe('pending');
    reply(server, request, 'noon');
    await clock.settle();
    expect(outcome.value?.text()).toBe('noon');
    await clock.advance(60_000);
    expect(clock.pendingWakes).toBe(0);
  });

  it('subscribes once for all requests, and tells their replies apart', async () => {
    const { request, outcome, server, client, clock } = await requested();
    const other = watch(client.request('svc/date', 'today?'));
    const second = await take(server);
    await server.expectNothing();
    reply(server, second, 'Monday');
    reply(server, request, 'noon');
    await clock.settle();
    expect([outcome.value?.text(), other.value?.text()]).toEqual(['noon', 'Monday']);
  });

  it('is still answered by a reply that waited in the socket while the page slept', async () => {
    const { request, outcome, server, clock } = await requested();
    await clock.skip(3_600_000);
    expect(outcome.status).toBe('pending');
    reply(server, request, 'noon');
    await clock.settle();
    expect(outcome.value?.text()).toBe('noon');
  });

  it('ignores late replies, second replies, and those to nobody', async () => {
    const { request, outcome, server, client, clock, unhandled } = await requested({ timeoutMs: 1_000 });
    await clock.advance(1_000);
    expect(outcome.code).toBe('ACK_TIMEOUT');
    reply(server, request, 'too late');
    const other = watch(client.request('svc/time', 'now?'));
    const second = await take(server);
    reply(server, second, 'first');
    reply(server, second, 'second');
    server.send(message('replies/me', 'without correlation data'));
    await clock.settle();
    expect([other.value?.text(), unhandled]).toEqual(['first', []]);
  });

  it('takes its response topic from the server where it gives one [MQTT-3.1.2-28]', async () => {
    const connectProperties = { requestResponseInformation: true } as const;
    const made = await connected({ connectProperties }, { properties: { responseInformation: 'r/4711/' } });
    void made.client.request('svc', 'x', { responseTopic: 'mine' }).catch(() => {});
    expect((await grant(made.server)).subscriptions).toMatchObject([{ filter: 'mine' }]);
    await take(made.server);
    void made.client.request('svc', 'x').catch(() => {});
    expect((await grant(made.server)).subscriptions).toMatchObject([{ filter: 'r/4711/replies', qos: 1 }]);
  });

  it('waits for a connection, with what the payload was when it was called', async () => {
    const { client, broker } = setUp({ clientId: 'a+b' });
    const payload = Uint8Array.of(1);
    void client.request('svc', payload).catch(() => {});
    payload[0] = 2;
    void client.start();
    const server = await broker.nextConnection();
    await server.acceptClient();
    expect((await grant(server)).subscriptions).toMatchObject([{ filter: 'replies/a_b' }]);
    expect((await take(server)).payload).toEqual(Uint8Array.of(1));
  });

  it('goes on over a lost session: the subscription is made again', async () => {
    const made = await requested();
    made.server.close();
    const next = await reconnected(made, { sessionPresent: false });
    await grant(next);
    reply(next, made.request, 'noon');
    await made.clock.settle();
    expect(made.outcome.value?.text()).toBe('noon');
  });

  it.each([
    ['stop()', (made: World) => void made.client.stop(), 'STOPPED'],
    ['a fatal end', (made: World) => made.server.send({ type: 'disconnect', reasonCode: 0x8e }), 'SESSION_TAKEN_OVER'],
  ])('rejects after %s', async (_, end, code) => {
    const made = await requested();
    end(made);
    await made.clock.advance(60_000);
    expect([made.outcome.code, made.clock.pendingWakes]).toEqual([code, 0]);
    if (code !== 'STOPPED') return;
    void made.client.start();
    const server = await made.broker.nextConnection();
    await server.acceptClient();
    const again = watch(made.client.request('svc', 'x'));
    await grant(server);
    reply(server, await take(server), 'yes');
    await made.clock.settle();
    expect(again.value?.text()).toBe('yes');
  });

  it('rejects when the subscription is refused after a lost session, and the next request tries again', async () => {
    const made = await requested();
    made.server.close();
    const next = await reconnected(made);
    await grant(next, [0x87]);
    await made.clock.settle();
    expect(made.outcome.code).toBe('SUBSCRIBE_REFUSED');
    const again = watch(made.client.request('svc', 'x'));
    await grant(next);
    reply(next, await take(next), 'yes');
    await made.clock.settle();
    expect([again.value?.text(), made.unhandled]).toEqual(['yes', []]);
  });

  it('rejects when subscribing is refused, at first', async () => {
    const { client, server, clock } = await connected();
    const outcomes = [watch(client.request('svc', 'x')), watch(client.request('svc', 'y'))];
    await grant(server, [0x87]);
    await clock.settle();
    expect(outcomes.map(({ code }) => code)).toEqual(['SUBSCRIBE_REFUSED', 'SUBSCRIBE_REFUSED']);
    await server.expectNothing();
  });

  it('rejects at once when nobody is there to reply, and when the request is refused', async () => {
    const { client, server, clock } = await connected();
    const nobody = watch(client.request('svc', 'x'));
    await grant(server);
    await take(server, 0x10);
    const refused = watch(client.request('svc', 'x'));
    await take(server, 0x87);
    await clock.settle();
    expect(nobody.error).toMatchObject({ code: 'PUBLISH_REFUSED', reasonCode: 0x10 });
    expect(refused.error).toMatchObject({ code: 'PUBLISH_REFUSED', reasonCode: 0x87 });
  });

  it.each(['before it has stopped', 'by a listener to `stopped`'])(
    'is answered when the client is started again %s',
    async (when) => {
      const { client, clock, broker, outcome } = await requested();
      let again = outcome;
      const start = (): void => {
        void client.start();
        again = watch(client.request('svc/time', 'now?'));
      };
      if (when === 'before it has stopped') {
        void client.stop();
        start();
      } else {
        client.on('stopped', start);
        void client.stop();
      }
      const server = await broker.nextConnection();
      await server.acceptClient();
      await grant(server);
      reply(server, await take(server), 'noon');
      await clock.settle();
      expect([outcome.code, again.code, again.value?.text()]).toEqual(['STOPPED', undefined, 'noon']);
    },
  );

  it('keeps the subscriptions of eight response topics, and those that somebody waits for', async () => {
    const { client, clock, server } = await connected({ clientId: 'me', keepAliveSeconds: 0 });
    const ask = (responseTopic: string): Watched<Message> => watch(client.request('svc', 'x', { responseTopic }));
    const waits = ask('r0');
    await grant(server);
    const first = await take(server);
    for (const topic of ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r1', 'r8']) {
      const outcome = ask(topic);
      await clock.settle();
      if (server.untaken[0]?.type === 'subscribe') await grant(server);
      if (topic === 'r8') expect((await confirm(server)).filters).toEqual(['r1']);
      reply(server, await take(server), topic);
      await clock.settle();
      expect(outcome.value?.text()).toBe(topic);
    }
    reply(server, first, 'late');
    await clock.settle();
    expect(waits.value?.text()).toBe('late');
  });

  it('is not sent when it was aborted before it could be', async () => {
    const { client, server } = await connected();
    const controller = new AbortController();
    const outcome = watch(client.request('svc', 'x', { signal: controller.signal }));
    controller.abort('mine');
    await grant(server);
    await server.expectNothing();
    expect(outcome.error).toBe('mine');
    const aborted = watch(client.request('svc', 'x', { signal: AbortSignal.abort('before') }));
    await server.expectNothing();
    expect(aborted.error).toBe('before');
  });

  it.each<[string, readonly unknown[]]>([
    ['a response topic with a wildcard', ['svc', 'x', { responseTopic: '#' }]],
    ['a topic with a wildcard', ['svc/+', 'x']],
    ['a payload that is no JSON', ['svc', 1n]],
    ['a timeout that is no number', ['svc', 'x', { timeoutMs: 'soon' }]],
  ])('refuses %s', async (_, args) => {
    const { client, server, clock } = await connected();
    const outcome = watch(client.request(...(args as [string, string])));
    await clock.settle();
    if (server.untaken.length > 0) await grant(server);
    await clock.settle();
    expect(outcome.code).toBe('INVALID_ARGUMENT');
  });

  it.each([4, 'auto'] as const)('says that 3.1.1 has none (%s)', async (protocolVersion) => {
    const made = setUp({ protocolVersion });
    void made.client.start();
    const first = await made.broker.nextConnection();
    if (protocolVersion === 'auto') await first.acceptClient({ reasonCode: 0x84 });
    const server = protocolVersion === 'auto' ? await reconnected(made) : first;
    if (protocolVersion === 4) await server.acceptClient();
    await made.clock.settle();
    const outcomes = [
      watch(made.client.request('svc', 'x')),
      watch(made.client.requestMany('svc', 'x').next()),
      watch(made.client.respond('svc', () => 'y')),
    ];
    await server.expectNothing();
    expect(outcomes.map(({ code }) => code)).toEqual(Array(3).fill('UNSUPPORTED_BY_SERVER'));
  });
});
