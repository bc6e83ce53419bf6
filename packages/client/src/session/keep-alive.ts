import { GRACE_MS, SLEPT_MS, type Turn } from './turn.ts';

/**
 * Keep alive, section 3.1.2.10. Measured from packets sent [MQTT-3.1.2-20], and due after half the interval: browsers
 * wake the timers of a hidden page once a minute, so a ping at the last moment would come too late.
 */
export class KeepAlive {
  readonly #turn: Turn;
  readonly #pingTimeoutMs: number;
  // Valid for the connection.
  #pongDueAt = Number.POSITIVE_INFINITY;
  #isProbing = false;

  constructor(turn: Turn, pingTimeoutMs: number) {
    this.#turn = turn;
    this.#pingTimeoutMs = pingTimeoutMs;
  }

  /** Whether there was reason to doubt the connection, and nothing was heard since. */
  get isProbing(): boolean {
    return this.#isProbing;
  }

  /** Anything from the server shows that the connection lives, not only PINGRESP, and that a timer may be late. */
  heard(): void {
    this.forgive();
    this.tick();
  }

  /** There is reason to doubt the connection: asks at once, and does not wait long for an answer. */
  probe(): void {
    if (this.#isProbing) return;
    this.#isProbing = true;
    // What was due before the page woke up is due anew.
    if (this.#turn.now >= this.#pongDueAt) this.#pongDueAt = Number.POSITIVE_INFINITY;
    this.#ping(Math.min(this.#pingTimeoutMs, GRACE_MS));
    this.schedule();
  }

  /** Sends a PINGREQ when one is due. Returns `false` when the server has not answered the last one in time. */
  tick(): boolean {
    const { now } = this.#turn;
    const hasSlept = now - Math.min(this.#pingDueAt, this.#pongDueAt) >= SLEPT_MS;
    if (hasSlept && !this.#isProbing) this.probe();
    else if (now >= this.#pongDueAt) return false;
    else if (now >= this.#pingDueAt) this.#ping(this.#pingTimeoutMs);
    return true;
  }

  schedule(): void {
    this.#turn.wake(Math.min(this.#pingDueAt, this.#pongDueAt));
  }

  /** An unanswered ping keeps its deadline, however often another one follows. */
  #ping(timeoutMs: number): void {
    this.#turn.send({ type: 'pingreq' });
    this.#pongDueAt = Math.min(this.#pongDueAt, this.#turn.now + timeoutMs);
  }

  /** Nothing is awaited any more. */
  forgive(): void {
    this.#pongDueAt = Number.POSITIVE_INFINITY;
    this.#isProbing = false;
  }

  /** 0 seconds switch it off [SEC-3.1.2.10-b]. */
  get #pingDueAt(): number {
    const seconds = this.#turn.settings?.keepAliveSeconds;
    return seconds ? this.#turn.lastSentAt + seconds * 500 : Number.POSITIVE_INFINITY;
  }
}
