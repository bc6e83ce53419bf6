/*
 * Letters between page and worker. All letters of one turn go in one `postMessage`, and the payloads of its messages in
 * one buffer, which is transferred: they are copied once, into it, since most are views of something larger.
 */

import type { Ticket } from './causes.ts';

/** What crosses: the name of what is to be done, with its arguments. The payload of one of them travels apart. */
type Letter = readonly [name: string, args: readonly unknown[], carrier: number, length: number];

interface Parcel {
  readonly letters: readonly Letter[];
  readonly payloads: Uint8Array;
  /** What its letters take, as their sender has it. */
  readonly bytes: number;
}

type WithPayload = { payload: Uint8Array };

/** Letters and payloads are sent before the end of the turn when there are so many bytes. */
const PARCEL_BYTES = 1_048_576;

export class Mailbox {
  readonly #port: MessagePort;
  #letters: Letter[] = [];
  #payloads: Uint8Array[] = [];
  #payloadBytes = 0;
  #bytes = 0;

  /** Neither may throw. `onTaken` is told of each parcel whose letters have been taken, in the bytes of its sender. */
  constructor(
    port: MessagePort,
    onLetter: (name: string, args: readonly unknown[]) => void,
    onTaken?: (bytes: number) => void,
  ) {
    this.#port = port;
    port.onmessage = ({ data }: { readonly data: Parcel }) => {
      let offset = 0;
      for (const [name, args, carrier, length] of data.letters) {
        if (carrier >= 0) {
          (args[carrier] as WithPayload).payload = data.payloads.subarray(offset, offset + length);
          offset += length;
        }
        onLetter(name, args);
      }
      onTaken?.(data.bytes);
    };
  }

  /** `carrier` is the place of the argument that has a payload. */
  post(name: string, args: readonly unknown[], carrier = -1, bytes = 0): void {
    if (this.#letters.length === 0) queueMicrotask(this.#flush);
    this.#bytes += bytes;
    if (carrier < 0) {
      this.#letters.push([name, args.map(plain), carrier, 0]);
      return;
    }
    const { payload, ...rest } = args[carrier] as WithPayload;
    this.#payloads.push(payload);
    this.#payloadBytes += payload.length;
    this.#letters.push([
      name,
      args.map((arg, index) => plain(index === carrier ? rest : arg)),
      carrier,
      payload.length,
    ]);
    if (this.#payloadBytes >= PARCEL_BYTES) this.#flush();
  }

  readonly #flush = (): void => {
    if (this.#letters.length === 0) return;
    const payloads = new Uint8Array(this.#payloadBytes);
    let offset = 0;
    for (const payload of this.#payloads) {
      payloads.set(payload, offset);
      offset += payload.length;
    }
    const parcel: Parcel = { letters: this.#letters, payloads, bytes: this.#bytes };
    this.#letters = [];
    this.#payloads = [];
    this.#payloadBytes = 0;
    this.#bytes = 0;
    this.#port.postMessage(parcel, [payloads.buffer]);
  };
}

/**
 * A copy that can be cloned, whatever the application made the value of: no proxies, no functions, and of bytes no more
 * than the view, since cloning a view clones all that is behind it.
 */
function plain(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Error) {
    const { message, stack, mqtideCause } = value as Error & Partial<Ticket>;
    return mqtideCause === undefined ? Object.assign(new Error(message), { stack }) : { mqtideCause };
  }
  const copy: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) copy[name] = plain(each);
  return copy;
}
