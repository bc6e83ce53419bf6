import type { Connection, SocketClose, TransportListener } from '@mqtide/client/internal';
import { joinBytes, splitBytes } from './bytes.ts';
import { DelayLine } from './delay-line.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Where a connection stands, seen from the server. */
export type MemoryConnectionState = 'opening' | 'open' | 'closed';

/** Which way a stalled network does not carry. */
export type WireDirection = 'toServer' | 'toClient' | 'both';

/** What a server wants to hear of a connection; a test may set it, or read `sent` instead. */
export interface MemoryServer {
  onData(bytes: Uint8Array): void;
  onText?(): void;
  /** The connection ended, whoever ended it. Called once. */
  onClose(): void;
}

/** What a connection takes from its transport. */
export interface MemoryConnectionOptions {
  readonly url: string;
  readonly listener: TransportListener;
  readonly clock?: VirtualClock | undefined;
  /** Asked for every event, so that it can change on the way. */
  readonly latencyMs: () => number;
  /** Whether to keep what the client sent in `sent`. */
  readonly recordFrames: boolean;
}

/**
 * A connection in memory, seen from the server: the test, or a broker, accepts or refuses it, delivers bytes, and
 * sees what the client sent. The client holds `client`, which is the other end.
 *
 * Nothing happens inside a call: every event reaches the other end in a microtask, or after the latency, in order.
 */
export class MemoryConnection {
  readonly url: string;
  /** The end that the client holds. */
  readonly client: Connection;
  /** Every frame that arrived at the server, in order. */
  readonly sent: Uint8Array[] = [];
  /** What the client sees as `bufferedBytes`; a stalled connection adds what is sent to it. */
  bufferedBytes = 0;

  readonly #listener: TransportListener;
  readonly #latencyMs: () => number;
  readonly #recordFrames: boolean;
  readonly #toServer: DelayLine;
  readonly #toClient: DelayLine;
  #server: MemoryServer | undefined;
  #state: MemoryConnectionState = 'opening';
  #clientState: MemoryConnectionState | 'closing' = 'opening';
  #closedBy: 'client' | 'server' | undefined;

  constructor(options: MemoryConnectionOptions) {
    this.url = options.url;
    this.#listener = options.listener;
    this.#latencyMs = options.latencyMs;
    this.#recordFrames = options.recordFrames;
    this.#toServer = new DelayLine(options.clock);
    this.#toClient = new DelayLine(options.clock);
    this.client = this.#clientEnd();
  }

  /** Closed as soon as the server closed it, or knows that the client did. */
  get state(): MemoryConnectionState {
    return this.#state;
  }

  /** Who ended it; undefined while it lasts. */
  get closedBy(): 'client' | 'server' | undefined {
    return this.#closedBy;
  }

  /** Everything that arrived, in one piece. */
  get sentBytes(): Uint8Array {
    return joinBytes(this.sent);
  }

