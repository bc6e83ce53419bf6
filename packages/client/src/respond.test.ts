import type { PublishPacket } from '@mqtide/codec';
import { createPair } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import { createClientWith } from './internal.ts';
import { connected } from './testing/set-up.test-helpers.ts';
import { grant, message } from './testing/subscriptions.test-helpers.ts';

describe('respond', () => {
  /** A request as a server delivers it. */
  const request = (text: string, qos: 0 | 1, responseTopic?: string): PublishPacket => ({
    ...message('svc', text),
    qos,
    ...(qos > 0 && { packetId: 7 }),
    properties: { correlationData: Uint8Array.of(1, 2), ...(responseTopic !== undefined && { responseTopic }) },
  });

  it('publishes what the handler returns, with the correlation data and the QoS of the request', async () => {
    const { client, server } = await connected();
    void client.respond('svc', async (each) => ({ length: each.payload.length }));
    expect((await grant(server)).subscriptions).toMatchObject([{ filter: 'svc', qos: 1 }]);
    server.send(request('abc', 1, 'r/1'));
    await server.expectPacket('puback');
    const { topic, qos, payload, properties } = await server.expectPacket('publish');
    expect([topic, qos, new TextDecoder().decode(payload)]).toEqual(['r/1', 1, '{"length":3}']);
    expect(properties).toEqual({ correlationData: Uint8Array.of(1, 2) });
    server.send(request('', 0, 'r/2'));
    await server.expectPacket('publish', { topic: 'r/2', qos: 0 });
  });

  it('does not reply with nothing, or to nobody', async () => {
    const { client, server } = await connected();
    const heard: string[] = [];
    void client.respond('svc', (each) => {
      heard.push(each.text());
      return each.text() === 'silent' ? undefined : 'x';
    });
    await grant(server);
    server.send(request('silent', 0, 'r'), request('no response topic', 0));
    await server.expectNothing();
    expect(heard).toEqual(['silent', 'no response topic']);
  });

  it('a handler that fails, or a reply that cannot be sent, is reported and affects that request alone', async () => {
    const { client, server, unhandled, clock } = await connected({}, { properties: { maximumPacketSize: 100 } });
    void client.respond('svc', (each) => {
      if (each.text() === 'fail') throw new Error('in the handler');
      return each.text() === 'huge' ? 'x'.repeat(200) : 'ok';
    });
    await grant(server);
    server.send(request('fail', 0, 'r'), request('huge', 0, 'r'), request('good', 0, 'r'));
    await server.expectPacket('publish', { topic: 'r' });
    await clock.settle();
    expect(unhandled).toMatchObject([{ message: 'in the handler' }, { code: 'PACKET_TOO_LARGE' }]);
  });

  it('answers `request` of another client, through a broker', async () => {
    const pair = createPair();
    const [asking, answering] = ['a', 'b'].map((clientId) => createClientWith({ url: pair.url, clientId }, pair));
    if (asking === undefined || answering === undefined) throw new Error('two clients');
    await Promise.all([asking.start(), answering.start()]);
    const responder = await answering.respond('svc/+', (each) => `${each.topic} ${each.text()}`);
    const replies = await Promise.all(['1', '2', '3'].map((text) => asking.request(`svc/${text}`, text)));
    expect(replies.map((each) => each.text())).toEqual(['svc/1 1', 'svc/2 2', 'svc/3 3']);
    await responder.unsubscribe();
    await Promise.all([asking.stop(), answering.stop()]);
    pair.broker.assertNoViolations();
  });
});
