/*
 * Which session a connection asks for and which it gets: Clean Start and Session Present, sections 3.1.2.4 and
 * 3.2.2.1.1. Six cases, three behaviours, two versions; nothing else in the session knows of them.
 */
import type { ConnackPacket, ProtocolVersion } from '@mqtide/codec';
import type { SessionBehavior, SessionConfig } from './config.ts';

/**
 * - `resumed`: both sides go on where they were.
 * - `adopted`: the server goes on, and we do not know where it was.
 * - `new`: the server starts anew, so must we.
 * - `unknown`: the server has a session of this client identifier that we know nothing of; it has to end first.
 * - `purged`: that session has ended; connect again to get one that lasts.
 * - `violation`: the server may not say this.
 */
export type Verdict = 'resumed' | 'adopted' | 'new' | 'unknown' | 'purged' | 'violation';

/** How the session of a connection begins. */
export type SessionStart = Extract<Verdict, 'resumed' | 'adopted' | 'new'>;

const NEVER_EXPIRES = 0xffff_ffff;

export class Resumption {
  readonly #config: SessionConfig;
  // Valid beyond the connection.
  /** Whether we hold the state of a session that the server should still have. */
  isKnown = false;
  /** An unknown session is in the way. */
  #purging = false;

  constructor(config: SessionConfig) {
    this.#config = config;
  }

  cleanStart(version: ProtocolVersion): boolean {
    if (this.#purging) return true;
    switch (this.#behavior(version)) {
      case 'clean':
        return true;
      case 'rejoinAlways':
        return false;
      case 'rejoinPostSuccess':
        // A 3.1.1 session begun with Clean Session ends with its connection, so there it has to be off from the start.
        return version === 5 && !this.isKnown;
    }
  }

  /** Seconds to ask for. 3.1.1 has only two values: the end of the connection, and never. */
  expirySeconds(version: ProtocolVersion): number {
    if (version === 4) return this.cleanStart(4) ? 0 : NEVER_EXPIRES;
    return this.#behavior(5) === 'clean' ? 0 : this.#config.session.expirySeconds;
  }

  judge(connack: ConnackPacket, version: ProtocolVersion): Verdict {
    const asked = this.cleanStart(version);
    if (asked && connack.sessionPresent) return 'violation'; // [MQTT-3.2.2-2] [MQTT3-3.2.2-1]
    if (asked && this.#purging) {
      this.#purging = false;
      // In 5.0 the new session lasts as long as asked; in 3.1.1 one begun so ends with this connection.
      if (version === 4 && this.#behavior(4) !== 'clean') return 'purged';
    }
    if (!connack.sessionPresent) return 'new';
    if (this.isKnown) return 'resumed';
    // 5.0 demands it [MQTT-3.2.2-4]; 3.1.1 leaves the choice [SEC3-3.2.2.2-a].
    if (version === 4 && this.#behavior(4) === 'rejoinAlways') return 'adopted';
    this.#purging = true;
    return 'unknown';
  }

  /** Whether the session of an earlier page goes on. */
  restored(isKnown: boolean): void {
    this.isKnown = isKnown;
    this.#purging &&= !isKnown;
  }

  /** Both sides forget the session: a server that cannot be told, with the next connection. */
  forget(version: ProtocolVersion): void {
    this.#purging ||= this.isKnown && version === 4 && this.#behavior(4) === 'rejoinPostSuccess';
    this.isKnown = false;
  }

  #behavior(version: ProtocolVersion): SessionBehavior {
    const fallback = version === 5 || this.#config.clientIdGiven ? 'rejoinPostSuccess' : 'clean';
    return this.#config.session.behavior ?? fallback;
  }
}
