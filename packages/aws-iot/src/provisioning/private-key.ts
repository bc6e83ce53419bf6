/** A key that can be given away on purpose only: printed, or made to JSON, it is `[private key]`. */
export class PrivateKey {
  readonly #pem: string;

  constructor(pem: string) {
    this.#pem = pem;
  }

  /** The key, in PEM. */
  reveal(): string {
    return this.#pem;
  }

  toString(): string {
    return '[private key]';
  }

  toJSON(): string {
    return this.toString();
  }
}
