/*
 * A session of 3.1.1 that goes on although nothing is known of it (`rejoinAlways` after a reload): the server may still
 * hold identifiers whose PUBREL never came, and would take a new QoS 2 message under one of them for a duplicate and throw
 * it away. So an identifier is cleared before it is used for QoS 2: the server answers every PUBREL with PUBCOMP
 * [MQTT3-4.3.3-2], and what it held is released, as the client that sent it meant it to be.
 */

/** So many are cleared at a time: as many messages as may be unacknowledged in 3.1.1, unless something else is known. */
const AT_A_TIME = 20;

export class ForeignSession {
  /** Identifiers under which the server holds nothing but what we sent. */
  readonly #clear = new Set<number>();
  // Valid for the connection: those whose PUBCOMP is to come.
  readonly #clearing = new Set<number>();

  isClearing(packetId: number): boolean {
    return this.#clearing.has(packetId);
  }

  get isClearingSome(): boolean {
    return this.#clearing.size > 0;
  }

  /** A cleared identifier that is not in use, if there is one. */
  take(isInUse: (packetId: number) => boolean): number | undefined {
    return [...this.#clear].find((packetId) => !isInUse(packetId));
  }

  /** Identifiers to send PUBREL for, out of those that are free. */
  toClear(next: () => number | undefined): number[] {
    const asked: number[] = [];
    while (this.#clearing.size < AT_A_TIME) {
      const packetId = next();
      if (packetId === undefined) break;
      this.#clearing.add(packetId);
      asked.push(packetId);
    }
    return asked;
  }

  /** PUBCOMP came. */
  cleared(packetId: number): void {
    if (this.#clearing.delete(packetId)) this.#clear.add(packetId);
  }

  connectionLost(): void {
    this.#clearing.clear();
  }
}
