/* Where a client may be sent, section 4.11: what the server says, and what must come of it. */
import type { ConnackPacket, DisconnectPacket } from '@mqtide/codec';
import type { SeededRandom } from './random.test-helpers.ts';

const USE_ANOTHER = 0x9c;
const MOVED = 0x9d;

/** Hosts that `redirect` allows in the walks that have it, and those that it does not. */
export const ALLOWED: readonly string[] = ['a.test', '*.b.test'];
const REFERENCES = ['a.test', 'A.test:81', 'x.b.test', 'evil.test', 'evil.test a.test', 'b.test', 'evila.test', ''];

/** Reason code and Server Reference of a server that wants the client elsewhere. */
export function move(random: SeededRandom): {
  readonly reasonCode: number;
  readonly properties: { readonly serverReference?: string };
} {
  const serverReference = random.pick(REFERENCES);
  return { reasonCode: random.pick([USE_ANOTHER, MOVED]), properties: serverReference ? { serverReference } : {} };
}

/** Says where the next attempt has to go. */
export class RedirectChecks {
  readonly #isAllowed: boolean;
  #another: string | undefined;
  #moved: string | undefined;
  /** What the server has said last on this connection. */
  #said: ConnackPacket | DisconnectPacket | undefined;
  #wasOnline = false;

  constructor(redirect: readonly string[] | undefined) {
    this.#isAllowed = redirect !== undefined;
  }

  started(): void {
    this.#another = this.#moved = this.#said = undefined;
    this.#wasOnline = false;
  }

  online(): void {
    this.#wasOnline = true;
  }

  said(packet: ConnackPacket | DisconnectPacket): void {
    this.#said = packet;
  }

  /** The attempt, or the connection, is over. */
  ended(): void {
    this.#another = undefined;
    if (!this.#wasOnline) this.#moved = undefined;
    const { reasonCode, properties } = this.#said ?? {};
    const host = properties?.serverReference?.toLowerCase().split(' ').find(mayBeFollowed);
    if (reasonCode === USE_ANOTHER) this.#another = host;
    if (reasonCode === MOVED) this.#moved = host;
    this.#said = undefined;
    this.#wasOnline = false;
  }

  /** Throws when the attempt goes elsewhere. */
  dialled(host: string | undefined): void {
    const due = this.#isAllowed ? (this.#another ?? this.#moved) : undefined;
    if (host !== due) throw new Error(`dials ${host}, not ${due}`);
  }
}

const mayBeFollowed = (host: string): boolean => /^(a\.test|x\.b\.test)(:\d+)?$/.test(host);
