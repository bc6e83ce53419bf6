/* Dials, listens, and reports what the socket does as events of the session: one connection at a time. */
import { Decoder, MalformedPacketError, type Packet, type ProtocolVersion } from '@mqtide/codec';
import type { Clock } from '../io/clock.ts';
import type { PageLifecycle } from '../io/page-lifecycle.ts';
import type { Connection, Transport, TransportListener } from '../io/transport.ts';
import type { Action, AuthenticationAnswer, AuthenticationStep, Credentials, SessionEvent } from '../session/events.ts';
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
  readonly lastFailure: Failure | undefined;
  /** Instead of that of the URL, maybe with a port. */
  readonly host: string | undefined;
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

export class Connector {
  readonly #ports: Ports;
  readonly #hooks: DialHooks;
  readonly #maximumPacketSize: number;
  readonly #wire: Wire;
  readonly #dispatch: (event: SessionEvent) => void;
  #link: Link | undefined;
  /** The version of the connection, or of the attempt. */
  version: ProtocolVersion = 5;

  constructor(
    ports: Ports,
    hooks: DialHooks,
    maximumPacketSize: number,
    wire: Wire,
    dispatch: (event: SessionEvent) => void,
  ) {
    this.#ports = ports;
    this.#hooks = hooks;
    this.#maximumPacketSize = maximumPacketSize;
    this.#wire = wire;
    this.#dispatch = dispatch;
  }

  async dial({ attempt, version, lastFailure, host }: Action & { readonly do: 'dial' }): Promise<void> {
    this.version = version;
    this.#wire.roundTrip.connectionLost();
    const maximumPacketSize = this.#maximumPacketSize;
    const link = new Link(new Decoder({ version, maximumPacketSize, sender: 'server', ownsChunks: true }));
    this.#link = link;
    const destination = await this.#hooks.locate({ attempt, lastFailure, host, signal: link.abandoned.signal });
    if (this.#link !== link) return;
    if ('failure' in destination) {
      this.#dialFailed(destination.failure);
      return;
    }
    this.#hooks.attempting(attempt, destination.url);
    if (this.#link !== link) return;
    try {
      link.connection = this.#ports.transport.connect(destination.url, this.#listenerOf(link, destination.credentials));
    } catch (cause) {
      // The query may be signed, so it is in no error.
      const detail = String(cause).replaceAll(destination.url, '…');
      this.#dialFailed(failure('URL_FAILED', detail, { retryable: false }));
    }
  }

  async authenticate({ step, data }: Action & { readonly do: 'authenticate' }): Promise<void> {
    const link = this.#link;
    const answer = await this.#hooks.authenticate(step, data);
    const { clock } = this.#ports;
    if (this.#link === link)
      this.#dispatch({ type: 'authenticationStep', ...answer, now: clock.now(), random: clock.random() });
  }

  /** Returns `false` when the socket, which may be the application's, did not take it: that ends the connection. */
  send(bytes: Uint8Array): boolean {
    try {
      this.#link?.connection?.send(bytes);
      return true;
    } catch (cause) {
      const { clock } = this.#ports;
      this.#dispatch({ type: 'closed', code: 1006, reason: String(cause), now: clock.now(), random: clock.random() });
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
    if (link.bufferedBytes < before) this.#dispatch({ type: 'heard', now: this.#ports.clock.now() });
  }

  #dialFailed(reason: Failure): void {
    const { clock } = this.#ports;
    this.#dispatch({ type: 'dialFailed', failure: reason, now: clock.now(), random: clock.random() });
  }

  /** Passes on what a socket reports, as long as it is the current one. */
  #listenerOf(link: Link, credentials: Credentials): TransportListener {
    const { clock } = this.#ports;
    return {
      onOpen: () => {
        if (this.#link === link) this.#dispatch({ type: 'opened', credentials, now: clock.now() });
      },
      onData: (bytes) => {
        if (this.#link === link) this.#received(link, bytes);
      },
      onText: () => {
        if (this.#link !== link) return;
        this.#dispatch({ type: 'malformed', message: 'a text frame', now: clock.now(), random: clock.random() });
      },
      onClose: ({ code, reason, subprotocolRefused }) => {
        if (this.#link !== link) return;
        if (subprotocolRefused === true) this.#dialFailed(failure('SUBPROTOCOL_REFUSED'));
        else this.#dispatch({ type: 'closed', code, reason, now: clock.now(), random: clock.random() });
      },
    };
  }

  #received(link: Link, chunk: Uint8Array): void {
    const now = this.#ports.clock.now();
    const random = this.#ports.clock.random();
    let packets: readonly Packet[];
    let malformed: MalformedPacketError | undefined;
    const pending = this.#wire.pendingOf(link.decoder);
    try {
      packets = link.decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof MalformedPacketError)) throw error;
      malformed = error;
      packets = error.packetsBefore;
    }
    this.#wire.onReceive(chunk, packets, now, pending);
    for (const packet of packets) {
      if (this.#link !== link) return;
      this.#wire.onPacket(packet, now);
      this.#dispatch({ type: 'received', packet, now, random });
    }
    if (this.#link !== link) return;
    if (malformed === undefined) {
      // A large packet may take longer to arrive than a PINGRESP, which waits behind it, may take.
      if (packets.length === 0) this.#dispatch({ type: 'heard', now });
      return;
    }
    const { reasonCode, message } = malformed;
    this.#dispatch({ type: 'malformed', reasonCode, message, now, random });
  }
}

/** One attempt to connect, and the connection it led to. */
class Link {
  readonly decoder: Decoder;
  readonly abandoned: AbortController = new AbortController();
  connection: Connection | undefined;
  /** What waited in the socket when the timer last fired. */
  bufferedBytes = 0;

  constructor(decoder: Decoder) {
    this.decoder = decoder;
  }
}
