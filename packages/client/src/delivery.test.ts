import type { PublishPacket, QoS } from '@mqtide/codec';
import { createPair } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import { createClientWith } from './internal.ts';
import type { Message } from './message.ts';
import { connected, reconnected, watch } from './testing/set-up.test-helpers.ts';
import { collector, grant } from './testing/subscriptions.test-helpers.ts';

const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);

function publish(packetId: number, payload: string, qos: 1 | 2, duplicate = false): PublishPacket {
  const bytes = new TextEncoder().encode(payload);
  return { type: 'publish', topic: 'a', payload: bytes, qos, retain: false, duplicate, packetId };
}

describe.each([5, 4] as const)('in version %i', (protocolVersion) => {
  it.each<QoS>([0, 1, 2])('QoS %i travels both ways, from client to client', async (qos) => {
    const pair = createPair();
    const options = { url: pair.url, protocolVersion };
    const [publisher, subscriber] = ['p', 's'].map((clientId) => createClientWith({ ...options, clientId }, pair));
    if (publisher === undefined || subscriber === undefined) throw new Error('two clients');
    await Promise.all([publisher.start(), subscriber.start()]);
    const { texts, handler } = collector();
    await subscriber.subscribe('plants/+/temp', { qos }, handler);
    const expected = Array.from({ length: 50 }, (_, index) => `message ${index}`);
    await Promise.all(expected.map((each) => publisher.publish('plants/p1/temp', each, { qos })));
    await pair.clock.settle();
    expect(texts).toEqual(expected);
    await Promise.all([publisher.stop(), subscriber.stop()]);
    pair.broker.assertNoViolations();
  });

  it('QoS 1 and 2 go on after a reconnection: in order, with DUP, once each where it is QoS 2 [MQTT-4.4.0-1] [MQTT3-4.4.0-1]', async () => {
    const made = await connected({ protocolVersion, clientId: 'me', reconnect: { jitter: 'none' } });
    const { client, clock, server } = made;
    const outcomes = [1, 2, 1].map((qos, index) => watch(client.publish('a', `${index}`, { qos: qos as 1 | 2 })));
    for (const payload of ['0', '1', '2'])
      await server.expectPacket('publish', { payload: new TextEncoder().encode(payload), duplicate: false });
    server.close();
    const next = await reconnected(made, { sessionPresent: true });
    for (const payload of ['0', '1', '2'])
      await next.expectPacket('publish', { payload: new TextEncoder().encode(payload), duplicate: true });
    next.send({ type: 'puback', packetId: 1, reasonCode: 0 }, { type: 'puback', packetId: 3, reasonCode: 0 });
    next.send({ type: 'pubrec', packetId: 2, reasonCode: 0 });
    await next.expectPacket('pubrel', { packetId: 2 });
    next.close();
    const last = await reconnected(made, { sessionPresent: true });
    await last.expectPacket('pubrel', { packetId: 2 });
    last.send({ type: 'pubcomp', packetId: 2, reasonCode: 0 });
    await clock.settle();
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'resolved', 'resolved']);
    await last.expectNothing();
  });

  it('a QoS 2 message that comes again is answered and not delivered again [MQTT-4.3.3-10] [MQTT3-4.3.3-2]', async () => {
    const made = await connected({ protocolVersion, clientId: 'me' });
    const { texts, handler } = collector();
    void made.client.subscribe('a', { qos: 2 }, handler);
    await grant(made.server);
    made.server.send(publish(1, 'once', 2), publish(1, 'once', 2, true));
    await made.server.expectPacket('pubrec', { packetId: 1 });
    await made.server.expectPacket('pubrec', { packetId: 1 });
    made.server.close();
    const next = await reconnected(made, { sessionPresent: true });
    next.send(publish(1, 'once', 2, true));
    await next.expectPacket('pubrec', { packetId: 1 });
    next.send({ type: 'pubrel', packetId: 1, reasonCode: 0 });
    await next.expectPacket('pubcomp', { packetId: 1 });
    next.send(publish(1, 'another', 2));
    await next.expectPacket('pubrec', { packetId: 1 });
    expect(texts).toEqual(['once', 'another']);
  });
});

describe('the bytes of a message', () => {
  it('are the receiver’s: what comes later does not change them', async () => {
    const { client, clock, server } = await connected();
    const messages: Message[] = [];
    client.on('messageReceived', ({ message }) => messages.push(message));
    server.send(publish(1, 'first', 1), publish(2, 'other', 1));
    await clock.settle();
    server.send(publish(3, 'third', 1));
    await clock.settle();
    expect(messages.map(({ payload }) => text(payload))).toEqual(['first', 'other', 'third']);
    messages[0]?.payload.fill(0x78);
    expect(messages.map(({ payload }) => text(payload))).toEqual(['xxxxx', 'other', 'third']);
  });

  it('arrive whole, however the frames were cut', async () => {
    for (const size of [1, 2, 3, 7]) {
      const { client, clock, server } = await connected();
      const heard: string[] = [];
      client.on('messageReceived', ({ message }) => heard.push(message.text()));
      server.wire.deliverSplit(Uint8Array.from([0x30, 5, 0, 1, 0x61, 0, 0x31, 0x30, 5, 0, 1, 0x61, 0, 0x32]), size);
      await clock.settle();
      expect([size, heard]).toEqual([size, ['1', '2']]);
    }
  });
});

describe('where the session is lost', () => {
  it.each([
    ['republishQos1', ['resolved', 'SESSION_LOST']],
    ['republish', ['resolved', 'resolved']],
    ['fail', ['SESSION_LOST', 'SESSION_LOST']],
  ] as const)('`session.onLost` %s gives QoS 1 and 2 their ends', async (onLost, ends) => {
    const made = await connected({ session: { onLost } });
    const outcomes = ([1, 2] as const).map((qos) => watch(made.client.publish('a', 'x', { qos })));
    await made.clock.settle();
    made.server.close();
    const next = await reconnected(made, { sessionPresent: false });
    for (const packet of next.untaken) {
      if (packet.type !== 'publish') continue;
      await next.expectPacket('publish', { duplicate: false });
      const { packetId = 0, qos } = packet;
      if (qos === 1) next.send({ type: 'puback', packetId, reasonCode: 0 });
      else next.send({ type: 'pubrec', packetId, reasonCode: 0 }, { type: 'pubcomp', packetId, reasonCode: 0 });
    }
    await made.clock.settle();
    expect(outcomes.map(({ code, status }) => code ?? status)).toEqual(ends);
  });

  it('a QoS 2 message that the server had taken is a success', async () => {
    const made = await connected();
    const published = watch(made.client.publish('a', 'x', { qos: 2 }));
    const { packetId = 0 } = await made.server.expectPacket('publish');
    made.server.send({ type: 'pubrec', packetId, reasonCode: 0 });
    await made.server.expectPacket('pubrel');
    made.server.close();
    await (await reconnected(made, { sessionPresent: false })).expectNothing();
    expect(published.value).toEqual({ qos: 2, reasonCode: 0, reasonName: 'Success' });
  });
});
