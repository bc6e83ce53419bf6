/*
 * Letters between page and worker. All letters of one turn go in one `postMessage`, and the payloads of its messages in
 * one buffer, which is transferred: they are copied once, into it, since most are views of something larger.
 */

/** What crosses: the name of what is to be done, with its arguments. The payload of one of them travels apart. */
type Letter = readonly [name: string, args: readonly unknown[], carrier: number, length: number];

interface Parcel {
  readonly letters: readonly Letter[];
  readonly bytes: Uint8Array;
}

type WithPayload = { payload: Uint8Array };

/** Letters and payloads are sent before the end of the turn when there are so many bytes. */
const PARCEL_BYTES = 1_048_576;

export class Mailbox {
  readonly #port: MessagePort;
  #letters: Letter[] = [];
  #payloads: Uint8Array[] = [];
  #bytes = 0;

  /** `onLetter` may not throw. */
  constructor(port: MessagePort, onLetter: (name: string, args: readonly unknown[]) => void) {
    this.#port = port;
    port.onmessage = ({ data }: { readonly data: Parcel }) => {
      let offset = 0;
      for (const [name, args, carrier, length] of data.letters) {
        if (carrier >= 0) {
          (args[carrier] as WithPayload).payload = data.bytes.subarray(offset, offset + length);
          offset += length;
        }
        onLetter(name, args);
      }
    };
  }

  /** `carrier` is the place of the argument that has a payload. */
  post(name: string, args: readonly unknown[], carrier = -1): void {
    if (this.#letters.length === 0) queueMicrotask(this.#flush);
    if (carrier < 0) {
      this.#letters.push([name, args.map(plain), carrier, 0]);
      return;
    }
    const { payload, ...rest } = args[carrier] as WithPayload;
    this.#payloads.push(payload);
    this.#bytes += payload.length;
    this.#letters.push([
      name,
      args.map((arg, index) => plain(index === carrier ? rest : arg)),
      carrier,
      payload.length,
    ]);
    if (this.#bytes >= PARCEL_BYTES) this.#flush();
  }

  readonly #flush = (): void => {
    if (this.#letters.length === 0) return;
    const bytes = new Uint8Array(this.#bytes);
    let offset = 0;
    for (const payload of this.#payloads) {
      bytes.set(payload, offset);
      offset += payload.length;
    }
    const parcel: Parcel = { letters: this.#letters, bytes };
    this.#letters = [];
    this.#payloads = [];
    this.#bytes = 0;
    this.#port.postMessage(parcel, [bytes.buffer]);
  };
}

/**
 * A copy that can be cloned, whatever the application made the value of: no proxies, no functions, and of bytes no more
 * than the view, since cloning a view clones all that is behind it.
 */
function plain(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Error) return Object.assign(new Error(value.message), { stack: value.stack });
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
