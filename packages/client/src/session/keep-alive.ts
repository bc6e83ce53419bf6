import type { Turn } from './turn.ts';

/**
 * Keep alive, section 3.1.2.10. Measured from packets sent [MQTT-3.1.2-20], and due after half the interval: browsers
 * wake the timers of a hidden page once a minute, so a ping at the last moment would come too late.
 */
export class KeepAlive {
  readonly #turn: Turn;
  readonly #pingTimeoutMs: number;
  // Valid for the connection.
  #intervalMs = Number.POSITIVE_INFINITY;
  #pongDueAt: number | undefined;

  constructor(turn: Turn, pingTimeoutMs: number) {
    this.#turn = turn;
    this.#pingTimeoutMs = pingTimeoutMs;
  }

  /** 0 switches it off [SEC-3.1.2.10-b]. */
  connected(keepAliveSeconds: number): void {
    this.#intervalMs = keepAliveSeconds === 0 ? Number.POSITIVE_INFINITY : keepAliveSeconds * 500;
    this.#pongDueAt = undefined;
    this.schedule();
  }

  disconnected(): void {
    this.#intervalMs = Number.POSITIVE_INFINITY;
    this.#pongDueAt = undefined;
  }

  /** Anything from the server shows that the connection lives, not only PINGRESP, and that a timer may be late. */
  heard(): void {
    this.#pongDueAt = undefined;
    this.tick();
  }

  /** Sends a PINGREQ when one is due. Returns `false` when the server has not answered the last one in time. */
  tick(): boolean {
    if (this.#pongDueAt !== undefined && this.#turn.now >= this.#pongDueAt) return false;
    if (this.#turn.now >= this.#pingDueAt) {
      this.#turn.send({ type: 'pingreq' });
      // An unanswered ping keeps its deadline, however often another one follows.
      this.#pongDueAt ??= this.#turn.now + this.#pingTimeoutMs;
    }
    return true;
  }

  schedule(): void {
    this.#turn.wake(Math.min(this.#pingDueAt, this.#pongDueAt ?? Number.POSITIVE_INFINITY));
  }

  get #pingDueAt(): number {
    return this.#turn.lastSentAt + this.#intervalMs;
  }
}
