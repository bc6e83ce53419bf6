import type { Will } from '@mqtide/codec';
import { BrokerSession } from './session.ts';

/** Every session of the broker, and what becomes due while their clients are away. */
export class Sessions {
  readonly #byClientId = new Map<string, BrokerSession>();
  readonly #publishWill: (will: Will, clientId: string) => void;

  constructor(publishWill: (will: Will, clientId: string) => void) {
    this.#publishWill = publishWill;
  }

  get all(): IterableIterator<BrokerSession> {
    return this.#byClientId.values();
  }

  get(clientId: string): BrokerSession | undefined {
    return this.#byClientId.get(clientId);
  }

  /** The session for a CONNECT, and whether it was there before. Its last connection has ended. */
  open(clientId: string, cleanStart: boolean): { readonly session: BrokerSession; readonly isPresent: boolean } {
    const existing = this.#byClientId.get(clientId);
    if (existing !== undefined && !cleanStart) {
      // The will of the last connection is cancelled if its delay has not passed [MQTT-3.1.3-9].
      existing.will = undefined;
      existing.willDueAt = undefined;
      existing.endsAt = undefined;
      return { session: existing, isPresent: true };
    }
    if (existing !== undefined) this.end(existing);
    const session = new BrokerSession(clientId);
    this.#byClientId.set(clientId, session);
    return { session, isPresent: false };
  }

  /** The connection of a session has ended. */
  detach(session: BrokerSession, now: number): void {
    session.link = undefined;
    if (session.expirySeconds === 0) return this.end(session);
    session.endsAt = now + session.expirySeconds * 1_000;
    if (session.will === undefined) return;
    const delaySeconds = session.will.properties?.willDelayInterval ?? 0;
    session.willDueAt = Math.min(session.endsAt, now + delaySeconds * 1_000);
    this.#publishDueWill(session, now);
  }

  /** Ends a session: nothing of it is left, and a will that still waits is published [MQTT-3.1.2-8]. */
  end(session: BrokerSession): void {
    this.#byClientId.delete(session.clientId);
    const { will } = session;
    session.will = undefined;
    session.willDueAt = undefined;
    if (will !== undefined) this.#publishWill(will, session.clientId);
  }

  /** Forgets the sessions of clients that are away, with their wills, as a broker that lost its storage. */
  forget(): void {
    for (const session of this.#byClientId.values()) {
      if (session.link === undefined) this.#byClientId.delete(session.clientId);
    }
  }

  /** When the next session ends or the next will is published. */
  nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { endsAt, willDueAt } of this.#byClientId.values()) {
      next = Math.min(next, endsAt ?? next, willDueAt ?? next);
    }
    return next;
  }

  /** Publishes the wills and ends the sessions that are due. */
  tick(now: number): void {
    for (const session of this.#byClientId.values()) {
      this.#publishDueWill(session, now);
      if (session.endsAt !== undefined && session.endsAt <= now) this.end(session);
    }
  }

  #publishDueWill(session: BrokerSession, now: number): void {
    if (session.will === undefined || session.willDueAt === undefined || session.willDueAt > now) return;
    const { will } = session;
    session.will = undefined;
    session.willDueAt = undefined;
    this.#publishWill(will, session.clientId);
  }
}
