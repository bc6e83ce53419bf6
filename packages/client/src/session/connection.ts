import type { ConnectionStatus, LifecycleEvent } from './events.ts';
import type { Failure } from './failure.ts';
import { KeepAlive } from './keep-alive.ts';
import type { NegotiatedSettings } from './settings.ts';
import type { Turn } from './turn.ts';

/** What is expected next: `opening` the store, `waiting` for the next attempt, `closing` for the end of a socket after `stop()`. */
export type Phase = 'none' | 'opening' | 'waiting' | 'dialing' | 'handshake' | 'online' | 'closing';

const HAS_NO_SOCKET: ReadonlySet<Phase> = new Set(['none', 'opening', 'waiting']);

/**
 * The connection as it stands. The status is what the application sees; the phase says what is expected next, and until
 * when.
 */
export class ConnectionState {
  readonly keepAlive: KeepAlive;
  readonly #turn: Turn;
  readonly #onLost: (reason: Failure) => void;
  // Changed by the methods below alone.
  status: ConnectionStatus = 'idle';
  phase: Phase = 'none';
  /** When this phase began. */
  since = 0;
  /** When this phase has lasted too long. */
  endsAt: number = Number.POSITIVE_INFINITY;

  /** `onLost` is called when a connection that was online is so no longer. */
  constructor(turn: Turn, pingTimeoutMs: number, onLost: (reason: Failure) => void) {
    this.#turn = turn;
    this.#onLost = onLost;
    this.keepAlive = new KeepAlive(turn, pingTimeoutMs);
  }

  /** Whether the server hears what is sent. */
  get isOpen(): boolean {
    return this.phase === 'online' || this.phase === 'handshake';
  }

  /** Whether this phase has lasted too long. */
  get isOverdue(): boolean {
    return this.#turn.now >= this.endsAt;
  }

  /** Begins a phase that lasts `forMs` at most. The time of a dialling goes on in the handshake. */
  enter(phase: Phase, forMs: number = Number.POSITIVE_INFINITY): void {
    this.phase = phase;
    if (phase === 'handshake') return;
    this.since = this.#turn.now;
    this.hasten(forMs);
  }

  /** This phase ends in `inMs`. */
  hasten(inMs: number): void {
    this.endsAt = this.#turn.now + inMs;
    this.#turn.wake(this.endsAt);
  }

  online(settings: NegotiatedSettings): void {
    this.enter('online');
    this.#turn.settings = settings;
    this.keepAlive.schedule();
  }

  /** Closes the socket, or gives up the dialling. */
  hangUp(): void {
    if (!HAS_NO_SOCKET.has(this.phase)) this.#turn.do({ do: 'hangUp' });
  }

  /** There is no connection any more. */
  lost(reason: Failure): void {
    this.enter('none');
    this.keepAlive.forgive();
    if (this.#turn.settings === undefined) return;
    this.#turn.settings = undefined;
    this.#onLost(reason);
  }

  /** Asks for the ticks of the deadlines that stand. */
  schedule(): void {
    this.#turn.wake(this.endsAt);
    if (this.phase === 'online') this.keepAlive.schedule();
  }

  /** `attempt` is the one that goes on or comes next; 0 when there is none. */
  changeStatus(status: ConnectionStatus, attempt = 0, event?: LifecycleEvent): void {
    this.status = status;
    this.#turn.do({ do: 'status', status, attempt, event });
  }
}
