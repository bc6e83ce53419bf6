import { Decoder, type Packet, encode } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import type { ClientEvents } from './events.ts';
import { Wire } from './engine/wire.ts';
import { connected, setUp, watch } from './testing/set-up.test-helpers.ts';
import { message } from './testing/subscriptions.test-helpers.ts';

type Seen = ClientEvents['packet'];

const said = (seen: readonly Seen[]): string[] => seen.map(({ direction, packet }) => `${direction} ${packet.type}`);

describe('the `packet` event', () => {
  it('tells every packet with its bytes, in both directions', async () => {
    const seen: Seen[] = [];
    const { client, broker, clock } = setUp();
    client.on('packet', (event) => seen.push(event));
    void client.start();
    const server = await broker.nextConnection();
    await server.acceptClient();
    await clock.settle();
    watch(client.publish('a', 'x', { qos: 1 }));
    await clock.settle();
    server.send({ type: 'puback', packetId: 1, reasonCode: 0 });
    server.send(message('b', 'y'));
    await clock.settle();
    await client.stop();
    expect(said(seen)).toEqual([
      'sent connect',
      'received connack',
      'sent publish',
      'received puback',
      'received publish',
      'sent disconnect',
    ]);
    for (const { direction, packet, bytes } of seen) {
      const decoder = new Decoder({ version: 5, sender: direction === 'sent' ? 'client' : 'server' });
      expect(decoder.push(bytes)).toEqual([packet]);
    }
    const sent = seen.filter(({ direction }) => direction === 'sent').flatMap(({ bytes }) => [...bytes]);
    expect(sent).toEqual(server.wire.sent.flatMap((frame) => [...frame]));
  });

  it('has the bytes as they came, however they were split and written', async () => {
    const { client, server, clock } = await connected();
    const first = encode(message('split', 'in two'), 5);
    server.sendBytes(first.slice(0, 5));
    await clock.settle();
    // Begins to listen in the middle of a packet.
    const seen: Seen[] = [];
    client.on('packet', (event) => seen.push(event));
    // A PUBACK may say its reason code although it is 0.
    const long = Uint8Array.of(0x40, 3, 0, 9, 0);
    const part = encode(message('c', 'z'), 5);
    server.sendBytes(Uint8Array.of(...first.slice(5), ...long, ...part.slice(0, 1)));
    await clock.settle();
    for (const byte of part.slice(1)) server.sendBytes(Uint8Array.of(byte));
    await clock.settle();
    expect(seen.map(({ bytes }) => bytes)).toEqual([first, long, part]);
    await client.stop();
  });

  it('masks password and authentication data, in fields and bytes, and what follows a `?` in the user name', async () => {
    const seen: Seen[] = [];
    const { client, broker, clock } = setUp({
      credentials: { username: 'me?token=SENTINEL', password: 'SENTINEL' },
    });
    client.on('packet', (event) => seen.push(event));
    void client.start();
    const server = await broker.nextConnection();
    await server.acceptClient({
      properties: {
        authenticationMethod: 'SCRAM-SHA-256',
        authenticationData: new TextEncoder().encode('SENTINEL'),
        reasonString: 'hello',
      },
    });
    await clock.settle();
    await client.stop();
    expect(seen.length).toBeGreaterThanOrEqual(2);
    const [connect, connack] = seen;
    expect(connect?.packet).toMatchObject({ username: 'me?**************', password: new Uint8Array(8).fill(42) });
    const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
    for (const { bytes } of [connect, connack] as Seen[]) expect(text(bytes)).not.toContain('SENTINEL');
    expect(text(connack?.bytes)).toContain('hello');
    // The same length: the bytes are still a packet, and those of the wire where nothing is secret.
    expect(connect?.bytes.length).toBe(server.wire.sent[0]?.length);
    for (const { packet } of [connect, connack] as Seen[])
      expect(new Decoder({ version: 5 }).push(encode(packet as Packet, 5))).toEqual([packet]);
  });

  it('what a listener does to a packet, or throws, hurts nobody', async () => {
    const { client, server, clock, unhandled } = await connected();
    const got: string[] = [];
    client.on('packet', ({ packet, bytes }) => {
      if (packet.type === 'publish') packet.payload.fill(0);
      bytes.fill(0);
      throw new Error('oops');
    });
    client.on('messageReceived', ({ message: each }) => got.push(each.text()));
    watch(client.publish('a', 'whole', { qos: 1 }));
    expect(await server.expectPacket('publish')).toMatchObject({ payload: new TextEncoder().encode('whole') });
    server.send(message('b', 'intact'));
    await clock.settle();
    expect(got).toEqual(['intact']);
    expect(unhandled).toHaveLength(2);
    await client.stop();
  });

  it('a listener may publish: no message is lost, and it is told of its own', async () => {
    const { client, server, clock } = await connected();
    const seen: Seen[] = [];
    client.on('packet', (event) => {
      seen.push(event);
      if (seen.length === 1) watch(client.publish('log', 'y', { qos: 1 }));
    });
    void client.publish('a', 'x');
    await clock.settle();
    expect([await server.expectPacket('publish'), await server.expectPacket('publish')]).toMatchObject([
      { topic: 'a' },
      { topic: 'log' },
    ]);
    expect(said(seen)).toEqual(['sent publish', 'sent publish']);
    await client.stop();
  });

  it('costs nothing when nobody listens: there is no tap, nothing is copied, nothing encoded', async () => {
    const { client, server, clock } = await connected();
    const seen: Seen[] = [];
    const off = client.on('packet', (event) => seen.push(event));
    void client.publish('a', 'x');
    await clock.settle();
    expect(seen).toHaveLength(1);
    off();
    void client.publish('a', 'x');
    server.send(message('b', 'y'));
    await clock.settle();
    expect(seen).toHaveLength(1);
    await client.stop();

    const wire = new Wire();
    const packet = message('a', 'x');
    const untouchable = new Proxy(packet, {
      get: (target, name) => {
        if (name === 'payload') throw new Error('the payload was read');
        return Reflect.get(target, name) as unknown;
      },
      ownKeys: () => {
        throw new Error('the packet was copied');
      },
    });
    wire.onSend(untouchable, 0);
    wire.onReceive(5, 0);
    wire.onPacket(untouchable, 0);
    expect(wire.read(0).received).toMatchObject({ messages: 1, bytes: 5 });
  });
});
