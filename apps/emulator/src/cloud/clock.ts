/** The time of the emulated cloud: that of this machine, and an offset to try clients whose clock is wrong. */
export class Clock {
  /** Milliseconds that the cloud is ahead of this machine. */
  offsetMs = 0;

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Whole seconds since 1970, which is what the services put into their documents. */
  nowSeconds(): number {
    return Math.floor(this.now() / 1000);
  }
}
