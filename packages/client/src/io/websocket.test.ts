import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Connection, TransportListener } from './transport.ts';
import { type WebSocketLike, WebSocketTransport } from './websocket.ts';

/** A WebSocket that the test moves from state to state. */
class FakeWebSocket implements WebSocketLike {
  static made: FakeWebSocket[] = [];
  readonly url: string;
  readonly protocols: string[];
  binaryType = 'blob';
  protocol = '';
  bufferedAmount = 0;
  onopen: ((event: never) => unknown) | null = null;
  onmessage: ((event: never) => unknown) | null = null;
  onclose: ((event: never) => unknown) | null = null;
  onerror: ((event: never) => unknown) | null = null;
  readonly sent: Uint8Array[] = [];
  readonly closes: (readonly [code?: number, reason?: string])[] = [];

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeWebSocket.made.push(this);
  }

  send(data: Uint8Array): void {
    this.sent.push(data);
  }

  close(...how: readonly [code?: number, reason?: string]): void {
    this.closes.push(how);
  }

  open(protocol = 'mqtt'): void {
    this.protocol = protocol;
    this.onopen?.({} as never);
  }

  message(data: unknown): void {
    this.onmessage?.({ data } as never);
  }

  closed(code: number, reason = ''): void {
    this.onclose?.({ code, reason } as never);
  }
}

function connect(transport: WebSocketTransport): { socket: FakeWebSocket; connection: Connection; heard: unknown[] } {
  const heard: unknown[] = [];
  const listener: TransportListener = {
    onOpen: () => heard.push('open'),
    onData: (bytes) => heard.push(bytes),
    onText: () => heard.push('text'),
    onClose: (close) => heard.push(close),
  };
  const connection = transport.connect('wss://broker.test/mqtt?signature=s', listener);
  return { socket: FakeWebSocket.made.at(-1) as FakeWebSocket, connection, heard };
}

const injected = (): ReturnType<typeof connect> => connect(new WebSocketTransport(FakeWebSocket));

afterEach(() => {
  FakeWebSocket.made = [];
  vi.unstubAllGlobals();
});

describe('WebSocketTransport', () => {
  it('offers the subprotocol mqtt and nothing else [MQTT-6.0.0-3] [MQTT3-6.0.0-3]', () => {
    const { socket } = injected();
    expect([socket.url, socket.protocols]).toEqual(['wss://broker.test/mqtt?signature=s', ['mqtt']]);
  });

  it('asks for ArrayBuffers: a Blob would have to be read later', () => {
    expect(injected().socket.binaryType).toBe('arraybuffer');
  });

  it("looks the platform's WebSocket up when it connects, not before", () => {
    const Missing = undefined;
    vi.stubGlobal('WebSocket', Missing);
    const transport = new WebSocketTransport();
    vi.stubGlobal('WebSocket', FakeWebSocket);
    expect(connect(transport).socket.url).toBe('wss://broker.test/mqtt?signature=s');
  });

  it('throws where there is no WebSocket', () => {
    vi.stubGlobal('WebSocket', undefined);
    expect(() => connect(new WebSocketTransport())).toThrow(TypeError);
  });

  it('lets through what the constructor throws', () => {
    const refusal = new Error('insecure');
    class Refusing extends FakeWebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        throw refusal;
      }
    }
    expect(() => connect(new WebSocketTransport(Refusing))).toThrow(refusal);
  });

  it('reports opening, frames and the end, in order: a WebSocket loses nothing [MQTT-4.2-1] [MQTT3-7.1.2-1]', () => {
    const { socket, heard } = injected();
    socket.open();
    socket.message(Uint8Array.of(1, 2).buffer);
    socket.message(new ArrayBuffer(0));
    socket.closed(1001, 'going away');
    expect(heard).toEqual([
      'open',
      Uint8Array.of(1, 2),
      new Uint8Array(),
      { code: 1001, reason: 'going away', subprotocolRefused: false },
    ]);
  });

  it('reports a text frame [MQTT-6.0.0-1] [MQTT3-6.0.0-1]', () => {
    const { socket, heard } = injected();
    socket.open();
    socket.message('hello');
    expect(heard).toEqual(['open', 'text']);
  });

  it.each(['', 'mqttv3.1', 'MQTT'])("closes when the server chose the subprotocol '%s' [MQTT-6.0.0-4]", (protocol) => {
    const { socket, heard } = injected();
    socket.open(protocol);
    socket.message(Uint8Array.of(0x20).buffer);
    expect(heard).toEqual([]);
    expect(socket.closes).toHaveLength(1);
    socket.closed(1005);
    expect(heard).toEqual([{ code: 1005, reason: '', subprotocolRefused: true }]);
  });

  it('has a listener for errors, which adds to the end what only the package ws tells', () => {
    const { socket, heard } = injected();
    socket.onerror?.({ message: 'Unexpected server response: 401' } as never);
    expect(heard).toEqual([]);
    socket.closed(1006);
    expect(heard).toEqual([{ code: 1006, reason: 'Unexpected server response: 401', subprotocolRefused: false }]);
  });

  it("takes an error event without a text, as browsers' are", () => {
    const { socket, heard } = injected();
    socket.onerror?.({} as never);
    socket.closed(1006);
    expect(heard).toEqual([{ code: 1006, reason: '', subprotocolRefused: false }]);
  });

  it('closes with 1000, once', () => {
    const { socket, connection } = injected();
    socket.open();
    connection.close();
    connection.close();
    expect(socket.closes).toEqual([[1000]]);
  });

  it('can be closed while it opens, and then reports only the end', () => {
    const { socket, connection, heard } = injected();
    connection.close();
    socket.open();
    socket.message(Uint8Array.of(1).buffer);
    socket.message('text');
    expect(socket.closes).toEqual([[1000]]);
    socket.closed(1006);
    expect(heard).toEqual([{ code: 1006, reason: '', subprotocolRefused: false }]);
  });

  it('passes on nothing that arrives after it was closed, but the end', () => {
    const { socket, connection, heard } = injected();
    socket.open();
    connection.close();
    socket.message(Uint8Array.of(1).buffer);
    socket.message('text');
    socket.closed(1000);
    expect(heard).toEqual(['open', { code: 1000, reason: '', subprotocolRefused: false }]);
  });

  it('tells how much the socket still holds back', () => {
    const { socket, connection } = injected();
    socket.bufferedAmount = 4_096;
    expect(connection.bufferedBytes).toBe(4_096);
  });

  it('gives an injected class a copy of the bytes, which may wait to be compressed', () => {
    const { socket, connection } = injected();
    const batch = Uint8Array.of(1, 2, 3, 4);
    connection.send(batch.subarray(0, 2));
    connection.send(batch.subarray(2));
    batch.fill(9);
    expect(socket.sent).toEqual([Uint8Array.of(1, 2), Uint8Array.of(3, 4)]);
  });

  it("gives the platform's WebSocket the bytes themselves, which it copies", () => {
    vi.stubGlobal('WebSocket', FakeWebSocket);
    const { socket, connection } = connect(new WebSocketTransport());
    const batch = Uint8Array.of(1, 2, 3, 4).subarray(1, 3);
    connection.send(batch);
    expect(socket.sent[0]).toBe(batch);
  });
});
