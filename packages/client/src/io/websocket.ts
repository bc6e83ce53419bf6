import type { Connection, Transport, TransportListener } from './transport.ts';

/** What the client needs of a WebSocket: the browser's, Node's, or that of the package `ws`. */
export interface WebSocketLike {
  binaryType: string;
  readonly protocol: string;
  readonly bufferedAmount: number;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** A constructor of WebSockets. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

interface CloseLike {
  readonly code: number;
  readonly reason: string;
}

/** MQTT over WebSocket, section 6: binary frames, subprotocol `mqtt`. */
export class WebSocketTransport implements Transport {
  readonly #injected: WebSocketConstructor | undefined;

  /** Without a constructor the platform's WebSocket is looked up when it is needed, not before. */
  constructor(injected?: WebSocketConstructor) {
    this.#injected = injected;
  }

  connect(url: string, listener: TransportListener): Connection {
    const WebSocketClass = this.#injected ?? (globalThis.WebSocket as WebSocketConstructor | undefined);
    if (WebSocketClass === undefined)
      throw new TypeError('There is no WebSocket here: pass one as `webSocket`, for example that of the package `ws`.');
    return connectionOf(new WebSocketClass(url, ['mqtt']), listener, this.#injected !== undefined);
  }
}

/** An injected socket `copies`: it may hold on to the bytes until it has compressed them. The platform's copies them itself. */
function connectionOf(socket: WebSocketLike, listener: TransportListener, copies: boolean): Connection {
  let isClosing = false;
  let wasRefused = false;
  let problem = '';
  const close = (): void => {
    if (!isClosing) socket.close(1000);
    isClosing = true;
  };
  // A Blob would have to be read asynchronously, and so could be overtaken.
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    wasRefused = socket.protocol !== 'mqtt'; // [MQTT-6.0.0-4]
    if (wasRefused) close();
    else if (!isClosing) listener.onOpen();
  };
  socket.onmessage = ({ data }: { data: ArrayBuffer | string }) => {
    if (isClosing) return;
    if (typeof data === 'string') listener.onText();
    else listener.onData(new Uint8Array(data));
  };
  socket.onclose = ({ code, reason }: CloseLike) => {
    listener.onClose({ code, reason: reason || problem, subprotocolRefused: wasRefused });
  };
  // `close` always follows. Browsers say nothing here; the package `ws` tells the HTTP status or the network's error.
  socket.onerror = ({ message }: { readonly message?: string }) => {
    problem = message ?? '';
  };
  return {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: (bytes) => socket.send((copies ? bytes.slice() : bytes) as Uint8Array<ArrayBuffer>),
    close,
  };
}
