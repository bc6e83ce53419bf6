/*
 * The end that the application asked for:
 *
 *   stop ─► draining, still online ─► DISCONNECT, closing ─► stopped
 *
 * Draining is left out when nothing is under way, closing when there is no connection.
 */
import type { ConnectionState } from './connection.ts';
import type { StopRequest } from './events.ts';
import type { Failure } from './failure.ts';
import { failure } from './failures.ts';
import type { Handshake } from './handshake.ts';
import type { Turn } from './turn.ts';

/** What the rest of the session does when the connection stops. */
export interface StoppingHooks {
  /** Whether an operation is not over. */
  isBusy(): boolean;
  /** There will be no further attempt: nothing may wait any longer. */
  ended(failure: Failure, keepsSession: boolean): void;
}

/** How long `stop()` waits for the closing handshake of the WebSocket. */
const CLOSE_TIMEOUT_MS = 2_000;

export class Stopping {
  readonly #turn: Turn;
  readonly #connection: ConnectionState;
  readonly #handshake: Handshake;
  readonly #hooks: StoppingHooks;
  #draining: { readonly request: StopRequest; until: number } | undefined;

  constructor(turn: Turn, connection: ConnectionState, handshake: Handshake, hooks: StoppingHooks) {
    this.#turn = turn;
    this.#connection = connection;
    this.#handshake = handshake;
    this.#hooks = hooks;
  }

  /** Ends the connection and the session, unless the request says that the session goes on. */
  stop(request: StopRequest): void {
    const { status } = this.#connection;
    const { drainMs = 0 } = request;
    // Called again it can shorten the time.
    const until = this.#turn.now + drainMs;
    if (this.#draining !== undefined) this.#draining.until = Math.min(this.#draining.until, until);
    this.schedule();
    if (status === 'stopping' || status === 'stopped') return;
    if (status !== 'connected' || drainMs <= 0) {
      this.#end(request);
      return;
    }
    this.#draining = { request, until };
    this.schedule();
    this.#connection.changeStatus('stopping');
  }

  /** Stops once everything that was accepted is over, or the time is up, or the connection is gone. */
  settle(): void {
    const draining = this.#draining;
    if (draining === undefined) return;
    if (this.#hooks.isBusy() && this.#turn.now < draining.until && this.#connection.phase === 'online') return;
    this.#draining = undefined;
    this.#end(draining.request);
  }

  /** A start does not wait for the socket of the last connection, which was told to close. */
  finish(): void {
    if (this.#draining !== undefined) this.#draining.until = this.#turn.now;
    this.settle();
    if (this.#connection.phase === 'closing') this.closed();
  }

  /** The socket is closed, or has had its time. */
  closed(): void {
    this.#connection.enter('none');
    this.#turn.forgetWake();
    this.#connection.changeStatus('stopped', 0, { type: 'stopped' });
  }

  schedule(): void {
    if (this.#draining !== undefined) this.#turn.wake(this.#draining.until);
  }

  #end(request: StopRequest): void {
    // Before CONNACK, too: the server may have begun the session already, and would publish the will.
    const { isOpen } = this.#connection;
    const { sessionExpirySeconds } = request;
    const keepsSession =
      sessionExpirySeconds === undefined ? this.#turn.journal !== undefined : sessionExpirySeconds > 0;
    if (isOpen) this.#turn.send(this.#handshake.disconnectPacket(request, this.#turn.settings, keepsSession));
    if (!keepsSession) this.#handshake.forgetSession();
    this.#connection.hangUp();
    // First, since the loss of the connection would fail what may not wait for another one.
    const reason = failure('STOPPED');
    this.#hooks.ended(reason, keepsSession);
    this.#connection.lost(reason);
    if (!isOpen) {
      this.closed();
      return;
    }
    this.#connection.enter('closing', CLOSE_TIMEOUT_MS);
    this.#connection.changeStatus('stopping');
  }
}
