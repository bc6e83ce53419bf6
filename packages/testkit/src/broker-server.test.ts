import { Decoder, encode, type Packet } from '@mqtide/codec';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type BrokerServer, startBrokerServer } from './broker-server.ts';

const CONNECT: Packet = { type: 'connect', protocolVersion: 5, clientId: 'a', cleanStart: true, keepAliveSeconds: 0 };

let server: BrokerServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Opens a socket and collects what comes. */
function open(url: string, protocols: string[] = ['mqtt']) {
  const socket = new WebSocket(url, protocols);
  const decoder = new Decoder({ version: 5, sender: 'server' });
  const received: Packet[] = [];
  let notice: (() => void) | undefined;
  socket.on('message', (data: Buffer) => {
    received.push(...decoder.push(data));
    notice?.();
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const send = (packet: Packet): void => socket.send(encode(packet, 5));
  const next = async (): Promise<Packet> => {
    while (received.length === 0) await new Promise<void>((resolve) => (notice = resolve));
    return received.shift() as Packet;
  };
  return { socket, opened, closed, send, next };
}

// This one is about a real socket; it stays on the loopback interface.
describe('startBrokerServer', () => {
  it('serves MQTT on a free port of the loopback interface', async () => {
    server = await startBrokerServer();
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/mqtt$/);
    const { socket, opened, send, next } = open(server.url);
    await opened;
    expect(socket.protocol).toBe('mqtt');
    send(CONNECT);
    expect((await next()).type).toBe('connack');
    send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: '#', qos: 1 }] });
    expect((await next()).type).toBe('suback');
    server.broker.publish({ topic: 'a', payload: 'hello', qos: 1 });
    expect(await next()).toMatchObject({ type: 'publish', topic: 'a', payload: Uint8Array.from(Buffer.from('hello')) });
    socket.close();
  });

  it('tells a close from a loss', async () => {
    server = await startBrokerServer();
    const [told, lost] = [open(server.url), open(server.url)];
    await Promise.all([told.opened, lost.opened]);
    told.send(CONNECT);
    lost.send({ ...CONNECT, clientId: 'b' });
    await Promise.all([told.next(), lost.next()]);
    server.broker.disconnect('a', 0x98);
    server.broker.drop('b');
    expect([await told.closed, await lost.closed]).toEqual([1000, 1006]);
    expect(await told.next()).toEqual({ type: 'disconnect', reasonCode: 0x98 });
  });

  it('refuses a client that does not offer mqtt', async () => {
    server = await startBrokerServer();
    await expect(open(server.url, ['chat']).opened).rejects.toThrow('400');
    await expect(open(server.url, []).opened).rejects.toThrow('400');
  });

  it('closes on a text frame', async () => {
    server = await startBrokerServer();
    const { socket, opened, closed, send, next } = open(server.url);
    await opened;
    send(CONNECT);
    await next();
    socket.send('text');
    expect(await closed).toBe(1000);
    expect(server.broker.violations.map(({ name }) => name)).toEqual(['textFrame']);
  });

  it('says that a port is in use', async () => {
    server = await startBrokerServer();
    const port = Number(new URL(server.url).port);
    await expect(startBrokerServer({ port })).rejects.toThrow('EADDRINUSE');
  });

  it('stops with its connections open', async () => {
    server = await startBrokerServer();
    const { opened, closed } = open(server.url);
    await opened;
    await server.close();
    server = undefined;
    expect(await closed).toBe(1006);
  });
});
