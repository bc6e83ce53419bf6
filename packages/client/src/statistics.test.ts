import { describe, expect, it } from 'vitest';
import { connected, reconnected, setUp, watch } from './testing/set-up.test-helpers.ts';
import { grant, message } from './testing/subscriptions.test-helpers.ts';

describe('client.statistics()', () => {
  it('is all zero on a client that was never started', () => {
    const { client } = setUp();
    expect(client.statistics()).toEqual({
      incompleteOperationCount: 0,
      incompleteOperationSize: 0,
      unackedOperationCount: 0,
      unackedOperationSize: 0,
      queuedOperationCount: 0,
      queuedOperationSize: 0,
      inFlight: { outbound: 0, inbound: 0 },
      bufferedBytes: 0,
      sent: { messages: 0, bytes: 0, messagesPerSecond: 0, bytesPerSecond: 0 },
      received: { messages: 0, bytes: 0, messagesPerSecond: 0, bytesPerSecond: 0 },
      connectionCount: 0,
      reconnectCount: 0,
      disconnectionCauses: {},
      connectionFailureCauses: {},
      operationFailureCauses: {},
      droppedMessageCount: 0,
      unroutedMessageCount: 0,
    });
  });

  it('counts operations as the AWS IoT device SDKs do: those that wait, and those that are unacknowledged', async () => {
    const { client, clock, server } = await connected({}, { properties: { receiveMaximum: 2 } });
    for (let index = 0; index < 5; index++) void client.publish('abc', 'seven b', { qos: 1 });
    watch(client.subscribe('fil/ter'));
    await clock.settle();
    expect(client.statistics()).toMatchObject({
      incompleteOperationCount: 6,
      incompleteOperationSize: 57,
      unackedOperationCount: 3,
      unackedOperationSize: 27,
      queuedOperationCount: 3,
      queuedOperationSize: 30,
      inFlight: { outbound: 2, inbound: 0 },
    });
    await server.expectPacket('publish');
    await server.expectPacket('publish');
    await grant(server);
    for (const packetId of [1, 2, 4, 5, 6]) {
      server.send({ type: 'puback', packetId, reasonCode: 0 });
      await clock.settle();
    }
    await clock.settle();
    expect(client.statistics()).toMatchObject({
      incompleteOperationCount: 0,
      incompleteOperationSize: 0,
      unackedOperationCount: 0,
      unackedOperationSize: 0,
      queuedOperationCount: 0,
      inFlight: { outbound: 0, inbound: 0 },
    });
    await client.stop();
  });

  it('adds up messages and bytes both ways, with rates', async () => {
    const { client, clock, server } = await connected();
    const before = client.statistics();
    expect(before.sent.messages + before.received.messages).toBe(0);
    expect(before.sent.bytes).toBeGreaterThan(12);
    for (let index = 0; index < 10; index++) void client.publish('a', '12345');
    server.send(message('b', '123'));
    server.send(message('b', '123'));
    await clock.advance(1_000);
    const { sent, received } = client.statistics();
    expect(sent).toMatchObject({ messages: 10, messagesPerSecond: 2, bytes: before.sent.bytes + 10 * 11 });
    expect(received).toMatchObject({ messages: 2, messagesPerSecond: 0.4, bytes: before.received.bytes + 2 * 9 });
    await client.stop();
  });

  it('times PINGREQ and acknowledgements, one at a time', async () => {
    const { client, clock, server } = await connected({ keepAliveSeconds: 20 });
    expect(client.statistics().roundTripMs).toBeUndefined();
    void client.publish('a', 'x', { qos: 1 });
    void client.publish('a', 'y', { qos: 1 });
    for (const qos of [1, 1] as const) await server.expectPacket('publish', { qos });
    await clock.advance(80);
    server.send({ type: 'puback', packetId: 2, reasonCode: 0 });
    await clock.advance(20);
    server.send({ type: 'puback', packetId: 1, reasonCode: 0 });
    await clock.settle();
    expect(client.statistics()).toMatchObject({ roundTripMs: 100, lastRoundTripMs: 100 });
    await clock.advance(9_900);
    await server.expectPacket('pingreq');
    const asked = clock.now();
    await clock.advance(20);
    server.send({ type: 'pingresp' });
    await clock.settle();
    expect(clock.now() - asked).toBe(20);
    expect(client.statistics()).toMatchObject({ roundTripMs: 90, lastRoundTripMs: 20 });
    await client.stop();
  });

  it('does not time what was sent on a connection that is gone', async () => {
    const made = await connected();
    const { client, clock, server } = made;
    void client.publish('a', 'x', { qos: 1 });
    await clock.settle();
    server.close();
    const again = await reconnected(made, { sessionPresent: true });
    const { packetId = 0 } = await again.expectPacket('publish', { duplicate: true });
    again.send({ type: 'puback', packetId, reasonCode: 0 });
    await clock.settle();
    expect(client.statistics().lastRoundTripMs).toBeUndefined();
    await client.stop();
  });

  it('counts reconnections and names their causes', async () => {
    const made = await connected({ reconnect: { jitter: 'none' } });
    const { client, clock, broker, server } = made;
    server.close();
    await clock.advance(1_000);
    (await broker.nextConnection()).wire.refuse();
    await clock.settle();
    const again = await reconnected(made);
    again.send({ type: 'disconnect', reasonCode: 0x8b });
    await clock.settle();
    await reconnected(made);
    expect(client.statistics()).toMatchObject({
      connectionCount: 3,
      reconnectCount: 2,
      disconnectionCauses: { SOCKET_CLOSED: 1, SERVER_DISCONNECTED: 1 },
      connectionFailureCauses: { SOCKET_OPEN_FAILED: 1 },
    });
    await client.stop();
    void client.start();
    await (await broker.nextConnection()).acceptClient();
    await clock.settle();
    expect(client.statistics()).toMatchObject({ connectionCount: 4, reconnectCount: 2 });
    await client.stop();
  });

  it('counts what the queue refused or dropped, and what found the buffer of a subscription full', async () => {
    const { client, clock, server } = await connected({ offlineQueue: { maxAgeMs: 1_000 } }, {});
    const subscribed = client.subscribe('a', { buffer: 2 });
    await grant(server);
    const subscription = await subscribed;
    for (let index = 0; index < 5; index++) server.send(message('a', String(index)));
    await clock.settle();
    expect(client.statistics().droppedMessageCount).toBe(3);
    const unsubscribed = subscription.unsubscribe();
    const { packetId } = await server.expectPacket('unsubscribe');
    server.send({ type: 'unsuback', packetId, reasonCodes: [0] });
    await unsubscribed;
    expect(client.statistics().droppedMessageCount).toBe(3);
    server.close();
    await clock.settle();
    watch(client.publish('a', 'x'));
    watch(client.publish('a', 'x', { qos: 1 }));
    await clock.advance(1_000);
    expect(client.statistics().operationFailureCauses).toEqual({ OFFLINE: 1, EXPIRED: 1 });
    await client.stop();
  });

  it('counts a publish of QoS 0 that is refused on the spot, while connected', async () => {
    const { client } = await connected(
      { brokerProfile: { maximumPayloadBytes: 3 } },
      { properties: { retainAvailable: false } },
    );
    for (const [payload, retain] of [['long', false] as const, ['x', true] as const])
      await client.publish('a', payload, { retain }).catch(() => undefined);
    await client.publish('a', 'x');
    expect(client.statistics().operationFailureCauses).toEqual({ LIMIT_EXCEEDED: 1, UNSUPPORTED_BY_SERVER: 1 });
    await client.stop();
  });
});
