/** How the helpers know what time it is for AWS. A signature is refused when it is five minutes off. */
export interface ClockOptions {
  /** The time, in milliseconds since the epoch; asked for every signature. @default Date.now */
  readonly clock?: () => number;
  /** Milliseconds to add to the clock. @default 0, until an answer of Cognito tells better */
  readonly clockOffsetMs?: number;
  /** Told when an answer of AWS shows that the clock is wrong: milliseconds that are added to it from now on. */
  readonly onClockSkew?: (offsetMs: number) => void;
}

/** A `Date` header has whole seconds, and its answer took a while. */
const TOLERANCE_MS = 10_000;

/** The time as AWS has it. */
export class ServiceClock {
  readonly #read: () => number;
  readonly #report: ((offsetMs: number) => void) | undefined;
  #offsetMs: number;

  constructor({ clock = Date.now, clockOffsetMs = 0, onClockSkew }: ClockOptions) {
    this.#read = clock;
    this.#offsetMs = clockOffsetMs;
    this.#report = onClockSkew;
  }

  now(): number {
    return this.#read() + this.#offsetMs;
  }

  /** Learns from the `Date` header of an answer, if it could be read. */
  learn(date: string | null): void {
    const time = date === null ? Number.NaN : Date.parse(date);
    if (!(Math.abs(time - this.now()) > TOLERANCE_MS)) return;
    this.#offsetMs = time - this.#read();
    try {
      this.#report?.(this.#offsetMs);
    } catch (error) {
      // What a listener throws is not the connection's affair.
      (globalThis.reportError ?? console.error)(error);
    }
  }
}