  /** Accepts the connection: the client's `onOpen`. */
  accept(server?: MemoryServer): void {
    if (this.#state !== 'opening') throw new Error(`cannot accept a connection that is ${this.#state}`);
    this.#state = 'open';
    if (server !== undefined) this.#server = server;
    this.#tell(() => {
      this.#clientState = 'open';
      this.#listener.onOpen();
    });
  }

  /** The connection cannot be opened: the client's `onClose` without an `onOpen`. A browser tells no more than 1006. */
  refuse(close: Partial<SocketClose> = {}): void {
    if (this.#state !== 'opening') throw new Error(`cannot refuse a connection that is ${this.#state}`);
    this.#end({ code: close.code ?? 1006, reason: close.reason ?? '' });
  }

  /** The server chose no subprotocol or another one than `mqtt`. */
  refuseSubprotocol(): void {
    if (this.#state !== 'opening') throw new Error(`cannot refuse a connection that is ${this.#state}`);
    this.#end({ code: 1006, reason: '', subprotocolRefused: true });
  }

  /** Sends the client one binary frame. The bytes are copied. `arrived` runs when the client has got them. */
  deliver(bytes: Uint8Array, arrived?: () => void): void {
    if (this.#state !== 'open') throw new Error(`cannot deliver to a connection that is ${this.#state}`);
    const frame = bytes.slice();
    this.#tell(() => {
      this.#listener.onData(frame);
      arrived?.();
    });
  }

  /** Sends the bytes in frames of these sizes, and what is left in one more; a single size is used throughout. */
  deliverSplit(bytes: Uint8Array, sizes: number | readonly number[]): void {
    for (const frame of splitBytes(bytes, sizes)) this.deliver(frame);
  }

  /** Sends several pieces as one frame. */
  deliverMerged(pieces: readonly Uint8Array[]): void {
    this.deliver(joinBytes(pieces));
  }

  /** Sends the client a text frame, which MQTT forbids [MQTT-6.0.0-1]. */
  deliverText(): void {
    if (this.#state !== 'open') throw new Error(`cannot deliver to a connection that is ${this.#state}`);
    this.#tell(() => this.#listener.onText());
  }

  /** The connection ends: a close frame with this code, or with 1006 a loss. What was delivered before arrives first. */
  drop(code = 1006, reason = ''): void {
    if (this.#state !== 'closed') this.#end({ code, reason });
  }

  /** The network carries nothing until `resume()`; what the client sends stays in `bufferedBytes`. */
  stall(direction: WireDirection = 'both'): void {
    if (direction !== 'toClient') this.#toServer.stall();
    if (direction !== 'toServer') this.#toClient.stall();
  }

  resume(): void {
    this.#toServer.resume();
    this.#toClient.resume();
  }

  /** Tells the client something; once it is closing, it hears nothing but the end. */
  #tell(run: () => void): void {
    this.#toClient.push(this.#latencyMs(), () => {
      if (this.#clientState === 'opening' || this.#clientState === 'open') run();
    });
  }

  #tellClose(latencyMs: number, close: SocketClose & { readonly subprotocolRefused?: boolean }): void {
    this.#toClient.push(latencyMs, () => {
      if (this.#clientState === 'closed') return;
      this.#clientState = 'closed';
      this.#listener.onClose(close);
    });
  }

  #end(close: SocketClose & { readonly subprotocolRefused?: boolean }): void {
    this.#tellClose(this.#latencyMs(), close);
    this.#serverClosed('server');
  }

  #serverClosed(by: 'client' | 'server'): void {
    this.#state = 'closed';
    this.#closedBy = by;
    this.#server?.onClose();
  }

  #clientEnd(): Connection {
    const bufferedBytes = (): number => this.bufferedBytes;
    return {
      get bufferedBytes() {
        return bufferedBytes();
      },
      send: (bytes) => this.#send(bytes),
      close: () => this.#closeByClient(),
    };
  }

  #send(bytes: Uint8Array): void {
    if (this.#clientState === 'opening') throw new Error('send() before onOpen(): a WebSocket throws here');
    if (this.#clientState !== 'open') return;
    const frame = bytes.slice();
    const isBuffered = this.#toServer.isStalled;
    if (isBuffered) this.bufferedBytes += frame.length;
    this.#toServer.push(this.#latencyMs(), () => {
      if (isBuffered) this.bufferedBytes -= frame.length;
      if (this.#state !== 'open') return;
      if (this.#recordFrames) this.sent.push(frame);
      this.#server?.onData(frame);
    });
  }

  /** The closing handshake: a close frame to the server, and its answer. Without a connection the client gives up. */
  #closeByClient(): void {
    if (this.#clientState === 'closing' || this.#clientState === 'closed') return;
    const wasOpen = this.#clientState === 'open';
    this.#clientState = 'closing';
    if (!wasOpen) this.#tellClose(0, { code: 1006, reason: '' });
    this.#toServer.push(this.#latencyMs(), () => {
      if (this.#state === 'closed') return;
      this.#serverClosed('client');
      if (wasOpen) this.#tellClose(this.#latencyMs(), { code: 1000, reason: '' });
    });
  }
}
