/*
 * Some servers answer a message or a subscription that they do not allow by ending the connection, AWS IoT Core with MQTT
 * 3.1.1 for one. It is sent again on the next connection, which ends in the same way, and so on: here is what brings that
 * to an end (docs/decisions/0012).
 */
import type { ErrorCode } from './failure.ts';
import type { Turn } from './turn.ts';

/** What is said of the one that seems to be the reason. */
export const ENDED_EACH = 'it ended each connection as soon as it had it';

/** How many connections in a row have to end so before something is given up: of servers known for it, and of others. */
const TOO_OFTEN = { known: 3, other: 5 };
/** Milliseconds after it was sent within which they have to end. */
const AT_ONCE_MS = 2_000;

/** Those of which what was sent may be the reason: not the network's silence, nor an end that is ours. */
const MAY_BE_BLAMED: readonly ErrorCode[] = ['SOCKET_CLOSED', 'SERVER_DISCONNECTED'];

/** The time within which an end of the connection is blamed on what was sent. */
class Trial {
  readonly #turn: Turn;
  // Valid for the connection.
  #sentAt: number | undefined;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  sent(): void {
    this.#sentAt = this.#turn.now;
  }

  /** Whether it is not over yet, or has not begun. Asks for a tick at its end. */
  get isOn(): boolean {
    return this.#sentAt === undefined || !this.#turn.isOverdue(this.#sentAt + AT_ONCE_MS + 1);
  }

  /** The connection is lost. Returns whether what was sent may be the reason; nothing if nothing was sent. */
  end(reason: ErrorCode): boolean | undefined {
    const sentAt = this.#sentAt;
    this.#sentAt = undefined;
    if (sentAt === undefined) return undefined;
    return this.#turn.now - sentAt <= AT_ONCE_MS && MAY_BE_BLAMED.includes(reason);
  }
}

/** Messages of QoS 1 and 2. */
export class HangUps<Message extends object> {
  readonly #tooOften: number;
  readonly #trial: Trial;
  // Valid beyond the connection.
  #suspect: Message | undefined;
  #count = 0;

  constructor(turn: Turn, isKnown: boolean) {
    this.#trial = new Trial(turn);
    this.#tooOften = TOO_OFTEN[isKnown ? 'known' : 'other'];
  }

  /** Whether there is a suspect, which is sent alone and may be answered, or not. */
  get isSuspicious(): boolean {
    return this.#count > 0;
  }

  /** Whether others wait for the suspect: alone it is found out, and does not take others with it. */
  get isOnTrial(): boolean {
    return this.isSuspicious && this.#trial.isOn;
  }

  /** The session goes on, and this message is the oldest of those that are to be sent again. */
  resumed(oldest: Message | undefined): void {
    if (oldest !== this.#suspect) this.#count = 0;
    this.#suspect = oldest;
  }

  holdsBack(message: Message): boolean {
    return message !== this.#suspect && this.isOnTrial;
  }

  sent(message: Message): void {
    if (message === this.#suspect) this.#trial.sent();
  }

  /** The exchange of a message has ended, or got on. */
  over(message: object): void {
    if (message === this.#suspect) this.resumed(undefined);
  }

  /** Returns the message that seems to end every connection, if one does. */
  connectionLost(reason: ErrorCode): Message | undefined {
    const isBlamed = this.#trial.end(reason) === true && this.#suspect !== undefined;
    this.#count = isBlamed ? this.#count + 1 : 0;
    return this.#count >= this.#tooOften ? this.#suspect : undefined;
  }
}

/**
 * SUBSCRIBE, of servers known for it alone: a subscription that is given up is a promise broken. Once a connection has
 * ended so, requests leave one at a time, and nothing else meanwhile.
 */
export class RequestHangUps {
  readonly #isKnown: boolean;
  readonly #trial: Trial;
  #suspect: string | undefined;
  #count = 0;
  isSuspicious = false;

  constructor(turn: Turn, isKnown: boolean) {
    this.#trial = new Trial(turn);
    this.#isKnown = isKnown;
  }

  /** Whether others wait for the request that was sent last, if it has no answer. */
  get isOnTrial(): boolean {
    return this.isSuspicious && this.#trial.isOn;
  }

  sent(): void {
    if (this.#isKnown) this.#trial.sent();
  }

  /** What has no answer: the first filter of each SUBSCRIBE, and maybe messages. Returns whether to give the filter up. */
  connectionLost(reason: ErrorCode, [filter, ...others]: readonly string[], isMessage: boolean): boolean {
    const isBlamed = this.#trial.end(reason);
    if (isBlamed === undefined) return false;
    this.isSuspicious = isBlamed && filter !== undefined;
    if (!this.isSuspicious || others.length > 0 || isMessage) return false;
    this.#count = filter === this.#suspect ? this.#count + 1 : 1;
    this.#suspect = filter;
    return this.#count >= TOO_OFTEN.known;
  }
}
