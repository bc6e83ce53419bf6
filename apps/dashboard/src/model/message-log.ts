import type { Message } from '@mqtide/client';
import { Changes } from './changes.ts';

/** A message in the log. */
export interface LogEntry {
  /** Counts up: a higher one came later. */
  readonly id: number;
  /** When it came, in milliseconds since the epoch. */
  readonly at: number;
  readonly message: Pick<Message, 'topic' | 'payload' | 'qos' | 'retain'>;
}

export interface MessageLogLimits {
  readonly maximumMessages: number;
  /** Of all payloads together. The newest message is kept whatever its size. */
  readonly maximumBytes: number;
}

/** What is seen while the log is paused. */
interface Frozen {
  entries: readonly LogEntry[];
  received: number;
}

/** What can be brought back. */
interface Cleared {
  readonly entries: readonly LogEntry[];
  readonly received: number;
  readonly shown: Frozen;
}

/**
 * The latest messages, and the count of all. A pause freezes what is seen, not what is received; what was cleared can be
 * brought back until that many new messages have come that none of it would be kept.
 */
export class MessageLog extends Changes {
  readonly #limits: MessageLogLimits;
  #entries: LogEntry[] = [];
  #bytes = 0;
  #lastId = 0;
  #received = 0;
  #frozen: Frozen | undefined;
  #cleared: Cleared | undefined;

  constructor(limits: MessageLogLimits = { maximumMessages: 500, maximumBytes: 33_554_432 }) {
    super();
    this.#limits = limits;
  }

  /** What is to be seen, oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#frozen?.entries ?? this.#entries;
  }

  /** How many messages have come since the log was last cleared. */
  get received(): number {
    return this.#received;
  }

  get maximumMessages(): number {
    return this.#limits.maximumMessages;
  }

  get isPaused(): boolean {
    return this.#frozen !== undefined;
  }

  /** How many messages have come since the pause began. */
  get receivedInPause(): number {
    return this.#frozen === undefined ? 0 : this.#received - this.#frozen.received;
  }

  /** How many messages `undoClear` brings back the count of; `undefined` when there is nothing to undo. */
  get undoable(): number | undefined {
    return this.#cleared?.received;
  }

  add(message: LogEntry['message'], at: number): void {
    this.#lastId += 1;
    this.#received += 1;
    this.#entries.push({ id: this.#lastId, at, message });
    this.#bytes += message.payload.length;
    this.#trim();
    if (this.#cleared !== undefined && this.#entries.length === this.#limits.maximumMessages) this.#cleared = undefined;
    this.changed();
  }

  pause(): void {
    this.#frozen ??= { entries: [...this.#entries], received: this.#received };
    this.changed();
  }

  resume(): void {
    this.#frozen = undefined;
    this.changed();
  }

  clear(): void {
    if (this.#received === 0) return;
    const shown = this.#frozen ?? { entries: this.#entries, received: this.#received };
    this.#cleared = { entries: this.#entries, received: this.#received, shown: { ...shown } };
    this.#replace([], 0);
    if (this.#frozen !== undefined) this.#frozen = { entries: [], received: 0 };
    this.changed();
  }

  undoClear(): void {
    if (this.#cleared === undefined) return;
    const { entries, received, shown } = this.#cleared;
    this.#cleared = undefined;
    this.#replace([...entries, ...this.#entries], this.#received + received);
    if (this.#frozen !== undefined) {
      this.#frozen = {
        entries: [...shown.entries, ...this.#frozen.entries].slice(-this.#limits.maximumMessages),
        received: this.#frozen.received + shown.received,
      };
    }
    this.changed();
  }

  #replace(entries: LogEntry[], received: number): void {
    this.#entries = entries;
    this.#received = received;
    this.#bytes = entries.reduce((sum, { message }) => sum + message.payload.length, 0);
    this.#trim();
  }

  #trim(): void {
    const { maximumMessages, maximumBytes } = this.#limits;
    while (this.#entries.length > maximumMessages || (this.#bytes > maximumBytes && this.#entries.length > 1)) {
      this.#bytes -= this.#entries.shift()?.message.payload.length ?? 0;
    }
  }
}
