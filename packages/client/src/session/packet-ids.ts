/**
 * Hands out packet identifiers, section 2.2.1: 1 to 65,535, never one that is in use [MQTT-2.2.1-3]. What is in use is
 * asked, not remembered, so nothing can drift.
 */
export class PacketIds {
  readonly #inUse: (packetId: number) => boolean;
  #last = 0;

  constructor(inUse: (packetId: number) => boolean) {
    this.#inUse = inUse;
  }

  /** The next free identifier, or `undefined` while all are in use. */
  readonly next = (): number | undefined => {
    for (let tried = 0; tried < 65_535; tried++) {
      this.#last = this.#last === 65_535 ? 1 : this.#last + 1;
      if (!this.#inUse(this.#last)) return this.#last;
    }
    return undefined;
  };
}
