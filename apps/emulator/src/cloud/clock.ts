/** The longest time that a timer of Node.js can be set to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
  timer?: NodeJS.Timeout;
}

/**
 * The time of the emulated cloud: that of this machine, and an offset to try clients whose clock is wrong. What the cloud
 * does at a time of its own (ends of lifetimes and of credentials, timeouts of jobs and commands) it does when this clock
 * shows it: setting the clock ahead lets that time pass.
 */
export class Clock {
  readonly #alarms = new Set<Alarm>();
  #offsetMs = 0;

  /** Milliseconds that the cloud is ahead of this machine. @default 0 */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  set offsetMs(offsetMs: number) {
    this.#offsetMs = offsetMs;
    for (const alarm of [...this.#alarms].sort((a, b) => a.at - b.at)) this.#set(alarm);
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Whole seconds since 1970, which is what the services put into their documents. */
  nowSeconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** Calls back when so much time of the cloud has passed, never for `Infinity`. Returns what calls it off. */
  after(milliseconds: number, ring: () => void): () => void {
    const alarm: Alarm = { at: this.now() + milliseconds, ring };
    this.#alarms.add(alarm);
    this.#set(alarm);
    return () => this.#drop(alarm);
  }

  /** Calls everything off. */
  stop(): void {
    for (const alarm of this.#alarms) this.#drop(alarm);
  }

  #set(alarm: Alarm): void {
    clearTimeout(alarm.timer);
    const leftMs = alarm.at - this.now();
    alarm.timer = setTimeout(
      () => {
        if (alarm.at > this.now()) return this.#set(alarm);
        this.#alarms.delete(alarm);
        alarm.ring();
      },
      Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS),
    );
  }

  #drop(alarm: Alarm): void {
    clearTimeout(alarm.timer);
    this.#alarms.delete(alarm);
  }
}
