import type { PropertiesOf } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import type { Payload } from './payload.ts';
import type { PublishOptions } from './publish.ts';
import { connected, errorOf, setUp, watch } from './testing/set-up.test-helpers.ts';

describe('publish', () => {
  it('sends topic, payload and options', async () => {
    const { client, server } = await connected();
    const properties = {
      contentType: 'application/json',
      userProperties: [['a', 'b']],
      messageExpiryInterval: 5,
    } as const;
    void client.publish('plants/p1/set', { c: 21 }, { retain: true, properties });
    await server.expectPacket('publish', {
      topic: 'plants/p1/set',
      payload: new TextEncoder().encode('{"c":21}'),
      qos: 0,
      retain: true,
      duplicate: false,
      properties,
    });
  });

  it('resolves QoS 0 with no more than that, once the socket has it', async () => {
    const { client, clock, server } = await connected();
    const published = watch(client.publish('a', 'x'));
    expect(published.status).toBe('pending');
    await clock.settle();
    expect(published.value).toEqual({ qos: 0 });
    await server.expectPacket('publish');
  });

  it('resolves QoS 1 with the PUBACK', async () => {
    const { client, server } = await connected();
    const published = client.publish('a', 'x', { qos: 1 });
    const { packetId = 0 } = await server.expectPacket('publish', { qos: 1 });
    const properties = { reasonString: 'nobody listens', userProperties: [['a', 'b']] } as const;
    server.send({ type: 'puback', packetId, reasonCode: 0x10, properties });
    // 0x10 is a success that is visible.
    expect(await published).toEqual({
      qos: 1,
      reasonCode: 0x10,
      reasonName: 'No matching subscribers',
      ...properties,
    });
  });

  it('resolves QoS 2 when the exchange is over, with the PUBREC', async () => {
    const { client, clock, server } = await connected();
    const published = watch(client.publish('a', 'x', { qos: 2 }));
    const { packetId = 0 } = await server.expectPacket('publish', { qos: 2 });
    server.send({ type: 'pubrec', packetId, reasonCode: 0x10 });
    await server.expectPacket('pubrel', { packetId });
    expect(published.status).toBe('pending');
    server.send({ type: 'pubcomp', packetId, reasonCode: 0 });
    await clock.settle();
    expect(published.value).toEqual({ qos: 2, reasonCode: 0x10, reasonName: 'No matching subscribers' });
  });

  it.each([1, 2] as const)('resolves QoS %i in 3.1.1 with reason code 0', async (qos) => {
    const { client, clock, server } = await connected({ protocolVersion: 4 });
    const published = watch(client.publish('a', 'x', { qos }));
    const { packetId = 0 } = await server.expectPacket('publish', { qos });
    if (qos === 1) server.send({ type: 'puback', packetId, reasonCode: 0 });
    else server.send({ type: 'pubrec', packetId, reasonCode: 0 }, { type: 'pubcomp', packetId, reasonCode: 0 });
    await clock.settle();
    expect(published.value).toEqual({ qos, reasonCode: 0, reasonName: 'Success' });
  });

  it('resolves with values that nobody can change for others', async () => {
    const { client, server } = await connected();
    const first = client.publish('a', 'x', { qos: 1 });
    server.send({ type: 'puback', packetId: (await server.expectPacket('publish')).packetId ?? 0, reasonCode: 0 });
    const result = await first;
    expect(() => Object.assign(result, { reasonCode: 1 })).toThrow(TypeError);
  });

  it('rejects with the packet that refuses, from 0x80', async () => {
    const { client, server } = await connected();
    const refused = errorOf(client.publish('a', 'x', { qos: 1 }));
    const { packetId = 0 } = await server.expectPacket('publish');
    const packet = {
      type: 'puback',
      packetId,
      reasonCode: 0x87,
      properties: { reasonString: 'read only', userProperties: [['a', 'b']] },
    } as const;
    server.send(packet);
    expect(await refused).toMatchObject({
      code: 'PUBLISH_REFUSED',
      reasonCode: 0x87,
      reasonName: 'Not authorized',
      packet,
      retryable: false,
    });
  });

  it('sends what the caller gave it, not what the caller makes of it later', async () => {
    const { client, server } = await connected({}, { properties: { receiveMaximum: 1 } });
    const buffer = Uint8Array.of(1, 2, 3, 4);
    void client.publish('a', buffer.subarray(0, 2), { qos: 1 });
    void client.publish('a', buffer.subarray(2), { qos: 1 });
    buffer.fill(9);
    await server.expectPacket('publish', { payload: Uint8Array.of(1, 2), packetId: 1 });
    buffer.fill(8);
    server.send({ type: 'puback', packetId: 1, reasonCode: 0 });
    await server.expectPacket('publish', { payload: Uint8Array.of(3, 4) });
  });

  it('passes on the properties of a received message, without its Subscription Identifiers [MQTT-3.3.4-6]', async () => {
    const { client, server } = await connected();
    const received: PropertiesOf<'publish'> = { contentType: 'text/plain', subscriptionIdentifier: [1, 2] };
    void client.publish('b', 'x', { properties: received });
    const { properties } = await server.expectPacket('publish');
    expect(properties).toEqual({ contentType: 'text/plain' });
  });

  it('passes on the properties of a message of 3.1.1, which has none', async () => {
    const { client, server } = await connected({ protocolVersion: 4 });
    const published = watch(client.publish('b', 'x', { properties: {} }));
    await server.expectPacket('publish', { topic: 'b' });
    expect(published.status).toBe('resolved');
  });

  it('sends an empty payload, which deletes what is retained', async () => {
    const { client, server } = await connected();
    void client.publish('a', '', { retain: true });
    await server.expectPacket('publish', { payload: new Uint8Array(), retain: true });
  });

  it('keeps to the receive maximum of the server, in order [MQTT-3.3.4-9]', async () => {
    const { client, server } = await connected({}, { properties: { receiveMaximum: 2 } });
    const outcomes = ['1', '2', '3', '4'].map((payload) => watch(client.publish('a', payload, { qos: 1 })));
    for (const payload of ['1', '2'])
      await server.expectPacket('publish', { payload: new TextEncoder().encode(payload) });
    await server.expectNothing();
    server.send({ type: 'puback', packetId: 1, reasonCode: 0 });
    await server.expectPacket('publish', { payload: new TextEncoder().encode('3') });
    await server.expectNothing();
    expect(outcomes.map(({ status }) => status)).toEqual(['resolved', 'pending', 'pending', 'pending']);
  });
});

