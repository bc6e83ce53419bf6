/*
 * All packets of one turn leave as one WebSocket frame (docs/decisions/0001).
 *
 * A turn ends when the microtasks that were waiting have run: the code that awaited a hundred acknowledgements of one
 * frame publishes its hundred next messages within the same turn.
 */
import { InvalidPacketError, type Packet, type ProtocolVersion, Writer, encodeInto } from '@mqtide/codec';

/** A batch goes out when it has so many bytes, without waiting for the end of the turn. */
const BATCH_BYTES = 65_536;
/** How often the end of a turn may be put off because more was written meanwhile. */
const MAX_HOPS = 8;

export class Batch {
  readonly #send: (bytes: Uint8Array) => boolean;
  readonly #onHandedOver: (op: number, wasTaken: boolean) => void;
  readonly #onFlushed: () => void;
  readonly #writer = new Writer(4_096);
  /** Operations that are over when the batch has been handed to the socket. */
  #handedOver: number[] = [];
  #lastOp: number | undefined;
  #isOpen = false;
  #hops = 0;
  #lengthAtHop = 0;

  /** `send` returns whether the socket has taken the bytes, and `onHandedOver` is told. */
  constructor(
    send: (bytes: Uint8Array) => boolean,
    onHandedOver: (op: number, wasTaken: boolean) => void,
    onFlushed: () => void,
  ) {
    this.#send = send;
    this.#onHandedOver = onHandedOver;
    this.#onFlushed = onFlushed;
  }

  /** Bytes that were written and not yet handed to the socket. */
  get pendingBytes(): number {
    return this.#writer.length;
  }

  /** Whether a turn has begun and not ended. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Adds a packet, or says why it cannot be encoded. `op` is over when the packet has been handed over. */
  write(packet: Packet, version: ProtocolVersion, op: number | undefined): string | undefined {
    try {
      encodeInto(this.#writer, packet, version);
    } catch (error) {
      if (error instanceof InvalidPacketError) return error.message;
      throw error;
    }
    // Messages of QoS 0 share an operation.
    if (op !== undefined && op !== this.#lastOp) {
      this.#handedOver.push(op);
      this.#lastOp = op;
    }
    if (this.#writer.length >= BATCH_BYTES) this.flush();
    else if (!this.#isOpen) this.#open();
    return undefined;
  }

  flush(): void {
    // Everything is taken first: a socket that throws ends the connection, and that comes back here.
    const handedOver = this.#handedOver;
    if (handedOver.length > 0) {
      this.#handedOver = [];
      this.#lastOp = undefined;
    }
    let wasTaken = true;
    if (this.#writer.length > 0) {
      const bytes = this.#writer.view();
      this.#writer.clear();
      wasTaken = this.#send(bytes);
    }
    for (const op of handedOver) this.#onHandedOver(op, wasTaken);
    this.#onFlushed();
  }

  #open(): void {
    this.#isOpen = true;
    this.#hops = 0;
    this.#lengthAtHop = 0;
    queueMicrotask(this.#endOfTurn);
  }

  readonly #endOfTurn = (): void => {
    if (this.#writer.length !== this.#lengthAtHop && this.#hops < MAX_HOPS) {
      this.#lengthAtHop = this.#writer.length;
      this.#hops += 1;
      queueMicrotask(this.#endOfTurn);
      return;
    }
    this.#isOpen = false;
    this.flush();
  };
}
