/*
 * Some servers answer a message that they do not allow by ending the connection, AWS IoT Core with MQTT 3.1.1 for one. A
 * message of QoS 1 or 2 is sent again on the next connection, which ends in the same way, and so on: here is what brings
 * that to an end (docs/decisions/0012).
 */
import type { ErrorCode } from './failure.ts';

/** How many connections in a row have to end so before a message is given up: of servers known for it, and of others. */
const TOO_OFTEN = { known: 3, other: 5 };
/** Milliseconds after the message was sent again within which they have to end. */
const AT_ONCE_MS = 2_000;

/** Those of which the message may be the reason: not the network's silence, nor an end that is ours. */
const MAY_BE_BLAMED: readonly ErrorCode[] = ['SOCKET_CLOSED', 'SERVER_DISCONNECTED'];

export class HangUps<Message extends object> {
  readonly #tooOften: number;
  // Valid beyond the connection.
  #suspect: Message | undefined;
  #count = 0;
  // Valid for the connection: when the suspect was sent again.
  #sentAt: number | undefined;

  constructor(isKnown: boolean) {
    this.#tooOften = TOO_OFTEN[isKnown ? 'known' : 'other'];
  }

  /** The session goes on, and this message is the oldest of those that are to be sent again. */
  resumed(oldest: Message | undefined): void {
    if (oldest !== this.#suspect) this.#count = 0;
    this.#suspect = oldest;
    this.#sentAt = undefined;
  }

  /** Whether a message waits until the suspect is answered: alone it is found out, and does not take others with it. */
  holdsBack(message: Message): boolean {
    return this.#count > 0 && message !== this.#suspect;
  }

  /** When the suspect, which was sent alone, has not ended the connection, and others may follow. */
  get acquittedAt(): number | undefined {
    return this.#count > 0 && this.#sentAt !== undefined ? this.#sentAt + AT_ONCE_MS + 1 : undefined;
  }

  acquit(): void {
    this.resumed(undefined);
  }

  sent(message: Message, now: number): void {
    if (message === this.#suspect) this.#sentAt = now;
  }

  /** The exchange of a message has ended, or got on. */
  over(message: object): void {
    if (message === this.#suspect) this.acquit();
  }

  /** Returns the message that seems to end every connection, if one does. */
  connectionLost(reason: ErrorCode, now: number): Message | undefined {
    const isQuick = this.#sentAt !== undefined && now - this.#sentAt <= AT_ONCE_MS && MAY_BE_BLAMED.includes(reason);
    this.#count = isQuick ? this.#count + 1 : 0;
    this.#sentAt = undefined;
    return this.#count >= this.#tooOften ? this.#suspect : undefined;
  }
}
