/** What disturbs a connection without ending it. */
export const DISTURBANCES = ['split', 'merge', 'slow', 'stall'] as const;
/** What ends a connection: `cut` tells both sides, `halfOpen` swallows what follows and tells nobody, so it takes time. */
export const ENDS = ['cut', 'cut', 'cut', 'halfOpen'] as const;

/** Something that happens to a lane when so many bytes have gone along it. */
export interface Fault<Kind extends string> {
  readonly kind: Kind;
  readonly afterBytes: number;
}

/** What a lane meets. */
export interface LaneFaults {
  readonly disturbance?: Fault<(typeof DISTURBANCES)[number]>;
  readonly end?: Fault<(typeof ENDS)[number]>;
}

/** What a lane tells and does. */
export interface LaneEnds {
  send(bytes: Uint8Array): void;
  cut(): void;
  happened(kind: string): void;
}

const STALL_MS = 120;
const MERGE_MS = 15;
const SLOW_MS = 2;
const SLOW_BYTES = 64;
const SPLIT_BYTES = 3;

/** One direction of a connection: bytes leave in the order they came, unless a fault swallows them. */
export class Lane {
  readonly #faults: LaneFaults;
  readonly #ends: LaneEnds;
  readonly #waiting: Buffer[] = [];
  #arrived = 0;
  #isMoving = false;
  #isDisturbed = false;
  #hasEnded = false;

  constructor(faults: LaneFaults, ends: LaneEnds) {
    this.#faults = faults;
    this.#ends = ends;
  }

  push(bytes: Buffer): void {
    if (this.#hasEnded) return;
    const { disturbance, end } = this.#faults;
    const before = this.#arrived;
    this.#arrived += bytes.length;
    const isLast = end !== undefined && this.#arrived > end.afterBytes;
    // What fits in passes: most ends are within a packet.
    this.#waiting.push(isLast ? bytes.subarray(0, end.afterBytes - before) : bytes);
    if (disturbance !== undefined && !this.#isDisturbed && this.#arrived > disturbance.afterBytes) {
      this.#isDisturbed = true;
      this.#ends.happened(disturbance.kind);
    }
    if (isLast) {
      this.#hasEnded = true;
      this.#ends.happened(end.kind);
    }
    if (!this.#isMoving) void this.#move();
  }

  async #move(): Promise<void> {
    this.#isMoving = true;
    while (this.#waiting.length > 0) {
      const kind = this.#isDisturbed ? this.#faults.disturbance?.kind : undefined;
      if (kind === 'stall') await delay(STALL_MS);
      if (kind === 'merge') await delay(MERGE_MS);
      const bytes = Buffer.concat(this.#waiting.splice(0));
      const size = kind === 'split' ? SPLIT_BYTES : kind === 'slow' ? SLOW_BYTES : bytes.length;
      for (let from = 0; from < bytes.length; from += size) {
        this.#ends.send(bytes.subarray(from, from + size));
        if (kind === 'slow') await delay(SLOW_MS);
      }
    }
    this.#isMoving = false;
    if (this.#hasEnded && this.#faults.end?.kind === 'cut') this.#ends.cut();
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
