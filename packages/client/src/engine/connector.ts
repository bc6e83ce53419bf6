/* Dials, listens, and reports what the socket does as events of the session: one connection at a time. */
import { MalformedPacketError, type Packet, type ProtocolVersion, ServerDecoder } from '@mqtide/codec';
import type { Clock } from '../io/clock.ts';
import type { PageLifecycle } from '../io/page-lifecycle.ts';
import type { Connection, Transport, TransportListener } from '../io/transport.ts';
import type { UntimedEvent } from '../engine.ts';
import type { Action, AuthenticationAnswer, AuthenticationStep, Credentials } from '../session/events.ts';
import type { Failure } from '../session/failure.ts';
import { failure } from '../session/failures.ts';
import type { Wire } from './wire.ts';

/** What the engine stands on. */
export interface Ports {
  readonly transport: Transport;
  readonly clock: Clock;
  /** Absent where there is none, or where nobody wants to know. */
  readonly page?: PageLifecycle;
}

/** What one attempt needs to know, from options that may be functions. */
export interface DialContext {
  readonly attempt: number;
  readonly lastFailure?: Failure | undefined;
  /** Instead of that of the URL, maybe with a port. */
  readonly host?: string | undefined;
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
}

/** Where to connect, as whom. */
export interface Destination {
  readonly url: string;
  readonly credentials: Credentials;
}

/** The application's side of an attempt. None of these may throw. */
export interface DialHooks {
  /** Resolves to a failure rather than rejecting. */
  locate(context: DialContext): Promise<Destination | { readonly failure: Failure }>;
  attempting(attempt: number, url: string): void;
  /** Resolves to a failure rather than rejecting. */
  authenticate(step: AuthenticationStep, data: Uint8Array | undefined): Promise<AuthenticationAnswer>;
}

/** Who is told what the socket does. */
export interface ConnectorListener {
  dispatch(event: UntimedEvent): void;
  /** Packets that come together come at the same time. */
  received(packet: Packet, now: number, random: number): void;
}

export class Connector {
  readonly #ports: Ports;
  readonly #hooks: DialHooks;
  readonly #maximumPacketSize: number;
  readonly #wire: Wire;
  readonly #listener: ConnectorListener;
  #link: Link | undefined;
  /** The version of the connection, or of the attempt. */
  version: ProtocolVersion = 5;

  constructor(ports: Ports, hooks: DialHooks, maximumPacketSize: number, wire: Wire, listener: ConnectorListener) {
    this.#ports = ports;
    this.#hooks = hooks;
    this.#maximumPacketSize = maximumPacketSize;
    this.#wire = wire;
    this.#listener = listener;
  }

  async dial(action: Action & { readonly do: 'dial' }): Promise<void> {
    const { attempt, version } = action;
    this.version = version;
    this.#wire.roundTrip.connectionLost();
    const maximumPacketSize = this.#maximumPacketSize;
    const link: Link = {
      decoder: new ServerDecoder({ version, maximumPacketSize, ownsChunks: true }),
      abandoned: new AbortController(),
      bufferedBytes: 0,
    };
    this.#link = link;
    const destination = await this.#hooks.locate({ ...action, signal: link.abandoned.signal });
    if (this.#link !== link) return;
    if ('failure' in destination) return this.#tell(link, { type: 'dialFailed', failure: destination.failure });
    this.#hooks.attempting(attempt, destination.url);
    if (this.#link !== link) return;
    try {
      link.connection = this.#ports.transport.connect(destination.url, this.#listenerOf(link, destination.credentials));
    } catch (cause) {
      // The query may be signed, so it is in no error.
      const detail = String(cause).replaceAll(destination.url, '…');
      this.#tell(link, { type: 'dialFailed', failure: failure('URL_FAILED', detail, { retryable: false }) });
    }
  }

  async authenticate({ step, data }: Action & { readonly do: 'authenticate' }): Promise<void> {
    const link = this.#link;
    const answer = await this.#hooks.authenticate(step, data);
    this.#tell(link, { type: 'authenticationStep', ...answer });
  }

  /** Returns `false` when the socket, which may be the application's, did not take it: that ends the connection. */
  send(bytes: Uint8Array): boolean {
    try {
      this.#link?.connection?.send(bytes);
      return true;
    } catch (cause) {
      this.#listener.dispatch({ type: 'closed', code: 1006, reason: String(cause) });
      return false;
    }
  }

  /** Closes the connection, or gives up the attempt. Unless the end is awaited nothing more is heard of it. */
  hangUp(awaitsEnd: boolean): void {
    const link = this.#link;
    link?.abandoned.abort();
    try {
      link?.connection?.close();
    } catch {
      // Nothing more can be done to it, and nothing more is heard of it.
    }
    if (!awaitsEnd) this.#link = undefined;
  }

  /** Bytes handed to the socket and not yet on the network. */
  get bufferedBytes(): number {
    return this.#link?.connection?.bufferedBytes ?? 0;
  }

  /** A PINGREQ waits behind what is still being sent, and so does its answer. */
  noticeSending(): void {
    const link = this.#link;
    if (link?.connection === undefined) return;
    const before = link.bufferedBytes;
    link.bufferedBytes = link.connection.bufferedBytes;
    if (link.bufferedBytes < before) this.#listener.dispatch({ type: 'heard' });
  }

  /** Reports what happened to a link, unless another has taken its place. */
  #tell(link: Link | undefined, event: UntimedEvent): void {
    if (this.#link === link) this.#listener.dispatch(event);
  }

  /** Passes on what a socket reports, as long as it is the current one. */
  #listenerOf(link: Link, credentials: Credentials): TransportListener {
    return {
      onOpen: () => this.#tell(link, { type: 'opened', credentials }),
      onData: (bytes) => {
        if (this.#link === link) this.#received(link, bytes);
      },
      onText: () => this.#tell(link, { type: 'malformed', message: 'a text frame' }),
      onClose: ({ code, reason, subprotocolRefused }) =>
        this.#tell(
          link,
          subprotocolRefused === true
            ? { type: 'dialFailed', failure: failure('SUBPROTOCOL_REFUSED') }
            : { type: 'closed', code, reason },
        ),
    };
  }

  #received(link: Link, chunk: Uint8Array): void {
    const { clock } = this.#ports;
    const now = clock.now();
    const random = clock.random();
    const copies: Uint8Array[] | undefined = this.#wire.tap && [];
    let packets: readonly Packet[];
    let malformed: MalformedPacketError | undefined;
    try {
      packets = link.decoder.push(chunk, copies);
    } catch (error) {
      if (!(error instanceof MalformedPacketError)) throw error;
      malformed = error;
      packets = error.packetsBefore;
    }
    this.#wire.onReceive(chunk.length, now);
    for (const [index, bytes] of copies?.entries() ?? []) this.#wire.tap?.(packets[index] as Packet, bytes);
    for (const packet of packets) {
      if (this.#link !== link) return;
      this.#wire.onPacket(packet, now);
      this.#listener.received(packet, now, random);
    }
    if (malformed !== undefined) {
      const { reasonCode, message } = malformed;
      this.#tell(link, { type: 'malformed', reasonCode, message });
      // A large packet may take longer to arrive than a PINGRESP, which waits behind it, may take.
    } else if (packets.length === 0) this.#tell(link, { type: 'heard' });
  }
}

/** One attempt to connect, and the connection it led to. */
interface Link {
  readonly decoder: ServerDecoder;
  readonly abandoned: AbortController;
  connection?: Connection;
  /** What waited in the socket when the timer last fired. */
  bufferedBytes: number;
}
