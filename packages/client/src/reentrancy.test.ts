import { describe, expect, it } from 'vitest';
import type { MessageHandler } from './subscription.ts';
import { connected, frameCounter, setUp, summary, watch } from './testing/set-up.test-helpers.ts';
import { grant, message } from './testing/subscriptions.test-helpers.ts';

describe('a handler within a delivery', () => {
  const qos1 = (packetId: number) => ({ ...message('a', `${packetId}`), qos: 1, packetId }) as const;

  async function delivering(act: (made: Awaited<ReturnType<typeof connected>>) => unknown) {
    const made = await connected();
    const heard: string[] = [];
    const handler: MessageHandler = (each) => {
      heard.push(each.text());
      return act(made);
    };
    void made.client.subscribe('a', { qos: 2 }, handler);
    await grant(made.server);
    await made.clock.settle();
    return { ...made, heard };
  }

  it('may publish: the message and the acknowledgement leave in one frame', async () => {
    const { server, clock } = await delivering(({ client }) => void client.publish('b', 'x'));
    const frames = frameCounter(server);
    server.send(qos1(1));
    await clock.settle();
    expect(frames()).toBe(1);
    expect(server.untaken.map(({ type }) => type).sort()).toEqual(['puback', 'publish']);
  });

  it('may throw: the message is acknowledged, the next one is delivered', async () => {
    const { server, clock, unhandled, heard } = await delivering(() => {
      throw new Error('in the handler');
    });
    server.send(qos1(1), qos1(2));
    await server.expectPacket('puback', { packetId: 1 });
    await server.expectPacket('puback', { packetId: 2 });
    await clock.settle();
    expect([heard, unhandled.length]).toEqual([['1', '2'], 2]);
  });

  it('may unsubscribe: it is not called for the rest of the frame, which is acknowledged', async () => {
    const { client, clock, server } = await connected();
    const heard: string[] = [];
    let end = (): void => {};
    const subscribed = client.subscribe('a', { qos: 1 }, (each) => {
      heard.push(each.text());
      end();
    });
    await grant(server);
    const subscription = await subscribed;
    end = () => void subscription.unsubscribe().catch(() => {});
    server.send(qos1(1), qos1(2));
    await clock.settle();
    expect(heard).toEqual(['1']);
    expect(server.untaken.map(({ type }) => type).sort()).toEqual(['puback', 'puback', 'unsubscribe']);
    await client.stop();
  });

  it('may unsubscribe another one, which does not get the message any more', async () => {
    const { client, clock, server } = await connected();
    const heard: string[] = [];
    const group = client.subscribe(['a', 'a'], {}, async () => {
      heard.push('called');
      const { subscriptions } = await group;
      for (const each of subscriptions) void each.unsubscribe().catch(() => {});
    });
    await grant(server);
    const { subscriptions } = await group;
    const [, second] = subscriptions;
    client.on('messageReceived', () => void second?.unsubscribe().catch(() => {}));
    server.send(message('a', '1'));
    await clock.settle();
    server.send(message('a', '2'));
    await clock.settle();
    expect(heard).toEqual(['called', 'called']);
    await client.stop();
  });

  it('may stop the client: nothing follows the DISCONNECT [MQTT-3.14.4-1]', async () => {
    const { server, client, clock, heard } = await delivering((made) => void made.client.stop());
    server.send(qos1(1), { ...qos1(2), qos: 2 }, qos1(3));
    await server.expectPacket('disconnect');
    await server.expectNothing();
    await server.expectClosed();
    await clock.settle();
    expect([heard, client.state.status]).toEqual([['1'], 'stopped']);
  });

  it('may stop the client twice: both promises are settled', async () => {
    const outcomes: ReturnType<typeof watch<void>>[] = [];
    const { server, clock } = await delivering(({ client }) => {
      outcomes.push(watch(client.stop()), watch(client.stop()));
    });
    server.send(qos1(1));
    await clock.advance(2_000);
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved']);
  });
});

describe('a listener', () => {
  it('of connectionFailure may stop the client', async () => {
    const { client, broker, clock, heard } = setUp();
    const outcomes: ReturnType<typeof watch<void>>[] = [];
    client.on('connectionFailure', () => void outcomes.push(watch(client.stop())));
    const started = watch(client.start());
    (await broker.nextConnection()).wire.refuse();
    await clock.settle();
    expect([started.code, outcomes[0]?.status, client.state.status]).toEqual(['STOPPED', 'resolved', 'stopped']);
    expect(summary(heard)).toEqual(['attemptingConnect', 'connectionFailure SOCKET_OPEN_FAILED', 'stopped']);
    expect(clock.pendingWakes).toBe(0);
  });

  it('of attemptingConnect may stop the client: no socket is opened', async () => {
    const { client, broker, clock } = setUp();
    client.on('attemptingConnect', () => void client.stop());
    void client.start();
    await broker.expectNoConnection();
    expect([client.state.status, clock.pendingWakes]).toEqual(['stopped', 0]);
  });

  it('of connectionSuccess may publish and subscribe, behind what waited', async () => {
    const { client, broker, clock } = setUp();
    void client.publish('first', 'x', { qos: 1 }).catch(() => {});
    client.on('connectionSuccess', () => void client.publish('second', 'x', { qos: 1 }).catch(() => {}));
    void client.start();
    const server = await broker.nextConnection();
    await server.acceptClient();
    await server.expectPacket('publish', { topic: 'first' });
    await server.expectPacket('publish', { topic: 'second' });
    await clock.settle();
    await client.stop();
  });

  it('of a fatal failure may start again', async () => {
    const { client, broker, clock } = setUp();
    let again: ReturnType<typeof watch> | undefined;
    client.on('connectionFailure', () => (again = watch(client.start())));
    const first = watch(client.start());
    await (await broker.nextConnection()).acceptClient({ reasonCode: 0x8a });
    await (await broker.nextConnection()).acceptClient();
    await clock.settle();
    expect([first.code, again?.status, client.state.status]).toEqual(['CONNACK_REFUSED', 'resolved', 'connected']);
    await client.stop();
  });

  it('of stopped may start again', async () => {
    const { client, broker, clock } = await connected();
    let again: ReturnType<typeof watch> | undefined;
    const off = client.on('stopped', () => (again = watch(client.start())));
    void client.stop();
    await (await broker.nextConnection()).acceptClient();
    await clock.settle();
    expect([again?.status, client.state.status]).toEqual(['resolved', 'connected']);
    off();
    await client.stop();
  });
});
