/** What ended a socket, as far as the platform tells. A browser hides the HTTP status and the network error. */
export interface SocketClose {
  /** The WebSocket close code; 1006 when the connection was lost without a close frame. */
  readonly code: number;
  readonly reason: string;
}

/** What a transport reports. After `onClose` it reports nothing more. */
export interface TransportListener {
  /** The socket is open and the server chose the subprotocol `mqtt`. */
  onOpen(): void;
  /** The bytes are the listener's to keep: the transport never touches them again. */
  onData(bytes: Uint8Array): void;
  /** A text frame arrived, which MQTT forbids [MQTT-6.0.0-1]. */
  onText(): void;
  /** The socket is closed, or could not be opened, or the server chose another subprotocol. Reported once. */
  onClose(close: SocketClose & { readonly subprotocolRefused?: boolean }): void;
}

/** One connection: it is dialled once and closed once. */
export interface Connection {
  /** Sends one binary frame. The bytes are copied before it returns. */
  send(bytes: Uint8Array): void;
  /** Bytes handed over and not yet on the network. */
  readonly bufferedBytes: number;
  /** Closes in order: what was sent before goes out first. After this the listener hears nothing but `onClose`. */
  close(): void;
}

/** The port to the network. */
export interface Transport {
  /** Throws when the URL cannot be used at all. */
  connect(url: string, listener: TransportListener): Connection;
}
