import type { TransportListener } from '@mqtide/client/internal';
import { describe, expect, it } from 'vitest';
import type { MemoryConnection } from './memory-connection.ts';
import { MemoryTransport } from './memory-transport.ts';
import { VirtualClock } from './virtual-clock.ts';

const url = 'ws://broker.test/mqtt';
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A listener that writes down what it hears. */
function recorder(): { readonly listener: TransportListener; readonly heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    listener: {
      onOpen: () => heard.push('open'),
      onData: (data) => heard.push(`data ${Array.from(data).join(',')}`),
      onText: () => heard.push('text'),
      onClose: ({ code, reason, subprotocolRefused }) =>
        heard.push(`close ${code}${reason && ` ${reason}`}${subprotocolRefused === true ? ' subprotocol' : ''}`),
    },
  };
}

function connected(latencyMs = 0) {
  const clock = new VirtualClock();
  const transport = new MemoryTransport({ clock, latencyMs });
  const { listener, heard } = recorder();
  const client = transport.connect(url, listener);
  return { clock, transport, client, heard, server: transport.last };
}

describe('MemoryTransport', () => {
  it('shows every connection with its URL', () => {
    const transport = new MemoryTransport();
    expect(() => transport.last).toThrow('has not asked for a connection');
    transport.connect(url, recorder().listener);
    transport.connect('wss://other.test/', recorder().listener);
    expect(transport.connections.map((connection) => connection.url)).toEqual([url, 'wss://other.test/']);
    expect(transport.last.url).toBe('wss://other.test/');
  });

  it.each([
    ['nonsense', 'Invalid URL'],
    ['mqtt://broker.test', 'not the scheme of a WebSocket'],
    ['ws://broker.test/#fragment', 'no fragment'],
  ])('refuses %s as a WebSocket does', (wrong, message) => {
    const transport = new MemoryTransport();
    expect(() => transport.connect(wrong, recorder().listener)).toThrow(message);
    expect(transport.connections).toEqual([]);
  });

  it('tells nothing inside a call, and everything in order', async () => {
    const { clock, heard, server } = connected();
    server.accept();
    server.deliver(bytes(1));
    server.deliverText();
    server.deliver(bytes(2));
    server.drop(1001, 'going away');
    expect(heard).toEqual([]);
    await clock.settle();
    expect(heard).toEqual(['open', 'data 1', 'text', 'data 2', 'close 1001 going away']);
    expect(server.state).toBe('closed');
    expect(server.closedBy).toBe('server');
  });

  it('can be accepted where the connection is asked for, and reports the opening later', async () => {
    const clock = new VirtualClock();
    const arrived: string[] = [];
    const transport = new MemoryTransport({
      onConnection: (connection) =>
        connection.accept({ onData: (data) => arrived.push(`data ${data[0]}`), onClose: () => arrived.push('close') }),
    });
    const { listener, heard } = recorder();
    const client = transport.connect(url, listener);
    expect(heard).toEqual([]);
    await clock.settle();
    expect(heard).toEqual(['open']);
    client.send(bytes(9));
    client.close();
    expect(arrived).toEqual([]);
    await clock.settle();
    expect(arrived).toEqual(['data 9', 'close']);
  });

  it.each([
    ['refuse', (server: MemoryConnection) => server.refuse(), 'close 1006'],
    ['refuse with a code', (server: MemoryConnection) => server.refuse({ code: 4_000, reason: 'no' }), 'close 4000 no'],
    ['refuse the subprotocol', (server: MemoryConnection) => server.refuseSubprotocol(), 'close 1006 subprotocol'],
  ])('can %s, and then tells nothing but the close', async (_, act, expected) => {
    const { clock, heard, server } = connected();
    act(server);
    await clock.settle();
    expect(heard).toEqual([expected]);
    expect(() => server.accept()).toThrow('closed');
    expect(() => server.deliver(bytes(1))).toThrow('closed');
  });

  it('cuts and joins frames', async () => {
    const { clock, heard, server } = connected();
    server.accept();
    server.deliverSplit(bytes(1, 2, 3, 4, 5), 2);
    server.deliverSplit(bytes(1, 2, 3, 4, 5), [1, 3]);
    server.deliverMerged([bytes(1), bytes(2, 3)]);
    await clock.settle();
    expect(heard.slice(1)).toEqual(['data 1,2', 'data 3,4', 'data 5', 'data 1', 'data 2,3,4', 'data 5', 'data 1,2,3']);
  });

  it('copies bytes both ways', async () => {
    const clock = new VirtualClock();
    const received: Uint8Array[] = [];
    const transport = new MemoryTransport();
    const client = transport.connect(url, { ...recorder().listener, onData: (data) => received.push(data) });
    transport.last.accept();
    await clock.settle();
    const [toServer, toClient] = [bytes(1), bytes(2)];
    client.send(toServer);
    transport.last.deliver(toClient);
    toServer[0] = 99;
    toClient[0] = 99;
    await clock.settle();
    expect(transport.last.sentBytes).toEqual(bytes(1));
    expect(received).toEqual([bytes(2)]);
  });

  it('sends in order before a close by the client, who then hears nothing but the close', async () => {
    const { clock, client, heard, server } = connected();
    server.accept();
    await clock.settle();
    client.send(bytes(1));
    client.send(bytes(2));
    client.close();
    client.send(bytes(3));
    server.deliver(bytes(4));
    await clock.settle();
    expect(server.sent).toEqual([bytes(1), bytes(2)]);
    expect(server.state).toBe('closed');
    expect(server.closedBy).toBe('client');
    expect(heard).toEqual(['open', 'close 1000']);
  });

  it('loses what is on its way to a server that dropped the connection', async () => {
    const { clock, client, heard, server } = connected();
    server.accept();
    await clock.settle();
    client.send(bytes(1));
    server.drop();
    client.send(bytes(2));
    await clock.settle();
    expect(server.sent).toEqual([]);
    expect(heard).toEqual(['open', 'close 1006']);
  });

  it('throws where a WebSocket throws: sending before it is open', () => {
    const { client } = connected();
    expect(() => client.send(bytes(1))).toThrow('before onOpen');
  });

  it('gives up a connection that is still opening', async () => {
    const { clock, client, heard, server } = connected();
    client.close();
    await clock.settle();
    expect(heard).toEqual(['close 1006']);
    expect(server.state).toBe('closed');
    expect(server.closedBy).toBe('client');
  });

  it('leaves a client that closes without an answer while the network stalls', async () => {
    const { clock, client, heard, server } = connected();
    server.accept();
    await clock.settle();
    server.stall();
    client.close();
    await clock.advance(60_000);
    expect(heard).toEqual(['open']);
    server.resume();
    await clock.settle();
    expect(heard).toEqual(['open', 'close 1000']);
  });

  it('reports one close when both sides close at once', async () => {
    const { clock, client, heard, server } = connected();
    server.accept();
    await clock.settle();
    client.close();
    server.drop(1001);
    await clock.settle();
    expect(heard).toEqual(['open', 'close 1001']);
  });

  it('tells the server of a loss too', async () => {
    const closes: string[] = [];
    const transport = new MemoryTransport();
    transport.connect(url, recorder().listener);
    transport.last.accept({ onData: () => undefined, onClose: () => closes.push('closed') });
    transport.last.drop();
    expect(closes).toEqual(['closed']);
  });

  it('takes the latency for every event, and keeps the order when it becomes shorter', async () => {
    const { clock, transport, client, heard, server } = connected(50);
    server.accept();
    await clock.advance(49);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(heard).toEqual(['open']);
    client.send(bytes(1));
    server.deliver(bytes(2));
    transport.latencyMs = 0;
    client.send(bytes(3));
    server.deliver(bytes(4));
    await clock.advance(49);
    expect([server.sent, heard]).toEqual([[], ['open']]);
    await clock.advance(1);
    expect(server.sent).toEqual([bytes(1), bytes(3)]);
    expect(heard).toEqual(['open', 'data 2', 'data 4']);
  });

  it('asks for a clock when there is a latency', () => {
    const transport = new MemoryTransport({ latencyMs: 1 });
    transport.connect(url, recorder().listener);
    expect(() => transport.last.accept()).toThrow('needs a clock');
  });

  it('stalls: nothing arrives, sent bytes are buffered, and everything comes in order after that', async () => {
    const { clock, client, heard, server } = connected();
    server.accept();
    await clock.settle();
    server.stall();
    client.send(bytes(1, 2));
    client.send(bytes(3));
    server.deliver(bytes(4));
    server.drop(1001);
    await clock.advance(60_000);
    expect(client.bufferedBytes).toBe(3);
    expect([server.sent, heard]).toEqual([[], ['open']]);
    server.resume();
    await clock.settle();
    expect(heard).toEqual(['open', 'data 4', 'close 1001']);
    expect(client.bufferedBytes).toBe(0);
  });

  it('stalls in one direction', async () => {
    const { clock, client, heard, server } = connected();
    server.accept();
    await clock.settle();
    server.stall('toServer');
    client.send(bytes(1));
    server.deliver(bytes(2));
    await clock.settle();
    expect(heard).toEqual(['open', 'data 2']);
    expect(server.sent).toEqual([]);
    server.resume();
    client.send(bytes(3));
    await clock.settle();
    expect(server.sent).toEqual([bytes(1), bytes(3)]);
  });

  it('shows the buffered bytes that the test says', () => {
    const { client, server } = connected();
    server.bufferedBytes = 1_000_000;
    expect(client.bufferedBytes).toBe(1_000_000);
  });

  it('keeps no frames when told so', async () => {
    const clock = new VirtualClock();
    const transport = new MemoryTransport({ recordFrames: false });
    const client = transport.connect(url, recorder().listener);
    transport.last.accept();
    await clock.settle();
    client.send(bytes(1));
    await clock.settle();
    expect(transport.last.sent).toEqual([]);
  });
});