describe('publish refuses with INVALID_ARGUMENT, and nothing else is hurt:', () => {
  /** What callers without types pass. */
  const untyped = (value: unknown): never => value as never;

  it.each<[string, unknown, unknown, unknown]>([
    ['an empty topic', '', 'x', {}],
    ['a wildcard', 'a/+', 'x', {}],
    ['another wildcard', '#', 'x', {}],
    ['U+0000 in the topic', 'a\u0000', 'x', {}],
    ['a lone surrogate in the topic', '\uD800', 'x', {}],
    ['a topic over 65,535 bytes', 'x'.repeat(65_536), 'x', {}],
    ['a topic that is no text', 7, 'x', {}],
    ['no topic', undefined, 'x', {}],
    ['QoS 3', 'a', 'x', { qos: 3 }],
    ['QoS as text', 'a', 'x', { qos: '1' }],
    ['a payload that is undefined', 'a', undefined, {}],
    ['a payload that is a function', 'a', () => 1, {}],
    ['a timeout that is no number', 'a', 'x', { qos: 1, timeoutMs: Number.NaN }],
    ['a timeout as text', 'a', 'x', { qos: 1, timeoutMs: '500' }],
    ['a negative timeout', 'a', 'x', { qos: 1, timeoutMs: -1 }],
    ['an unknown property', 'a', 'x', { properties: { colour: 'green' } }],
    ['a property of the wrong type', 'a', 'x', { properties: { messageExpiryInterval: '5' } }],
    ['a property that only SUBSCRIBE has', 'a', 'x', { properties: { sessionExpiryInterval: 1 } }],
    ['a topic alias, which the client chooses', 'a', 'x', { properties: { topicAlias: 1 } }],
    ['a response topic with a wildcard', 'a', 'x', { properties: { responseTopic: 'a/#' } }],
    [
      'a payload that is not the UTF-8 it claims',
      'a',
      Uint8Array.of(0xff),
      { properties: { payloadFormatIndicator: 1 } },
    ],
  ])('%s', async (_, topic, payload, options) => {
    const { client, server, clock } = await connected();
    const error = await errorOf(client.publish(untyped(topic), untyped(payload), untyped(options)));
    expect(error).toMatchObject({ name: 'MqttError', code: 'INVALID_ARGUMENT', retryable: false });
    await server.expectNothing();
    const published = watch(client.publish('a', 'x'));
    await clock.settle();
    expect(published.status).toBe('resolved');
  });

  it('topic alias 0 [MQTT-3.3.2-8]', async () => {
    const { client, server } = await connected(
      { topicAliasing: { outbound: 'manual' } },
      { properties: { topicAliasMaximum: 2 } },
    );
    const properties = { topicAlias: 0 };
    expect(await errorOf(client.publish('a', 'x', { properties }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    await server.expectNothing();
    await client.publish('a', 'x', { properties: { topicAlias: 2 } });
    await server.expectPacket('publish', { topic: 'a', properties: { topicAlias: 2 } });
    await client.publish('a', 'x', { properties: { topicAlias: 2 } });
    await server.expectPacket('publish', { topic: '', properties: { topicAlias: 2 } });
  });

  it('what cannot be encoded for the version in use', async () => {
    const { client, server } = await connected({ protocolVersion: 4 });
    const properties: PropertiesOf<'publish'> = { contentType: 'text/plain' };
    const error = await errorOf(client.publish('a', 'x', { qos: 1, properties }));
    expect(error).toMatchObject({ code: 'UNSUPPORTED_BY_SERVER', retryable: false });
    await server.expectNothing();
  });
});

describe('publish keeps to what the server announced:', () => {
  it.each<[string, PropertiesOf<'connack'>, Payload, PublishOptions, string]>([
    ['a maximum QoS', { maximumQoS: 1 }, 'x', { qos: 2 }, 'UNSUPPORTED_BY_SERVER'],
    ['no retained messages', { retainAvailable: false }, 'x', { retain: true }, 'UNSUPPORTED_BY_SERVER'],
    ['a maximum packet size', { maximumPacketSize: 100 }, 'x'.repeat(100), {}, 'PACKET_TOO_LARGE'],
    ['a maximum packet size, QoS 1', { maximumPacketSize: 100 }, 'x'.repeat(100), { qos: 1 }, 'PACKET_TOO_LARGE'],
  ])('%s', async (_, properties, payload, options, code) => {
    const { client, server } = await connected({}, { properties });
    expect(await errorOf(client.publish('a', payload, options))).toMatchObject({ code, retryable: false });
    await server.expectNothing();
    expect(client.state.status).toBe('connected');
  });
});

describe('publish without a connection', () => {
  it('waits with QoS 1 and 2, before the first start too, and goes out in order', async () => {
    const { client, clock, broker } = setUp();
    const outcomes = [1, 2].map((qos) => watch(client.publish('a', `${qos}`, { qos: qos as 1 | 2 })));
    await clock.advance(3_600_000);
    void client.start();
    const server = await broker.nextConnection();
    await server.acceptClient();
    await server.expectPacket('publish', { qos: 1 });
    await server.expectPacket('publish', { qos: 2 });
    expect(outcomes.map(({ status }) => status)).toEqual(['pending', 'pending']);
  });

  it('does not wait with QoS 0, but says OFFLINE', async () => {
    const { client, clock } = setUp();
    void client.start();
    await clock.settle();
    expect(await errorOf(client.publish('a', 'x'))).toMatchObject({ code: 'OFFLINE', retryable: true });
  });

  it('counts bytes: the queue is full before they are too many', async () => {
    const { client, clock } = setUp({ offlineQueue: { maxBytes: 1_000 } });
    const first = watch(client.publish('a', 'x'.repeat(900), { qos: 1 }));
    const second = watch(client.publish('a', 'x'.repeat(900), { qos: 1 }));
    await clock.settle();
    expect([first.status, second.code]).toEqual(['pending', 'QUEUE_FULL']);
  });
});
